import { compareKeys } from './key-order.ts'
import type { LmdbEnvironment } from './lmdb-environment.ts'
import type { Overlay } from './overlay.ts'
import { type KeyRange, rangeOf } from './page-query.ts'
import { decodeMeta, decodeRecord } from './record-codec.ts'
import type { PageQuery, RecordPage, StoredRecord } from './record-store.ts'

const noBytes = Buffer.alloc(0)

/** A state of a key, from the overlay or from the database; `record` null: deleted. */
interface KeyState {
  readonly key: string
  readonly record: Buffer | null
}

/**
 * One page over the database and the overlay, both read in the same tick: one state of the store (DN4). Deletions in the overlay hide, expired
 * records are absent.
 */
export function readPage(environment: LmdbEnvironment, overlay: Overlay, query: PageQuery, wallMs: number): RecordPage {
  const range = rangeOf(query)
  if (range === undefined) return { items: [], more: false }
  const items: StoredRecord[] = []
  let bytes = 0
  const stored = environment.range(range, query.reverse)
  // The usual case, a drained store, pays for no merging.
  for (const state of overlay.size === 0 ? stored : mergedStates(stored, overlay, range, query.reverse)) {
    if (state.record === null) continue
    const item = toItem(state.key, state.record, query.values, wallMs)
    if (item === undefined) continue
    const isFull = items.length >= query.limit || (query.maxValueBytes !== undefined && items.length > 0 && bytes > query.maxValueBytes)
    if (isFull) return { items, more: true }
    items.push(item)
    if (query.values) bytes += item.meta.size
  }
  return { items, more: false }
}

function toItem(key: string, record: Buffer, values: boolean, wallMs: number): StoredRecord | undefined {
  const { meta, value } = values ? decodeRecord(key, record) : { meta: decodeMeta(key, record), value: noBytes }
  return meta.expiresAtMs !== null && meta.expiresAtMs <= wallMs ? undefined : { key, meta, value }
}

function* mergedStates(stored: Iterable<KeyState>, overlay: Overlay, range: KeyRange, reverse: boolean): Generator<KeyState> {
  const above = overlay.walk(range, reverse)
  let entry = above.next()
  for (const { key, record } of stored) {
    let isHidden = false
    while (!entry.done) {
      const order = reverse ? compareKeys(key, entry.value.key) : compareKeys(entry.value.key, key)
      if (order > 0) break
      yield entry.value
      if (order === 0) isHidden = true
      entry = above.next()
    }
    if (!isHidden) yield { key, record }
  }
  for (; !entry.done; entry = above.next()) yield entry.value
}
