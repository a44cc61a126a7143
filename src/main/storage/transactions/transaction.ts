import type { OutputOf, ParsedInputOf, RecordItem } from '../../../contract/index.ts'
import { HoldfastError } from '../../base/errors.ts'
import { compareKeys } from '../../persistence/key-order.ts'
import { rangeOf } from '../../persistence/page-query.ts'
import type { NewestStates, RecordPage, RecordStore, StoredRecord, WriteOperation } from '../../persistence/record-store.ts'
import { toItemWithValue } from '../record-item.ts'
import { encodeValue } from '../value-encoding.ts'
import { ReadSet } from './read-set.ts'
import { StagedWrites } from './staged-writes.ts'

const maxPageValueBytes = 8 * 1024 * 1024

type Scan = Omit<ParsedInputOf<'transactions.scan'>, 'id'>
type GetItem = OutputOf<'transactions.get'>['items'][number]

/**
 * Reads and writes that become one commit. It sees its own writes, holds no snapshot, and remembers what it has read; the one writer checks that when it
 * commits. Values seen before a conflict may belong to different moments; nothing is ever written on them (DN5).
 */
export class Transaction {
  readonly #store: Pick<RecordStore, 'get' | 'page'>
  readonly #reads = new ReadSet()
  readonly #writes = new StagedWrites()

  constructor(store: Pick<RecordStore, 'get' | 'page'>) {
    this.#store = store
  }

  get figures(): { reads: number; writes: number; bytes: number } {
    return { reads: this.#reads.size, writes: this.#writes.size, bytes: this.#writes.bytes }
  }

  get writes(): readonly WriteOperation[] {
    return [...this.#writes]
  }

  /** Throws `transaction_conflict` when what was read has changed. */
  check(newest: NewestStates): void {
    this.#reads.check(newest)
  }

  get(key: string): GetItem {
    const staged = this.#writes.get(key)
    if (staged?.kind === 'delete') return { key, version: null }
    if (staged?.kind === 'put') return { key, ...encodeValue(staged.value) }
    const record = this.#store.get(key)
    this.#reads.addKey(key, record?.meta.version ?? null)
    return record === undefined ? { key, version: null } : { key, version: record.meta.version, ...encodeValue(record.value) }
  }

  stage(write: WriteOperation): void {
    // A condition holds for what the transaction has read, or makes it read.
    if (write.condition !== undefined) this.#holdCondition(write.key, write.condition.version)
    const { condition: _, ...unconditional } = write
    this.#writes.add(unconditional as WriteOperation)
  }

  /** One page, its own writes in it. What was looked at of the store is remembered, up to the last key that the page covers. */
  scan(scan: Scan): OutputOf<'transactions.scan'> {
    const { prefix, after, limit, reverse } = scan
    const query = { prefix, ...(after !== undefined && { after }), limit, reverse, values: true, maxValueBytes: maxPageValueBytes }
    const range = rangeOf(query)
    if (range === undefined) return { items: [], next: null }
    const page = this.#store.page(query)
    const covered = coveredBy(page, range, reverse)
    this.#reads.addRange({ ...covered, seen: seenOf(page, reverse) })
    const items = this.#withOwnWrites(page.items, covered, reverse)
    if (items.length > limit) return { items: items.slice(0, limit), next: (items[limit - 1] as RecordItem).key }
    return { items, next: page.more ? (page.items.at(-1)?.key ?? null) : null }
  }

  #holdCondition(key: string, version: string | null): void {
    if (this.#writes.get(key) !== undefined)
      throw new HoldfastError('precondition_failed', 'This transaction has written the record already; no version can match.', {
        details: { key },
      })
    const current = this.#store.get(key)?.meta.version ?? null
    if (current !== version)
      throw new HoldfastError('precondition_failed', `The record ${JSON.stringify(key)} has another version. Read it again, then decide.`, {
        details: { key },
      })
    this.#reads.addKey(key, version)
  }

  #withOwnWrites(stored: readonly StoredRecord[], covered: { from: string; to: string | undefined }, reverse: boolean): RecordItem[] {
    const items: RecordItem[] = stored.filter(({ key }) => this.#writes.get(key) === undefined).map(toItemWithValue)
    for (const write of this.#writes) {
      const isCovered = compareKeys(write.key, covered.from) >= 0 && (covered.to === undefined || compareKeys(write.key, covered.to) < 0)
      if (write.kind === 'put' && isCovered) items.push(toStagedItem(write))
    }
    return items.sort((one, other) => (reverse ? compareKeys(other.key, one.key) : compareKeys(one.key, other.key)))
  }
}

/** The keys of which the page says everything: up to its last key, or to the end of the range. */
function coveredBy(page: RecordPage, range: { from: string; fromExclusive: boolean; to: string | undefined }, reverse: boolean) {
  const last = page.items.at(-1)?.key
  // The next key after one is the one with a NUL behind it.
  const from = range.fromExclusive ? `${range.from}\0` : range.from
  if (!page.more || last === undefined) return { from, to: range.to }
  return reverse ? { from: last, to: range.to } : { from, to: `${last}\0` }
}

function seenOf({ items }: RecordPage, reverse: boolean): { key: string; version: string }[] {
  const seen = items.map(({ key, meta }) => ({ key, version: meta.version }))
  return reverse ? seen.reverse() : seen
}

function toStagedItem({ key, value, contentType, expiresAtMs }: WriteOperation & { kind: 'put' }): RecordItem {
  const at = new Date(0).toISOString()
  const expiry = expiresAtMs === null ? {} : { expiresAt: new Date(expiresAtMs).toISOString() }
  return { key, version: 'staged', contentType, size: value.byteLength, createdAt: at, updatedAt: at, ...expiry, ...encodeValue(value) }
}
