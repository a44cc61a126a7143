import { createHash } from 'node:crypto'
import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Backup } from '../../contract/index.ts'
import { toIso } from '../base/clock.ts'
import { HoldfastError } from '../base/errors.ts'
import { FreshRun } from '../base/fresh-run.ts'
import { inTime } from '../base/in-time.ts'
import type { Log } from '../base/log.ts'
import { openArchive, readStartManifest } from './archive-file.ts'
import { fileExtension } from './archive-format.ts'
import type { BackupMarks } from './backup-marks.ts'
import { isPartialOf, readFileName } from './backup-name.ts'
import { fileFailure } from './file-failure.ts'
import type { Manifest } from './manifest.ts'
import { FileRangeSource } from './range-source.ts'

/** A network folder whose server is gone answers never, and each question that waits for it takes a thread that the journal needs too. */
const usualAnswerMs = 5000

export interface CatalogueDeps {
  readonly folder: string
  readonly marks: BackupMarks
  readonly log: Log
  readonly answerWithinMs?: number
  /** For tests that need a folder that does not answer. */
  readonly readFolder?: (folder: string) => Promise<string[]>
}

/** A file of the folder, and what its own manifest says. The state is not in it: it may change while the file does not. */
interface ScannedFile {
  readonly name: string
  readonly bytes: number
  readonly modifiedMs: number
  readonly facts: Omit<Backup, 'state' | 'file' | 'storedBytes'>
}

/** Everything in the backups folder, whoever put it there. Manifests are read once for each name, size and time of change. */
export class BackupCatalogue {
  readonly #folder: string
  readonly #marks: BackupMarks
  readonly #log: Log
  readonly #answerWithinMs: number
  readonly #readFolder: (folder: string) => Promise<string[]>
  readonly #scans = new FreshRun(() => this.#scanAll())
  #known = new Map<string, ScannedFile>()

  constructor(deps: CatalogueDeps) {
    this.#folder = deps.folder
    this.#marks = deps.marks
    this.#log = deps.log
    this.#answerWithinMs = deps.answerWithinMs ?? usualAnswerMs
    this.#readFolder = deps.readFolder ?? readdir
  }

  /**
   * Newest first. A folder that does not exist holds no backups. Throws `conflict` or `unavailable` when it cannot be read, or does not answer in time;
   * however many ask, one thread at most waits for it.
   */
  async list(): Promise<Backup[]> {
    return this.#inTime(this.#scans.run())
  }

  async #scanAll(): Promise<Backup[]> {
    const files: ScannedFile[] = []
    for (const name of await this.#names()) {
      const file = await this.#scan(name)
      if (file !== undefined) files.push(file)
    }
    this.#known = new Map(files.map((file) => [file.name, file]))
    return withUniqueIds(files)
      .map((file) => this.#toBackup(file))
      .sort(newestFirst)
  }

  /** Removes what earlier runs of this store's host left unfinished. */
  async removeLeftovers(storeId: string): Promise<void> {
    const late = new AbortController()
    await this.#inTime(this.#removeLeftovers(storeId, late.signal)).catch((error: unknown) => {
      // A backup may be in the making by the time the folder answers.
      late.abort()
      this.#log.warn({ err: error, folder: this.#folder }, 'The backups folder cannot be looked through for unfinished backups')
    })
  }

  async #removeLeftovers(storeId: string, late: AbortSignal): Promise<void> {
    const names = await this.#readFolder(this.#folder).catch(() => [])
    for (const name of names.filter((one) => isPartialOf(storeId, one))) {
      if (late.aborted) return
      try {
        await rm(join(this.#folder, name), { force: true })
        this.#log.info({ file: name }, 'A backup that was never finished is removed')
      } catch (error) {
        this.#log.warn({ err: error, file: name }, 'A backup that was never finished could not be removed')
      }
    }
  }

  #inTime<Result>(work: Promise<Result>): Promise<Result> {
    const sentence = `The backups folder ${this.#folder} does not answer. Check its disk, or the network and the server that it lies on.`
    return inTime(work, this.#answerWithinMs, () => new HoldfastError('unavailable', sentence, { details: { path: this.#folder } }))
  }

  async #names(): Promise<string[]> {
    try {
      return (await this.#readFolder(this.#folder)).filter((name) => name.endsWith(fileExtension) && !name.startsWith('.'))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
      throw fileFailure(error, this.#folder)
    }
  }

  /** Undefined for what is no file, or is gone again. */
  async #scan(name: string): Promise<ScannedFile | undefined> {
    const path = join(this.#folder, name)
    const found = await stat(path).catch(() => undefined)
    if (!found?.isFile()) return undefined
    const file = { name, bytes: found.size, modifiedMs: found.mtimeMs }
    const known = this.#known.get(name)
    // A file with a problem is looked at again: it may have been one of permissions.
    const isKnown = known?.bytes === file.bytes && known.modifiedMs === file.modifiedMs && known.facts.problem === undefined
    if (isKnown) return known
    return { ...file, facts: await readFacts(path, file) }
  }

  #toBackup(file: ScannedFile): Backup {
    const { name, bytes, facts } = file
    const common = { ...facts, file: join(this.#folder, name), storedBytes: bytes }
    const mark = this.#marks.of(file)
    if (facts.problem !== undefined) return { ...common, state: 'damaged' }
    if (mark === undefined) return { ...common, state: 'unverified' }
    const { state, at, durationMs = facts.durationMs, problem } = mark
    return {
      ...common,
      state,
      durationMs,
      ...(state === 'verified' ? { verifiedAt: at } : { problem: problem ?? 'It was found damaged.' }),
    }
  }
}

async function readFacts(path: string, file: { name: string; modifiedMs: number }): Promise<ScannedFile['facts']> {
  try {
    const source = await FileRangeSource.open(path)
    try {
      return manifestFacts((await openArchive(source, file.name)).manifest)
    } catch (error) {
      return { ...(await firstFacts(source, file)), problem: problemOf(error) }
    } finally {
      await source.close()
    }
  } catch (error) {
    return { ...nameFacts(file), problem: problemOf(error) }
  }
}

function manifestFacts({ id, kind, createdAt, records, bytes, sequence, timeline, storeId, durationMs }: Manifest): ScannedFile['facts'] {
  return { id, kind, createdAt, records, bytes, sequence, timeline, storeId, durationMs }
}

/** A file without a readable end may still say at its beginning what it was to become. */
async function firstFacts(source: FileRangeSource, file: { name: string; modifiedMs: number }): Promise<ScannedFile['facts']> {
  const start = await readStartManifest(source)
  if (start === undefined) return nameFacts(file)
  const { id, kind, createdAt, sequence, timeline, storeId } = start
  return { id, kind, createdAt, records: 0, bytes: 0, sequence, timeline, storeId, durationMs: 0 }
}

function nameFacts({ name, modifiedMs }: { name: string; modifiedMs: number }): ScannedFile['facts'] {
  const { id, createdAtMs } = readFileName(name) ?? { id: nameHash(name), createdAtMs: modifiedMs }
  return { id, kind: 'full', createdAt: toIso(createdAtMs), records: 0, bytes: 0, sequence: 0, timeline: '', storeId: '', durationMs: 0 }
}

const problemOf = (error: unknown): string =>
  error instanceof HoldfastError ? error.message : 'The file cannot be read; the log of the host says more.'

/** Copies of one backup under several names keep the id for the name that Holdfast gave; each copy can still be named. */
function withUniqueIds(files: readonly ScannedFile[]): ScannedFile[] {
  const taken = new Set(files.filter(({ name, facts }) => readFileName(name)?.id === facts.id).map(({ facts }) => facts.id))
  return files.map((file) => {
    const { name, facts } = file
    if (readFileName(name)?.id === facts.id || !taken.has(facts.id)) {
      taken.add(facts.id)
      return file
    }
    return { ...file, facts: { ...facts, id: `${facts.id}-${nameHash(name)}` } }
  })
}

const nameHash = (name: string): string => createHash('sha256').update(name).digest('hex').slice(0, 8)

function newestFirst(one: Backup, other: Backup): number {
  if (one.createdAt !== other.createdAt) return one.createdAt < other.createdAt ? 1 : -1
  return one.id < other.id ? 1 : -1
}
