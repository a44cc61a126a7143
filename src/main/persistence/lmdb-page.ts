import { compareKeys } from './key-order.ts'
import type { LmdbEnvironment } from './lmdb-environment.ts'
import type { Overlay } from './overlay.ts'
import { type KeyRange, rangeOf } from './page-query.ts'
import type { PayloadMeans } from './payload-codec.ts'
import { decodeMeta, decodeRecord } from './record-codec.ts'
import type { KeySpan, PageQuery, RecordPage, StoredRecord, Version } from './record-store.ts'

const noBytes = Buffer.alloc(0)

/** A state of a key, from the overlay or from the database; `record` null: deleted. `bytes` is there where `record` is its beginning only. */
interface KeyState {
  readonly key: string
  readonly record: Buffer | null
  readonly bytes?: number
}

/**
 * One page over the database and the overlay, both read in the same tick: one state of the store (DN4). Deletions in the overlay hide, expired
 * records are absent.
 */
export function readPage(
  { environment, overlay, means }: { environment: LmdbEnvironment; overlay: Overlay; means: PayloadMeans },
  query: PageQuery,
  wallMs: number,
): RecordPage {
  const range = rangeOf(query)
  if (range === undefined) return { items: [], more: false }
  const items: StoredRecord[] = []
  let bytes = 0
  const stored: Iterable<KeyState> = query.values
    ? environment.records.range(range, query.reverse)
    : heads(environment, range, query.reverse)
  // The usual case, a drained store, pays for no merging.
  for (const state of overlay.size === 0 ? stored : mergedStates(stored, overlay.walk(range, query.reverse), query.reverse)) {
    if (state.record === null) continue
    const item = query.values
      ? itemOf(state.key, query.packed ? packedRecord(state.key, state.record) : decodeRecord(state.key, state.record, means), wallMs)
      : itemOfHead(state.key, state.record, state.bytes, wallMs)
    if (item === undefined) continue
    const isFull = items.length >= query.limit || (query.maxValueBytes !== undefined && items.length > 0 && bytes > query.maxValueBytes)
    if (isFull) return { items, more: true }
    items.push(item)
    if (query.values) bytes += item.meta.size
  }
  return { items, more: false }
}

/** The newest versions in a run of keys, writes included that are not acknowledged yet. */
export function newestVersions(
  environment: LmdbEnvironment,
  overlay: Overlay,
  { from, to, limit }: KeySpan,
  wallMs: number,
): { key: string; version: Version }[] {
  const range: KeyRange = { from, fromExclusive: false, to }
  const found: { key: string; version: Version }[] = []
  for (const state of mergedStates(heads(environment, range, false), overlay.walkNewest(range), false)) {
    if (found.length >= limit) break
    const item = state.record === null ? undefined : itemOfHead(state.key, state.record, state.bytes, wallMs)
    if (item !== undefined) found.push({ key: item.key, version: item.meta.version })
  }
  return found
}

function* heads(environment: LmdbEnvironment, range: KeyRange, reverse: boolean): Generator<KeyState> {
  for (const { key, head } of environment.records.heads(range, reverse)) yield { key, record: head.head, bytes: head.bytes }
}

const packedRecord = (key: string, record: Buffer) => ({ meta: decodeMeta(key, record), value: record })

const itemOfHead = (key: string, head: Buffer, bytes: number | undefined, wallMs: number) =>
  itemOf(key, { meta: decodeMeta(key, head, bytes), value: noBytes }, wallMs)

function itemOf(key: string, { meta, value }: Omit<StoredRecord, 'key'>, wallMs: number): StoredRecord | undefined {
  return meta.expiresAtMs !== null && meta.expiresAtMs <= wallMs ? undefined : { key, meta, value }
}

function* mergedStates(stored: Iterable<KeyState>, above: Iterator<KeyState>, reverse: boolean): Generator<KeyState> {
  let entry = above.next()
  for (const state of stored) {
    const { key } = state
    let isHidden = false
    while (!entry.done) {
      const order = reverse ? compareKeys(key, entry.value.key) : compareKeys(entry.value.key, key)
      if (order > 0) break
      yield entry.value
      if (order === 0) isHidden = true
      entry = above.next()
    }
    if (!isHidden) yield state
  }
  for (; !entry.done; entry = above.next()) yield entry.value
}
