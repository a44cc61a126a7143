import { randomBytes } from 'node:crypto'
import { access, rm, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Backup } from '../../contract/index.ts'
import { type Clock, toIso } from '../base/clock.ts'
import { renameDurably } from '../base/durable-file.ts'
import { HoldfastError, throwIfCancelled } from '../base/errors.ts'
import type { JobContext } from '../base/job-context.ts'
import type { Log } from '../base/log.ts'
import { makeFolder } from '../base/make-folder.ts'
import type { GenerationalStore } from '../persistence/record-store.ts'
import { archiveFormat } from './archive-format.ts'
import { BackupCatalogue } from './backup-catalogue.ts'
import { type BackupMark, BackupMarks } from './backup-marks.ts'
import { backupFileName, partialFileName } from './backup-name.ts'
import type { CreateInput } from './create-backup.ts'
import { fileFailure } from './file-failure.ts'
import type { ArchiveSummary } from './task-context.ts'
import type { WorkerTasks } from './worker-messages.ts'
import { WorkerThread } from './worker-thread.ts'

export interface BackupSettings {
  /** `backup.storage.path`, absolute. */
  readonly folder: string
  /** `backup.storage.type`. */
  readonly storageType: string
  /** `backup.compression_level`: zstd, 1 to 19. */
  readonly compressionLevel: number
  readonly encryptionEnabled: boolean
}

export interface BackupManagerDeps {
  readonly settings: BackupSettings
  /** Where it is kept which backups were read back whole: a file of the data folder. */
  readonly marksFile: string
  readonly store: Pick<GenerationalStore, 'holdSnapshot'>
  readonly storeId: string
  readonly nodeId: string
  readonly appVersion: string
  readonly clock: Clock
  readonly log: Log
  /** Told the id of a backup that came, or whose state changed. */
  readonly onChanged: (id: string) => void
  /** Ids of new backups; random where absent. */
  readonly newId?: () => string
  /** Where the work is done; a thread of its own where absent. */
  readonly thread?: WorkerThread
}

/** Makes, lists and verifies backups in one folder. Jobs must not run beside each other: the job registry gives them one lane. */
export class BackupManager {
  readonly #deps: BackupManagerDeps
  readonly #marks: BackupMarks
  readonly #catalogue: BackupCatalogue
  readonly #thread: WorkerThread

  private constructor(deps: BackupManagerDeps, marks: BackupMarks) {
    this.#deps = deps
    this.#marks = marks
    this.#thread = deps.thread ?? new WorkerThread()
    this.#catalogue = new BackupCatalogue({ folder: deps.settings.folder, marks, log: deps.log })
  }

  /** Removes what an earlier run left unfinished. A folder that is missing or not usable is no reason not to start. */
  static async open(deps: BackupManagerDeps): Promise<BackupManager> {
    const manager = new BackupManager(deps, await BackupMarks.open(deps.marksFile, deps.log))
    await manager.#catalogue.removeLeftovers(deps.storeId)
    return manager
  }

  /** Newest first; whatever lies in the folder. Throws `conflict` or `unavailable` when the folder cannot be read. */
  list(): Promise<Backup[]> {
    return this.#catalogue.list()
  }

  /** Those of this store, and those that do not say of which they are. Hosts may share a folder, and the backup of one says nothing of another. */
  async listOwn(): Promise<Backup[]> {
    return (await this.list()).filter(({ storeId }) => storeId === this.#deps.storeId || storeId === '')
  }

  /** `latest` names the newest of this store that is not damaged; where there is none, the newest of another. Throws `not_found`. */
  async get(id: string): Promise<Backup> {
    const all = await this.list()
    const found = id === 'latest' ? this.#latestOf(all) : all.find((backup) => backup.id === id)
    if (found !== undefined) return found
    throw new HoldfastError(
      'not_found',
      id === 'latest' ? noBackup(all.length) : `There is no backup ${JSON.stringify(id)}. See the list of backups.`,
    )
  }

  /** Damaged ones of this store, as far as they say whose they are, that are newer than this one: newest first. */
  async damagedSince({ createdAt }: Pick<Backup, 'createdAt'>): Promise<Backup[]> {
    return (await this.listOwn()).filter((backup) => backup.state === 'damaged' && backup.createdAt > createdAt)
  }

  #latestOf(all: readonly Backup[]): Backup | undefined {
    const usable = all.filter(({ state }) => state !== 'damaged')
    return usable.find(({ storeId }) => storeId === this.#deps.storeId) ?? usable[0]
  }

  /** Throws what the configuration refuses: `backup_encryption_unavailable`, `backup_destination_unavailable`. */
  assertCanCreate(): void {
    const { encryptionEnabled, storageType } = this.#deps.settings
    if (encryptionEnabled) {
      throw new HoldfastError(
        'backup_encryption_unavailable',
        'backup.encryption_enabled is true, and this version cannot encrypt backups yet, so none is made. Set it to false to back up in plain text.',
      )
    }
    if (storageType !== 'local') {
      throw new HoldfastError(
        'backup_destination_unavailable',
        `backup.storage.type is ${JSON.stringify(storageType)}, and this version only backs up to a folder. Set it to "local".`,
      )
    }
  }

  /**
   * Backs up the whole store. When it resolves, the backup is complete, was read back whole, and survives power loss; when it throws, nothing of
   * it is left. Throws what `assertCanCreate` does, `disk_full`, `conflict`, `unavailable`, `record_damaged`, `cancelled`.
   */
  async create(job: JobContext): Promise<Record<string, unknown>> {
    this.assertCanCreate()
    const { clock, settings, storeId, log } = this.#deps
    const startedMs = clock.monotonicMs()
    const createdAtMs = clock.wallMs()
    const id = await this.#newId()
    const name = backupFileName(id, createdAtMs)
    const partial = join(settings.folder, partialFileName(name, storeId))
    await this.#makeFolder()
    try {
      const summary = await this.#write(partial, id, createdAtMs, job)
      throwIfCancelled(job.signal)
      job.report({ phase: 'finishing' })
      const durationMs = Math.round(clock.monotonicMs() - startedMs)
      await this.#complete(partial, name, durationMs)
      this.#deps.onChanged(id)
      return { ...resultOf(summary), file: join(settings.folder, name), durationMs }
    } catch (error) {
      await rm(partial, { force: true }).catch((failure: unknown) =>
        log.warn({ err: failure, partial }, 'An unfinished backup could not be removed'),
      )
      throw error
    }
  }

  /** Reads a backup whole and remembers what was found. Throws `backup_damaged` naming the damaged places, `newer_format`, `cancelled`. */
  async verify(job: JobContext, id: string): Promise<Record<string, unknown>> {
    const backup = await this.get(id)
    const startedMs = this.#deps.clock.monotonicMs()
    const summary = await this.readWhole(backup, 'verify', { file: backup.file }, job)
    return { ...resultOf(summary), id: backup.id, file: backup.file, durationMs: Math.round(this.#deps.clock.monotonicMs() - startedMs) }
  }

  /**
   * Does in the worker what reads a whole backup, and remembers what that finds: all checksums held, or `backup_damaged` was thrown. Throws what the
   * task throws.
   */
  async readWhole<N extends 'verify' | 'build'>(
    backup: Backup,
    task: N,
    input: WorkerTasks[N]['input'],
    job: JobContext,
  ): Promise<WorkerTasks[N]['result']> {
    const before = await this.#fileFacts(backup.file)
    try {
      const result = await this.#thread.run(task, input, job)
      await this.#mark(backup, before, { state: 'verified' })
      return result
    } catch (error) {
      if (error instanceof HoldfastError && error.code === 'backup_damaged')
        await this.#mark(backup, before, { state: 'damaged', problem: error.message })
      throw error
    }
  }

  /** Ends the worker. Jobs have ended before. */
  close(): Promise<void> {
    return this.#thread.close()
  }

  async #write(partial: string, id: string, createdAtMs: number, job: JobContext): Promise<ArchiveSummary> {
    job.report({ phase: 'preparing', done: 0, total: null, unit: 'bytes' })
    const snapshot = await this.#deps.store.holdSnapshot(job.signal)
    try {
      const input = {
        generationFolder: snapshot.generationFolder,
        file: partial,
        start: this.#startManifest(id, createdAtMs, snapshot.timeline),
      }
      const summary = await this.#thread.run('create', input, job)
      // What was acknowledged before the job began must be in it (CP1).
      if (summary.timeline === snapshot.timeline && summary.sequence >= snapshot.sequence) return summary
      throw new Error(
        `The snapshot is of ${summary.timeline}/${summary.sequence}, expected ${snapshot.timeline}/${snapshot.sequence} or later.`,
      )
    } finally {
      snapshot.release()
    }
  }

  #startManifest(id: string, createdAtMs: number, timeline: string): CreateInput['start'] {
    const { storeId, nodeId, appVersion, settings } = this.#deps
    return {
      product: 'holdfast',
      format: archiveFormat,
      part: 'start',
      id,
      kind: 'full',
      storeId,
      nodeId,
      appVersion,
      createdAt: toIso(createdAtMs),
      timeline,
      compression: { algorithm: 'zstd', level: settings.compressionLevel },
      encryption: null,
      blobs: null,
      base: null,
      signature: null,
    }
  }

  /** The rename makes it a backup. It is marked before, so that a crash leaves none in the list that is not said to be verified. */
  async #complete(partial: string, name: string, durationMs: number): Promise<void> {
    const { settings } = this.#deps
    const path = join(settings.folder, name)
    try {
      const { bytes, modifiedMs } = await this.#fileFacts(partial)
      await this.#marks.set({ file: name, bytes, modifiedMs, state: 'verified', at: toIso(this.#deps.clock.wallMs()), durationMs })
      await renameDurably(partial, path)
    } catch (error) {
      throw fileFailure(error, settings.folder)
    }
  }

  async #mark(backup: Backup, file: { bytes: number; modifiedMs: number }, found: Pick<BackupMark, 'state' | 'problem'>): Promise<void> {
    const at = toIso(this.#deps.clock.wallMs())
    const mark = { file: basename(backup.file), ...file, ...found, at, durationMs: backup.durationMs }
    await this.#marks.set(mark)
    this.#deps.onChanged(backup.id)
  }

  async #fileFacts(path: string): Promise<{ bytes: number; modifiedMs: number }> {
    try {
      const { size, mtimeMs } = await stat(path)
      return { bytes: size, modifiedMs: mtimeMs }
    } catch (error) {
      throw fileFailure(error, path)
    }
  }

  async #newId(): Promise<string> {
    const taken = new Set((await this.list()).map(({ id }) => id))
    const next = this.#deps.newId ?? (() => randomBytes(4).toString('hex'))
    for (let attempt = 0; attempt < 10; attempt++) {
      const id = next()
      if (!taken.has(id)) return id
    }
    throw new HoldfastError('conflict', 'No free id was found for a new backup. Move some backups to another folder, then try again.')
  }

  async #makeFolder(): Promise<void> {
    const { folder } = this.#deps.settings
    try {
      await makeFolder(folder)
      await access(folder)
    } catch (error) {
      // On a read-only disk Node says ENOENT of the folder that it could not make.
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw cannotBeMade(folder, error)
      throw fileFailure(error, folder)
    }
  }
}

function cannotBeMade(folder: string, cause: unknown): HoldfastError {
  const sentence = `The backups folder ${folder} is not there and cannot be made. Check that its disk is there and can be written, or set backup.storage.path to another folder.`
  return new HoldfastError('conflict', sentence, { details: { path: folder }, cause })
}

const noBackup = (damaged: number): string =>
  damaged === 0 ? 'There is no backup yet. Make one first.' : 'Every backup is damaged. Make a new one, and check the disk that holds them.'

function resultOf({ id, records, bytes, storedBytes, sequence, timeline }: ArchiveSummary): Record<string, unknown> {
  return { id, records, bytes, storedBytes, sequence, timeline }
}
