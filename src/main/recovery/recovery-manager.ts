import { dirname } from 'node:path'
import type { Backup, EventData, EventTopic } from '../../contract/index.ts'
import type { BackupManager } from '../backup/backup-manager.ts'
import type { Clock } from '../base/clock.ts'
import { HoldfastError, throwIfCancelled } from '../base/errors.ts'
import type { JobContext } from '../base/job-context.ts'
import type { Log } from '../base/log.ts'
import type { GenerationalStore } from '../persistence/record-store.ts'
import type { BuildResult } from './build-generation.ts'
import { checkFreeRoom } from './free-room.ts'

export interface RecoveryManagerDeps {
  readonly store: GenerationalStore
  readonly backups: Pick<BackupManager, 'get' | 'readWhole'>
  readonly storeId: string
  readonly clock: Clock
  readonly log: Log
  readonly publish: (topic: EventTopic, data: EventData) => void
}

type Built = { readonly id: string; readonly folder: string; readonly result: BuildResult }

/** Turns the whole store back to a backup, and that again. Jobs must not run beside each other: the job registry gives them one lane. */
export class RecoveryManager {
  readonly #deps: RecoveryManagerDeps

  constructor(deps: RecoveryManagerDeps) {
    this.#deps = deps
  }

  /** Whether there is a generation that `undo` would bring back. */
  get undoable(): boolean {
    return this.#deps.store.previousGeneration !== null
  }

  /**
   * Replaces the whole store by what a backup holds (`latest`: the newest that is not damaged), on a new timeline. Reads and writes go on until the
   * switch; what was written until then belongs to the state that `undo` brings back. When it throws, everything is as it was. Throws `not_found`,
   * `disk_full`, `backup_damaged`, `newer_format`, `cancelled`.
   */
  async restore(job: JobContext, backupId: string): Promise<Record<string, unknown>> {
    const { store, storeId, clock } = this.#deps
    const startedMs = clock.monotonicMs()
    const startSequence = store.figures().sequence
    const backup = await this.#deps.backups.get(backupId)
    const built = await this.#build(backup, job)
    const switched = await this.#switch(built, backup, job)
    const { records, bytes, expiredRecords, storeId: from } = built.result
    return {
      backupId: backup.id,
      records: records - expiredRecords,
      bytes,
      ...(expiredRecords > 0 && { expiredRecords }),
      ...(from !== storeId && { fromAnotherStore: true, storeId: from }),
      writesAfterStart: writesBetween(startSequence, switched.sequence),
      generation: built.id,
      timeline: switched.timeline,
      durationMs: Math.round(clock.monotonicMs() - startedMs),
    }
  }

  /** Goes back to the generation before the last restore, or undo. Throws `nothing_to_undo`, `cancelled`. */
  async undo(job: JobContext): Promise<Record<string, unknown>> {
    const { store, clock, log } = this.#deps
    const startedMs = clock.monotonicMs()
    const previous = store.previousGeneration
    if (previous === null) throw nothingToUndo()
    const startSequence = store.figures().sequence
    throwIfCancelled(job.signal)
    job.report({ phase: 'switching', done: 0, total: 1, unit: 'steps' })
    const switched = await store.switchGeneration({ id: previous.id, reason: { kind: 'undo' } })
    job.report({ done: 1 })
    log.info({ generation: previous.id, timeline: switched.timeline, jobId: job.id }, 'The store is back at its state before')
    this.#announce()
    return {
      records: store.figures().records,
      writesAfterStart: writesBetween(startSequence, switched.sequence),
      undoesUndo: previous.reason.kind === 'undo',
      generation: previous.id,
      timeline: switched.timeline,
      durationMs: Math.round(clock.monotonicMs() - startedMs),
    }
  }

  async #build(backup: Backup, job: JobContext): Promise<Built> {
    const { store, backups, storeId } = this.#deps
    const { id, folder } = store.newGenerationFolder()
    job.report({ phase: 'preparing', done: 0, total: null, unit: 'bytes' })
    await checkFreeRoom(dirname(folder), backup)
    const input = { file: backup.file, generationFolder: folder, storeId, timeline: store.timeline }
    try {
      const result = await backups.readWhole(backup, 'build', input, job)
      return { id, folder, result }
    } catch (error) {
      await this.#discard(id)
      throw error
    }
  }

  async #switch({ id }: Built, backup: Backup, job: JobContext): Promise<{ sequence: number; timeline: string }> {
    const { store, log } = this.#deps
    try {
      // From the next line on it is done, whatever the signal says.
      throwIfCancelled(job.signal)
      job.report({ phase: 'switching', done: 0, total: 1, unit: 'steps' })
      const switched = await store.switchGeneration({ id, reason: { kind: 'restore', backupId: backup.id } })
      job.report({ done: 1 })
      log.info({ backupId: backup.id, generation: id, timeline: switched.timeline, jobId: job.id }, 'A backup was restored')
      this.#announce()
      return switched
    } catch (error) {
      await this.#discard(id)
      throw error
    }
  }

  /** Everything may have changed. */
  #announce(): void {
    this.#deps.publish('records', { prefix: '' })
    this.#deps.publish('state', { code: 'restored' })
  }

  async #discard(generation: string): Promise<void> {
    const { store, log } = this.#deps
    try {
      await store.discardGeneration(generation)
    } catch (error) {
      log.warn({ err: error, generation }, 'What a restore had built could not be removed; the next start does it')
    }
  }
}

/** The switch itself takes one place of the journal. */
const writesBetween = (startSequence: number, switchSequence: number): number => Math.max(0, switchSequence - startSequence - 1)

function nothingToUndo(): HoldfastError {
  return new HoldfastError('nothing_to_undo', 'Nothing was restored since this data folder was made, so there is nothing to undo.')
}
