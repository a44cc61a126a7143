import {
  type Actor,
  type Durability,
  type ImportReport,
  maxPageValueBytes,
  type OutputOf,
  type ParsedInputOf,
} from '../../contract/index.ts'
import type { ActivityPort } from '../base/activity.ts'
import type { Clock } from '../base/clock.ts'
import { HoldfastError } from '../base/errors.ts'
import type { JobContext } from '../base/job-context.ts'
import type { Log } from '../base/log.ts'
import type { MemoryTier } from '../cache/memory-tier.ts'
import type {
  CommitOptions,
  Condition,
  OperationResult,
  RecordMeta,
  RecordStore,
  StoredRecord,
  WriteOperation,
} from '../persistence/record-store.ts'
import { runBatch } from './batch.ts'
import { valueTooLarge } from './batch-plan.ts'
import { type BulkAction, type BulkTarget, checkBulk, runBulk } from './bulk-run.ts'
import { ChangeAnnouncer } from './change-announcer.ts'
import type { EventHub } from './event-hub.ts'
import { noteImport } from './import-note.ts'
import { type ImportDeps, type ImportOptions, importLineLimit, NdjsonImport } from './ndjson-import.ts'
import { deleteByPrefix, type PrefixDeletion } from './prefix-deletion.ts'
import { type BulkReader, recordsOf } from './reading/bulk-reader.ts'
import { RecentWriters } from './recent-writers.ts'
import { toItem, toItemWithValue } from './record-item.ts'
import { amendRecord, readPart } from './record-parts.ts'
import { loadSampleData } from './sample-data.ts'
import type { StorageMeter } from './storage-meter.ts'
import type { UndoPort } from './undo-port.ts'

/** Values of a page that is read for a copy, and for lines, which wait in memory until the client has taken them. */
const pageBytes = 1024 * 1024
const linesBytes = 256 * 1024

export interface StorageDeps {
  store: RecordStore
  reader: Pick<BulkReader, 'each'>
  memoryTier: MemoryTier
  events: EventHub
  clock: Clock
  log: Log
  meter: StorageMeter
  activity?: ActivityPort
  /** Absent: nothing can be undone. */
  undo?: UndoPort
  /** Why a record does not fit its collection; absent: there are none. */
  problemOf?: (key: string, contentType: string, value: Uint8Array) => HoldfastError | undefined
  /** On whose behalf the present work is done. Undefined, or absent: the host's own. */
  actor?: () => Actor | undefined
  limits: {
    maxValueBytes: number
    defaultDurability: Durability
    /** Of one transaction of long work. */
    batchRecords: number
    /** Of one page that long reading takes at once; 0 reads record by record. */
    prefetchRecords: number
  }
}

export interface RecordWrite {
  readonly key: string
  readonly value: Uint8Array
  readonly contentType: string
  readonly ttlSeconds?: number
  readonly condition?: Condition
  /** Refuse unless the record exists, whatever its version. */
  readonly mustExist?: boolean
  /** Absent: as configured. */
  readonly durability?: Durability
  /** As in `CommitOptions`: a lock that must be held. */
  readonly guard?: CommitOptions['guard']
}

/**
 * The one door to records: every read and write of every part goes through here. Reads come from the memory tier, else from the store;
 * writes go to the store, and are seen (by reads, events and the memory tier) once they are acknowledged, never before.
 */
export class StorageManager {
  readonly #deps: StorageDeps
  readonly #announcer: ChangeAnnouncer
  readonly #writers = new RecentWriters()
  readonly #stops: (() => void)[]

  constructor(deps: StorageDeps) {
    this.#deps = deps
    this.#announcer = new ChangeAnnouncer({ events: deps.events })
    this.#stops = [
      deps.store.onCommitted(({ keys }) => this.#changed(keys)),
      deps.store.onStateChange((change) => this.#stateChanged(change)),
    ]
  }

  /** Throws `not_found` when the key is unknown or has expired, `record_damaged`, `store_damaged`. */
  get(key: string): StoredRecord {
    const { memoryTier, meter } = this.#deps
    const startedMs = meter.timesNextHit ? meter.startMs() : undefined
    const hit = memoryTier.get(key)
    if (hit === undefined) return meter.measure('get', () => found(key, this.#readThrough(key)))
    if (startedMs === undefined) meter.hit()
    else meter.timedHit(startedMs)
    return hit
  }

  /** Like `get`, without the value. */
  getMeta(key: string): RecordMeta {
    const { meter, memoryTier, store } = this.#deps
    return meter.measure('get', () => found(key, memoryTier.get(key)?.meta ?? store.getMeta(key)))
  }

  /**
   * Resolves when the record is as safe as `durability` says. Throws `too_large`, `precondition_failed`, and what
   * `RecordStore.commit` names.
   */
  put(write: RecordWrite, signal?: AbortSignal): Promise<{ meta: RecordMeta; created: boolean }> {
    return this.#deps.meter.measureAsync('put', async () => {
      const { limits, clock } = this.#deps
      const { key, value, contentType, ttlSeconds, condition, mustExist, durability, guard } = write
      if (value.byteLength > limits.maxValueBytes) throw valueTooLarge(value.byteLength, limits.maxValueBytes, { key })
      const expiresAtMs = ttlSeconds === undefined ? null : clock.wallMs() + ttlSeconds * 1000
      const conditions = { ...(condition && { condition }), ...(mustExist && { mustExist }) }
      const operation: WriteOperation = { kind: 'put', key, value, contentType, expiresAtMs, ...conditions }
      const [result] = await this.#commitAsked([operation], { signal, durability, guard })
      if (result?.kind === 'created' || result?.kind === 'replaced') return { meta: result.meta, created: result.kind === 'created' }
      throw new Error(`A put ended as ${result?.kind}.`)
    })
  }

  /** What `readPart` in record-parts.ts says. */
  readPart(input: ParsedInputOf<'records.readPart'>): OutputOf<'records.readPart'> {
    return readPart((key) => this.get(key), this.#writers, input)
  }

  /** Another end or type for the same bytes. Throws `not_found`, `precondition_failed`. */
  amend(input: ParsedInputOf<'records.amend'>, signal?: AbortSignal): Promise<OutputOf<'records.amend'>> {
    const commit = async (operation: WriteOperation) => (await this.#commitAsked([operation], { signal }))[0]
    const wallMs = () => this.#deps.clock.wallMs()
    return this.#deps.meter.measureAsync('put', () => amendRecord({ read: (key) => this.get(key), commit, wallMs }, input))
  }

  /** Throws `not_found` when there is nothing to delete, `precondition_failed`. */
  delete(
    key: string,
    options: { condition?: Condition; undo?: boolean | undefined; guard?: CommitOptions['guard'] } = {},
    signal?: AbortSignal,
  ): Promise<void> {
    return this.#deps.meter.measureAsync('delete', async () => {
      const { condition, undo, guard } = options
      const [result] = await this.#commitAsked([{ kind: 'delete', key, ...(condition && { condition }) }], { signal, guard }, undo)
      if (result?.kind === 'absent') throw notFound(key)
    })
  }

  /** One page in key order. With values it ends early once they exceed 8 MiB; `next` says where to go on. */
  list(input: ParsedInputOf<'records.list'>): OutputOf<'records.list'> {
    return this.#deps.meter.measure('list', () => {
      const { prefix, from, after, limit, reverse, values } = input
      const range = { prefix, ...(from && { from }), ...(after && { after }) }
      const page = this.#deps.store.page({ ...range, limit, reverse, values, maxValueBytes: maxPageValueBytes })
      const items = page.items.map((record) => (values ? toItemWithValue(record) : toItem(record.key, record.meta)))
      this.#deps.meter.recordsRead += items.length
      return { items, next: page.more ? (items.at(-1)?.key ?? null) : null }
    })
  }

  /** Throws `invalid_request` naming the operation's index; atomic: `precondition_failed` with details {index, key}. */
  batch(input: ParsedInputOf<'records.batch'>, signal?: AbortSignal, guard?: CommitOptions['guard']): Promise<OutputOf<'records.batch'>> {
    const { clock, limits, meter } = this.#deps
    const store = {
      read: (key: string) => this.#read(key),
      commit: (operations: readonly WriteOperation[], stop: AbortSignal | undefined) =>
        this.#commitAsked(operations, { signal: stop, durability: input.durability, guard }, input.undo),
    }
    return meter.measureAsync('batch', () => runBatch(store, input, { clock, maxValueBytes: limits.maxValueBytes }, signal))
  }

  /** What a transaction has staged, whole or not at all; `guard` says whether what it has read still holds. */
  commitTransaction(operations: readonly WriteOperation[], wish: CommitWish): Promise<readonly OperationResult[]> {
    return this.#deps.meter.measureAsync('transaction', () => this.#commitAsked(operations, wish))
  }

  /** Good lines stay, bad ones are reported; ends early with the report as details (NdjsonImport). */
  importNdjson(source: AsyncIterable<Uint8Array>, options: ImportOptions, signal?: AbortSignal): Promise<ImportReport> {
    const run = () => new NdjsonImport(this.#importDeps(), options).run(source, signal)
    return this.#deps.meter.measureAsync('import', () => (options.dryRun ? run() : noteImport(this.#deps.activity, run)))
  }

  /** Lines in key order, many a chunk; `importNdjson` takes them back to the same bytes. Throws what `BulkReader.each` names. */
  async *exportNdjson(prefix: string, signal?: AbortSignal): AsyncGenerator<Uint8Array, void, undefined> {
    const { reader, limits, meter } = this.#deps
    const task = { kind: 'lines', maxLineBytes: importLineLimit(limits.maxValueBytes) } as const
    const range = { prefix, limit: Math.max(1, limits.prefetchRecords), maxValueBytes: linesBytes }
    const startedMs = meter.startMs()
    try {
      for await (const { result, records } of reader.each(task, range, signal)) {
        this.#readPage(records)
        yield result.bytes
      }
      meter.succeeded('export', startedMs)
    } catch (error) {
      meter.failed('export', startedMs, error)
      throw error
    }
  }

  /** The job of `records.deletePrefix`. Result: {matched, deleted, changed}. */
  deletePrefix(job: JobContext, input: PrefixDeletion): Promise<Record<string, unknown>> {
    const { store, undo } = this.#deps
    // What a restore brings back has the versions that were found before it, and must not be deleted with them.
    const { timeline } = store
    const commit = (operations: readonly WriteOperation[], signal: AbortSignal | undefined) =>
      this.#commit(operations, { signal, timeline })
    const deps = { store, commit, undo }
    return this.#deps.meter.measureAsync('delete_prefix', () => deleteByPrefix(deps, job, input))
  }

  /** The job of `records.bulk`. Result: {matched, bytes, changed, skipped, skippedKeys}. */
  bulk(job: JobContext, target: BulkTarget, action: BulkAction): Promise<Record<string, unknown>> {
    const { store, clock, meter, undo, limits } = this.#deps
    const { timeline } = store
    const commit = (operations: readonly WriteOperation[], signal: AbortSignal | undefined) =>
      this.#commit(operations, { signal, timeline })
    return meter.measureAsync('bulk', () => runBulk({ store, clock, commit, undo, batchRecords: limits.batchRecords }, job, target, action))
  }

  /** The dry run of `bulk`. */
  checkBulk(job: JobContext, target: BulkTarget): Promise<Record<string, unknown>> {
    const { store, limits } = this.#deps
    return checkBulk({ store, batchRecords: limits.batchRecords }, job, target)
  }

  /** The job of `undo.run`, where records are put back. Throws what `UndoPort.run` names. */
  undo(job: JobContext, id: string): Promise<Record<string, unknown>> {
    const { store, undo } = this.#deps
    if (undo === undefined) throw new HoldfastError('nothing_to_undo', 'This host keeps nothing for undo.')
    const { timeline } = store
    return undo.run(job, id, (operations, signal) => this.#commit(operations, { signal, timeline }))
  }

  /** The job of `sample.load`. Result: {imported, failed}. */
  loadSample(job: JobContext): Promise<Record<string, unknown>> {
    return this.#deps.meter.measureAsync('import', () => loadSampleData(this.#importDeps(), job))
  }

  /** Records with a prefix in key order, a page at a time, each page one state of the store. Throws what `BulkReader.each` names. */
  async *pages({ prefix, signal }: { prefix: string; signal: AbortSignal }): AsyncGenerator<readonly StoredRecord[], void, undefined> {
    const { reader, limits } = this.#deps
    const range = { prefix, limit: Math.max(1, limits.prefetchRecords), maxValueBytes: pageBytes }
    for await (const { result, records } of reader.each({ kind: 'open' }, range, signal)) {
      this.#readPage(records)
      yield recordsOf(result)
    }
  }

  /** What the long imports of the host itself write through: each transaction durable before the next begins. */
  importDoor(): Pick<ImportDeps, 'commit' | 'exists'> &
    Required<Pick<ImportDeps, 'problemOf'>> & { get(key: string): StoredRecord | undefined } {
    const { store } = this.#deps
    return {
      commit: (operations, signal) => this.#commit(operations, { signal, durability: 'durable' }),
      exists: (key) => store.getMeta(key) !== undefined,
      get: (key) => store.get(key),
      problemOf: (operation) => this.#problemOf(operation),
    }
  }

  /** Stops listening to the store; what is untold yet is told. The store is closed by who opened it. */
  close(): void {
    for (const stop of this.#stops) stop()
    this.#announcer.close()
    this.#deps.memoryTier.clear()
  }

  #readPage(records: number): void {
    const { meter } = this.#deps
    meter.pagesRead++
    meter.recordsRead += records
  }

  #importDeps(): ImportDeps {
    const { store, clock, limits } = this.#deps
    return {
      commit: (operations, signal) => this.#commit(operations, { signal }),
      exists: (key) => store.getMeta(key) !== undefined,
      clock,
      maxValueBytes: limits.maxValueBytes,
      batchRecords: limits.batchRecords,
      problemOf: (operation) => this.#problemOf(operation),
    }
  }

  #problemOf(operation: WriteOperation): HoldfastError | undefined {
    return operation.kind === 'put' ? this.#deps.problemOf?.(operation.key, operation.contentType, operation.value) : undefined
  }

  #read(key: string): StoredRecord | undefined {
    const hit = this.#deps.memoryTier.get(key)
    if (hit === undefined) return this.#readThrough(key)
    this.#deps.meter.recordsRead++
    return hit
  }

  #readThrough(key: string): StoredRecord | undefined {
    const { memoryTier, store, meter } = this.#deps
    const epoch = memoryTier.epoch
    try {
      const record = store.get(key)
      if (record === undefined) return undefined
      memoryTier.fill(record, epoch)
      meter.recordsRead++
      return record
    } catch (error) {
      if (error instanceof HoldfastError && error.code === 'record_damaged') meter.noteDamage(error)
      throw error
    }
  }

  /** What somebody asked for directly: a person's change is kept for undo. */
  #commitAsked(operations: readonly WriteOperation[], wish: CommitWish, keep = true): Promise<readonly OperationResult[]> {
    const { undo } = this.#deps
    if (undo === undefined || !undo.isPersonActing) return this.#commit(operations, wish)
    return undo.changeForPerson(operations, (bound) => this.#commit(bound, wish), { undo: keep })
  }

  async #commit(operations: readonly WriteOperation[], wish: CommitWish): Promise<readonly OperationResult[]> {
    const { store, limits, meter, clock, actor } = this.#deps
    const { signal, timeline, guard, durability = limits.defaultDurability } = wish
    const options = { durability, ...(signal && { signal }), ...(timeline !== undefined && { timeline }), ...(guard && { guard }) }
    const results = await store.commit(operations, options)
    this.#writers.note(operations, results, actor?.() ?? { kind: 'host' }, clock.wallMs())
    let written = 0
    for (let place = 0; place < results.length; place++) if (results[place]?.kind !== 'absent') written++
    meter.transactions++
    meter.recordsWritten += written
    return results
  }

  #changed(keys: readonly string[]): void {
    this.#deps.memoryTier.invalidate(keys)
    this.#announcer.collect(keys)
  }

  #stateChanged(change: 'mode' | 'timeline'): void {
    const { memoryTier, events, store } = this.#deps
    // A stopped store serves nothing, from memory neither; on a new timeline nothing that was kept is true any more (TL1).
    memoryTier.clear()
    if (change === 'timeline') this.#announcer.collectAll()
    events.publish('state', { code: change === 'timeline' ? 'timeline' : store.mode.kind })
  }
}

/** The store's options, where what is absent may be undefined. */
interface CommitWish {
  readonly signal?: AbortSignal | undefined
  readonly durability?: Durability | undefined
  readonly timeline?: string | undefined
  readonly guard?: CommitOptions['guard'] | undefined
}

function found<T>(key: string, value: T | undefined): T {
  if (value === undefined) throw notFound(key)
  return value
}

function notFound(key: string): HoldfastError {
  return new HoldfastError('not_found', `There is no record with the key ${JSON.stringify(key)}.`, { details: { key } })
}
