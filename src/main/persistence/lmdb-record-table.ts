import type { Database, Transaction } from 'lmdb'
import { maxKeyBytes } from '../../contract/index.ts'
import type { DamageWatch } from './damage-watch.ts'
import { compareKeys } from './key-order.ts'
import type { LmdbRoot, ValueHead } from './lmdb-root.ts'
import { headBytes } from './record-codec.ts'
import type { KeySpan, KeyStride } from './record-store.ts'

export interface KeyBounds {
  readonly from: string
  readonly fromExclusive: boolean
  readonly to: string | undefined
}

/** What lmdb-js says of a table. */
interface TableFigures {
  readonly entryCount: number
  readonly treeLeafPageCount: number
}

/** The encoded records of one environment by key, and the same without their values. */
export class LmdbRecordTable {
  readonly #records: Database<Buffer, string>
  readonly #heads: Database<ValueHead, string>
  readonly #watch: DamageWatch

  constructor(root: LmdbRoot, watch: DamageWatch) {
    this.#records = root.table('records')
    this.#heads = root.heads('records', headBytes)
    this.#watch = watch
  }

  get count(): number {
    return this.#figures.entryCount
  }

  get leafPages(): number {
    return this.#figures.treeLeafPageCount
  }

  get #figures(): TableFigures {
    return this.#records.getStats() as TableFigures
  }

  /** The encoded record, copied; undefined when the key is unknown. */
  get(key: string): Buffer | undefined {
    return isPossibleKey(key) ? this.#watch.look(() => this.#records.get(key)) : undefined
  }

  /** Its beginning, as far as `decodeMeta` needs it. */
  getHead(key: string): ValueHead | undefined {
    return isPossibleKey(key) ? this.#watch.look(() => this.#heads.get(key)) : undefined
  }

  /** Encoded records in key order, copied. Must be used up at once, without an await: an open cursor pins old pages. */
  *range(bounds: KeyBounds, reverse: boolean): Generator<{ key: string; record: Buffer }> {
    for (const { key, value } of this.#rangeOf(this.#records, bounds, reverse)) yield { key, record: value }
  }

  /** Their beginnings, in the same way. */
  *heads(bounds: KeyBounds, reverse: boolean): Generator<{ key: string; head: ValueHead }> {
    for (const { key, value } of this.#rangeOf(this.#heads, bounds, reverse)) yield { key, head: value }
  }

  /** Each `every`-th of them, in key order: those between are passed over inside LMDB. */
  *sampleHeads(bounds: KeyBounds, every: number): Generator<{ key: string; head: ValueHead }> {
    if (every === 1) {
      yield* this.heads(bounds, false)
      return
    }
    for (let { from, fromExclusive } = bounds; ; fromExclusive = true) {
      const { to } = bounds
      const range = { start: from, exclusiveStart: fromExclusive, offset: every - 1, limit: 1, ...(to !== undefined && { end: to }) }
      const [found] = this.#watch.look(() => [...this.#heads.getRange(range)])
      if (found === undefined) return
      yield { key: found.key, head: found.value }
      from = found.key
    }
  }

  *#rangeOf<Value>(table: Database<Value, string>, bounds: KeyBounds, reverse: boolean): Generator<{ key: string; value: Value }> {
    const { from, fromExclusive, to } = bounds
    // lmdb-js includes the start and excludes the end, in both directions.
    const options = reverse
      ? { ...(to !== undefined && { start: to }), end: '', reverse: true }
      : { start: from, exclusiveStart: fromExclusive, ...(to !== undefined && { end: to }) }
    for (const { key, value } of this.#watch.walk(() => table.getRange(options))) {
      if (reverse && to !== undefined && compareKeys(key, to) >= 0) continue
      if (reverse && compareKeys(key, from) < (fromExclusive ? 1 : 0)) return
      yield { key, value }
    }
  }

  /** Passes over keys inside LMDB; only the one that comes next is made into a string. */
  stride({ from, to, limit }: KeySpan): KeyStride {
    if (to !== undefined && compareKeys(from, to) >= 0) return { passed: 0, next: undefined }
    return this.#watch.look(() => {
      const [next] = this.#records.getKeys({ start: from, offset: limit, limit: 1 })
      if (next !== undefined && (to === undefined || compareKeys(next, to) < 0)) return { passed: limit, next }
      return { passed: this.#records.getKeysCount({ start: from, ...(to !== undefined && { end: to }) }), next: undefined }
    })
  }

  /** One state of all tables until `done`. */
  beginRead(): Transaction {
    // biome-ignore lint/correctness/useHookAtTopLevel: a method of lmdb-js whose name only looks like a React hook
    return this.#records.useReadTransaction()
  }

  /** All encoded records of one state, in key order. */
  *rangeIn(transaction: Transaction): Generator<{ key: string; record: Buffer }> {
    const all = this.#watch.walk(() => this.#records.getRange({ start: '', transaction }))
    for (const { key, value } of all) yield { key, record: value }
  }

  /** Inside of a commit. */
  issue(changes: readonly { readonly key: string; readonly record: Buffer | null }[]): void {
    for (const { key, record } of changes) {
      if (record === null) this.#records.remove(key)
      else this.#records.put(key, record)
    }
  }
}

// LMDB throws on others. A third of the limit cannot exceed it: three bytes for each UTF-16 unit are the most.
const isPossibleKey = (key: string): boolean => key.length > 0 && (key.length * 3 <= maxKeyBytes || Buffer.byteLength(key) <= maxKeyBytes)
