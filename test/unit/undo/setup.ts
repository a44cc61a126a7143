import { randomUUID } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Actor } from '../../../src/contract/index.ts'
import { ActivityLog } from '../../../src/main/activity/activity-log.ts'
import { silentLog } from '../../../src/main/base/log.ts'
import { ContextIds } from '../../../src/main/base/request-context.ts'
import { MemoryTier } from '../../../src/main/cache/memory-tier.ts'
import type { GenerationalStore } from '../../../src/main/persistence/record-store.ts'
import { EventHub } from '../../../src/main/storage/event-hub.ts'
import { StorageManager } from '../../../src/main/storage/storage-manager.ts'
import { StorageMeter } from '../../../src/main/storage/storage-meter.ts'
import { UndoManager } from '../../../src/main/undo/undo-manager.ts'
import { readerOver } from '../../support/readers.ts'
import { ManualClock, PlainStore } from '../storage/plain-store.ts'
import { testJob } from '../storage/setup.ts'

export const dayMs = 86_400_000
export const person: Actor = { kind: 'person', door: 'desktop' }

/** Undo and activity on real files over a plain store; `reopen` is a host that was killed and starts again. */
export class UndoHome {
  readonly clock = new ManualClock()
  readonly store = new PlainStore(this.clock)
  readonly ids = new ContextIds()
  readonly folder: string
  activity!: ActivityLog
  undo!: UndoManager
  storage!: StorageManager

  private constructor(folder: string) {
    this.folder = folder
  }

  static async make(maxBytes = 1024 ** 3): Promise<UndoHome> {
    const home = new UndoHome(await mkdtemp(join(tmpdir(), 'holdfast-undo-')))
    await home.reopen(maxBytes)
    return home
  }

  async reopen(maxBytes = 1024 ** 3): Promise<void> {
    this.undo?.close()
    await this.activity?.close()
    const { clock, ids } = this
    const store = Object.assign(this.store, { previousGeneration: null }) as unknown as GenerationalStore
    this.activity = await ActivityLog.open({ folder: join(this.folder, 'activity'), clock, log: silentLog, ids, onNoted: () => {} })
    const limits = { keepMs: 7 * dayMs, maxBytes }
    this.undo = await UndoManager.open({
      folder: join(this.folder, 'undo'),
      store,
      activity: this.activity,
      ids,
      clock,
      log: silentLog,
      limits,
    })
    const events = new EventHub({ boot: 'boot', log: silentLog })
    const parts = { store, reader: readerOver(store), events, clock, log: silentLog, activity: this.activity, undo: this.undo }
    const memoryTier = new MemoryTier({ maxBytes: 0, clock })
    const storageLimits = {
      maxValueBytes: 16 * 1024 * 1024,
      defaultDurability: 'durable' as const,
      batchRecords: 500,
      prefetchRecords: 500,
    }
    this.storage = new StorageManager({ ...parts, memoryTier, meter: new StorageMeter({ clock }), limits: storageLimits })
  }

  async remove(): Promise<void> {
    this.undo.close()
    await this.activity.close()
    await rm(this.folder, { recursive: true, force: true })
  }

  put(key: string, value: string, more: { ttlSeconds?: number } = {}) {
    return this.storage.put({ key, value: Buffer.from(value), contentType: 'text/plain', ...more })
  }

  asPerson<T>(work: () => T): T {
    return this.ids.run({ requestId: 'r', actor: person }, work)
  }

  /** Runs the work as a job of a person; its entry is noted as the job registry has it done. Gives the job's id. */
  async job(action: string, work: (job: ReturnType<typeof testJob>) => Promise<Record<string, unknown>>) {
    const id = `job-${randomUUID()}`
    const job = { ...testJob(), id }
    const result = await this.ids.run({ jobId: id, actor: person }, () => work(job))
    const undoes = typeof result.undoes === 'string' ? { undoes: result.undoes } : {}
    this.activity.note({ action, actor: person, ...undoes, ...this.undo.meansOf(id) })
    return { id, result }
  }

  deletePrefix(prefix: string) {
    return this.job('records.deletedByPrefix', (job) => this.storage.deletePrefix(job, { prefix, dryRun: false }))
  }

  runUndo(id: string) {
    return this.job('undo.records', (job) => this.storage.undo(job, id))
  }

  list(more: { undoable?: boolean } = {}) {
    return this.activity.list({ limit: 100, undoable: false, ...more }, this.undo.stateOf).items
  }

  /** Keys with value, type and expiry: what an undo must bring back. */
  contents(): Record<string, string> {
    const all = this.store.page({ prefix: '', limit: 100_000, reverse: false, values: true }).items
    return Object.fromEntries(
      all.map(({ key, meta, value }) => [key, `${meta.contentType} ${meta.expiresAtMs} ${Buffer.from(value).toString('base64')}`]),
    )
  }
}
