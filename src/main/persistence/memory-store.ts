import { randomUUID } from 'node:crypto'
import type { Clock } from '../base/clock.ts'
import { throwIfCancelled } from '../base/errors.ts'
import { LatencyHistogram } from '../base/latency-histogram.ts'
import { silentLog } from '../base/log.ts'
import { hasExpired, judge, type KnownState } from './judge.ts'
import { lowerBound } from './key-order.ts'
import { nothingPacked } from './packing-figures.ts'
import { rangeOf } from './page-query.ts'
import { decodeMeta, decodeRecord } from './record-codec.ts'
import type {
  CommitOptions,
  CommittedChange,
  KeySpan,
  KeyStride,
  OperationResult,
  PageQuery,
  RecordMeta,
  RecordPage,
  RecordStore,
  StoredRecord,
  StoreFigures,
  StoreMode,
  Version,
  WriteOperation,
} from './record-store.ts'
import { StoreListeners } from './store-listeners.ts'
import { type SystemChanges, SystemEntries, type SystemTable } from './system-table.ts'
import { restoredMeanwhile } from './timeline-conflict.ts'
import { VersionClock } from './version-clock.ts'

const noBytes = Buffer.alloc(0)

/** The reference: what a store has to do, said as plainly as it can be. Nothing survives; for tests and comparisons. */
export class MemoryStore implements RecordStore {
  readonly #noLatency = new LatencyHistogram()
  readonly mode: StoreMode = { kind: 'running' }
  readonly #clock: Clock
  readonly #versions: VersionClock
  readonly timeline = randomUUID().slice(0, 8)
  readonly #records = new Map<string, Buffer>()
  readonly #keys: string[] = []
  readonly #listeners = new StoreListeners({ log: silentLog })
  readonly #system = new SystemEntries({ log: silentLog })
  #sequence = 0
  readonly system: SystemTable = {
    get: (key) => this.#system.get(key),
    entries: (prefix) => this.#system.entries(prefix),
    write: async (changes) => this.#writeSystem(changes),
    onChanged: (listener) => this.#system.onChanged(listener),
  }

  constructor(deps: { clock: Clock }) {
    this.#clock = deps.clock
    this.#versions = new VersionClock(deps.clock, { ms: 0, counter: 0 })
  }

  get(key: string): StoredRecord | undefined {
    const record = this.#records.get(key)
    if (record === undefined) return undefined
    const { meta, value } = decodeRecord(key, record)
    return this.#isGone(meta) ? undefined : { key, meta, value }
  }

  getMeta(key: string): RecordMeta | undefined {
    const { meta } = this.#stateOf(key)
    return meta === null || this.#isGone(meta) ? undefined : meta
  }

  page(query: PageQuery): RecordPage {
    const range = rangeOf(query)
    if (range === undefined) return { items: [], more: false }
    const begin = lowerBound(this.#keys, range.from)
    const end = range.to === undefined ? this.#keys.length : lowerBound(this.#keys, range.to)
    const keys = this.#keys.slice(begin, end).filter((key) => !(range.fromExclusive && key === range.from))
    if (query.reverse) keys.reverse()
    const items: StoredRecord[] = []
    let bytes = 0
    for (const key of keys) {
      const record = this.get(key)
      if (record === undefined) continue
      const isFull = items.length >= query.limit || (query.maxValueBytes !== undefined && items.length > 0 && bytes > query.maxValueBytes)
      if (isFull) return { items, more: true }
      const packed = query.packed ? (this.#records.get(key) as Buffer) : record.value
      items.push({ ...record, value: query.values ? packed : noBytes })
      if (query.values) bytes += record.meta.size
    }
    return { items, more: false }
  }

  stride({ from, to, limit }: KeySpan): KeyStride {
    const begin = lowerBound(this.#keys, from)
    const end = to === undefined ? this.#keys.length : Math.max(begin, lowerBound(this.#keys, to))
    return end - begin > limit ? { passed: limit, next: this.#keys[begin + limit] } : { passed: end - begin, next: undefined }
  }

  async commit(operations: readonly WriteOperation[], { signal, timeline, guard }: CommitOptions): Promise<readonly OperationResult[]> {
    throwIfCancelled(signal)
    if (timeline !== undefined && timeline !== this.timeline) throw restoredMeanwhile()
    guard?.({ meta: (key) => this.getMeta(key) ?? null, versions: (span) => this.#versionsIn(span) })
    const moment = { version: this.#versions.next(), node: 0, wallMs: Math.floor(this.#clock.wallMs()) }
    const { effects, results } = judge(operations, (key) => this.#stateOf(key), moment)
    for (const { key, record } of effects) this.#apply(key, record)
    if (effects.length > 0) {
      const change = { sequence: ++this.#sequence, keys: effects.map(({ key }) => key) }
      this.#listeners.committed(change)
    }
    return results
  }

  onCommitted(listener: (change: CommittedChange) => void): () => void {
    return this.#listeners.onCommitted(listener)
  }

  onStateChange(): () => void {
    return () => {}
  }

  figures(): StoreFigures {
    return {
      timeline: this.timeline,
      generation: 'memory',
      sequence: this.#sequence,
      appliedSequence: this.#sequence,
      records: this.#records.size,
      recordsExact: true,
      overlayBytes: 0,
      databaseBytes: 0,
      journalBytes: 0,
      syncP50Ms: 0,
      overlayMaxBytes: 0,
      packing: nothingPacked,
      syncLatency: this.#noLatency,
      waitLatency: this.#noLatency,
    }
  }

  async close(): Promise<void> {}

  #writeSystem(wanted: SystemChanges): { sequence: number } {
    const sequence = ++this.#sequence
    const changes = typeof wanted === 'function' ? wanted(sequence) : wanted
    this.#system.assertRoomFor(changes)
    this.#system.apply(changes)
    return { sequence }
  }

  #versionsIn({ from, to, limit }: KeySpan): { key: string; version: Version }[] {
    const end = to === undefined ? this.#keys.length : lowerBound(this.#keys, to)
    const keys = this.#keys.slice(lowerBound(this.#keys, from), end)
    const found = keys.flatMap((key) => {
      const meta = this.getMeta(key)
      return meta === undefined ? [] : [{ key, version: meta.version }]
    })
    return found.slice(0, limit)
  }

  #stateOf(key: string): KnownState {
    const record = this.#records.get(key)
    return { meta: record === undefined ? null : decodeMeta(key, record), present: record !== undefined }
  }

  #apply(key: string, record: Buffer | null): void {
    const place = lowerBound(this.#keys, key)
    const isThere = this.#keys[place] === key
    if (record === null) {
      this.#records.delete(key)
      if (isThere) this.#keys.splice(place, 1)
      return
    }
    this.#records.set(key, record)
    if (!isThere) this.#keys.splice(place, 0, key)
  }

  #isGone(meta: RecordMeta): boolean {
    return hasExpired(meta, this.#clock.wallMs())
  }
}
