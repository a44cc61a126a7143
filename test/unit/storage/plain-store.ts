import type { Clock } from '../../../src/main/base/clock.ts'
import { HoldfastError } from '../../../src/main/base/errors.ts'
import { LatencyHistogram } from '../../../src/main/base/latency-histogram.ts'
import { silentLog } from '../../../src/main/base/log.ts'
import { compareKeys } from '../../../src/main/persistence/key-order.ts'
import { nothingPacked } from '../../../src/main/persistence/packing-figures.ts'
import { encodeRecord } from '../../../src/main/persistence/record-codec.ts'
import type {
  CommitOptions,
  CommittedChange,
  KeySpan,
  KeyStride,
  OperationResult,
  PageQuery,
  RecordPage,
  RecordStore,
  StoredRecord,
  StoreMode,
  WriteOperation,
} from '../../../src/main/persistence/record-store.ts'
import { SystemEntries, type SystemTable } from '../../../src/main/persistence/system-table.ts'

export class ManualClock implements Clock {
  nowMs = Date.UTC(2026, 10, 23)
  wallMs(): number {
    return this.nowMs
  }
  monotonicMs(): number {
    return this.nowMs
  }
  advance(ms: number): void {
    this.nowMs += ms
  }
}

const byBytes = (one: StoredRecord, other: StoredRecord) => Buffer.compare(Buffer.from(one.key), Buffer.from(other.key))

/** The versions of this store are no times. */
const packedOf = ({ key, meta, value }: StoredRecord): StoredRecord => ({
  key,
  meta,
  value: encodeRecord(key, value, { ...meta, version: { ms: 0, counter: 0 }, node: 0 }),
})

/** The port's obligations over a plain map, with handles for tests: a pause before a commit takes effect, and failures to come. */
export class PlainStore implements RecordStore {
  mode: StoreMode = { kind: 'running' }
  readonly #system = new SystemEntries({ log: silentLog })
  readonly system: SystemTable = {
    get: (key) => this.#system.get(key),
    entries: (prefix) => this.#system.entries(prefix),
    write: async (wanted) => {
      const sequence = ++this.#sequence
      this.#system.apply(typeof wanted === 'function' ? wanted(sequence) : wanted)
      return { sequence }
    },
    onChanged: (listener) => this.#system.onChanged(listener),
  }
  records = new Map<string, StoredRecord>()
  commits: { operations: readonly WriteOperation[]; options: CommitOptions }[] = []
  /** Awaited before each commit takes effect. */
  beforeCommit: () => Promise<void> = async () => {}
  failures: HoldfastError[] = []
  gets = 0
  readonly #committed = new Set<(change: CommittedChange) => void>()
  readonly timeline = 't1'
  readonly #stateListeners = new Set<(change: 'mode' | 'timeline') => void>()
  #sequence = 0
  #queue: Promise<unknown> = Promise.resolve()
  readonly #clock: Clock

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get(key: string): StoredRecord | undefined {
    this.gets++
    if (this.mode.kind === 'stopped') throw new HoldfastError('store_damaged', 'The store is damaged.')
    const record = this.records.get(key)
    return record && this.#isAlive(record) ? record : undefined
  }

  getMeta(key: string) {
    return this.get(key)?.meta
  }

  page({ prefix, after, limit, reverse, values, packed, maxValueBytes = Number.POSITIVE_INFINITY }: PageQuery): RecordPage {
    const sorted = [...this.records.values()].filter((record) => record.key.startsWith(prefix) && this.#isAlive(record)).sort(byBytes)
    if (reverse) sorted.reverse()
    const boundary = after === undefined ? undefined : Buffer.from(after)
    const isBehind = ({ key }: StoredRecord) => !boundary || Buffer.compare(Buffer.from(key), boundary) * (reverse ? -1 : 1) > 0
    const candidates = sorted.filter(isBehind)
    const items: StoredRecord[] = []
    let bytes = 0
    for (const record of candidates) {
      if (items.length === limit || (values && items.length > 0 && bytes > maxValueBytes)) break
      bytes += record.value.byteLength
      items.push(values ? (packed ? packedOf(record) : record) : { ...record, value: new Uint8Array() })
    }
    return { items, more: items.length < candidates.length }
  }

  stride({ from, to, limit }: KeySpan): KeyStride {
    const range = { prefix: '', limit: Number.POSITIVE_INFINITY, reverse: false, values: false }
    const keys = this.page(range).items.map(({ key }) => key)
    const inside = keys.filter((key) => compareKeys(key, from) >= 0 && (to === undefined || compareKeys(key, to) < 0))
    return inside.length > limit ? { passed: limit, next: inside[limit] } : { passed: inside.length, next: undefined }
  }

  commit(operations: readonly WriteOperation[], options: CommitOptions): Promise<readonly OperationResult[]> {
    const turn = this.#queue.then(() => this.#apply(operations, options))
    this.#queue = turn.catch(() => {})
    return turn
  }

  onCommitted(listener: (change: CommittedChange) => void) {
    this.#committed.add(listener)
    return () => this.#committed.delete(listener)
  }

  onStateChange(listener: (change: 'mode' | 'timeline') => void) {
    this.#stateListeners.add(listener)
    return () => this.#stateListeners.delete(listener)
  }

  changeState(change: 'mode' | 'timeline'): void {
    for (const listener of this.#stateListeners) listener(change)
  }

  readonly timings = {
    overlayMaxBytes: 1024,
    syncLatency: new LatencyHistogram(),
    waitLatency: new LatencyHistogram(),
    packing: nothingPacked,
  }

  figures() {
    const position = { sequence: this.#sequence, appliedSequence: this.#sequence, records: this.records.size, recordsExact: true }
    return {
      timeline: this.timeline,
      generation: 'g1',
      ...position,
      overlayBytes: 0,
      databaseBytes: 4096,
      journalBytes: 8192,
      syncP50Ms: 0.2,
      ...this.timings,
    }
  }

  async close(): Promise<void> {}

  async #apply(operations: readonly WriteOperation[], options: CommitOptions): Promise<readonly OperationResult[]> {
    await this.beforeCommit()
    if (options.signal?.aborted) throw new HoldfastError('cancelled', 'Cancelled.')
    this.commits.push({ operations, options })
    const failure = this.failures.shift()
    if (failure) throw failure
    const staged = new Map(this.records)
    const results = operations.map((operation, index) => this.#applyOne(staged, operation, index))
    this.records = staged
    for (const listener of this.#committed) listener({ sequence: this.#sequence, keys: operations.map(({ key }) => key) })
    return results
  }

  #applyOne(staged: Map<string, StoredRecord>, operation: WriteOperation, index: number): OperationResult {
    const { key } = operation
    const found = staged.get(key)
    const present = found && this.#isAlive(found) ? found : undefined
    const refused = operation.condition !== undefined && (present?.meta.version ?? null) !== operation.condition.version
    if (refused || (operation.kind === 'put' && operation.mustExist && !present)) {
      throw new HoldfastError('precondition_failed', 'The record has changed.', { details: { index, key } })
    }
    this.#sequence++
    if (operation.kind === 'delete') {
      staged.delete(key)
      return { kind: present ? 'deleted' : 'absent' }
    }
    const version = `v${String(this.#sequence).padStart(8, '0')}`
    const createdAtMs = present?.meta.createdAtMs ?? this.#clock.wallMs()
    const { contentType, expiresAtMs, value } = operation
    const meta = { version, contentType, size: value.byteLength, createdAtMs, updatedAtMs: this.#clock.wallMs(), expiresAtMs }
    staged.set(key, { key, meta, value })
    return { kind: present ? 'replaced' : 'created', meta }
  }

  #isAlive({ meta }: StoredRecord): boolean {
    return meta.expiresAtMs === null || meta.expiresAtMs > this.#clock.wallMs()
  }
}
