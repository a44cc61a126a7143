import type { CollectionPlan } from '../persistence/indexes/collection-plan.ts'
import type { CollectionStore } from '../persistence/indexes/collection-store.ts'
import type { Document } from '../persistence/indexes/document.ts'
import { type ByteText, bytesOf, toByteText } from '../persistence/indexes/index-order.ts'
import { entryOf, type IndexPlan } from '../persistence/indexes/index-plan.ts'
import type { GenerationalStore, StoredRecord } from '../persistence/record-store.ts'
import { indexIsGone } from './query-cursor.ts'
import type { IndexChoice } from './query-plan.ts'

/** Looked at in one turn: some milliseconds. */
export const pieceRecords = 256
const pieceBytes = 1024 * 1024

/** A record that may fit, where it stands in the order of its source. */
export interface Candidate {
  readonly at: ByteText
  readonly record: StoredRecord
  readonly document: Document | undefined
}

/** What was looked at in one turn. `at`: how far that was. */
export interface Piece {
  readonly candidates: readonly Candidate[]
  readonly examined: number
  readonly at: ByteText
  readonly isLast: boolean
}

type Store = Pick<GenerationalStore, 'collections' | 'page'>

/** How much to look at next: as much as is wanted, and twice as much each time that it was not enough. */
class PieceSize {
  readonly #wanted: () => number
  #least = 1

  constructor(wanted: () => number) {
    this.#wanted = wanted
  }

  next(): number {
    const size = Math.min(pieceRecords, Math.max(this.#wanted(), this.#least))
    this.#least = Math.min(pieceRecords, this.#least * 2)
    return size
  }
}

/** Where the records of a query come from. */
export interface SourceWish {
  readonly store: Store
  readonly collection: CollectionPlan
  /** Nothing up to here; undefined: from the beginning. */
  readonly after: ByteText | undefined
  /** How many records are still wanted. */
  readonly wanted: () => number
}

/** The records of a collection in the order of their keys. */
export function* scanPieces({ store, collection, after, wanted }: SourceWish): Generator<Piece> {
  const size = new PieceSize(wanted)
  const { prefix } = collection.stored
  let last = after === undefined ? undefined : bytesOf(after).toString('utf8')
  for (;;) {
    const from = last === undefined ? {} : { after: last }
    const page = store.page({ prefix, ...from, limit: size.next(), reverse: false, values: true, maxValueBytes: pieceBytes })
    const candidates = page.items.map((record) => ({
      at: toByteText(record.key),
      record,
      document: collection.documentOf(record.meta.contentType, record.value),
    }))
    last = page.items.at(-1)?.key ?? last
    yield { candidates, examined: candidates.length, at: toByteText(last ?? ''), isLast: !page.more }
    if (!page.more) return
  }
}

/** The records that runs of an index lead to, in its order or against it; each once, at its first entry. */
export function* indexPieces({ store, collection, after, wanted }: SourceWish, choice: IndexChoice): Generator<Piece> {
  const size = new PieceSize(wanted)
  const { index, reverse } = choice
  const ranges = reverse ? [...choice.ranges].reverse() : choice.ranges
  let at = after ?? ''
  for (const [place, range] of ranges.entries()) {
    let { from, to } = range
    if (after !== undefined && reverse && after < to) to = after
    if (after !== undefined && !reverse && after >= from) from = `${after}\0`
    while (from < to) {
      // It may have been taken away between two turns, or the store turned back.
      if (!isUsable(store.collections, collection.stored.name, index)) throw indexIsGone()
      const { hits, examined, last } = store.collections.scan({ collection, index, from, to, reverse, limit: size.next() })
      const candidates = hits
        .filter(({ entry, record, heads }) => entry === firstEntry(choice, heads, record.key))
        .map(({ entry, record, document }) => ({ at: entry, record, document }))
      at = last ?? at
      yield { candidates, examined, at, isLast: last === undefined && place === ranges.length - 1 }
      if (last === undefined) break
      if (reverse) to = last
      else from = `${last}\0`
    }
  }
  yield { candidates: [], examined: 0, at, isLast: true }
}

/** Whether queries may go by the index: it is defined as it is here, and complete. */
export const isUsable = (collections: CollectionStore, name: string, index: IndexPlan): boolean =>
  collections.named(name)?.indexes.some(({ id }) => id === index.id) === true && collections.marker(index.stored.id)?.state === 'ready'

/** A list has an entry for each element: of those in the runs the one that is met first stands for the record. */
function firstEntry({ index, ranges, reverse }: IndexChoice, heads: readonly string[], key: string): ByteText | undefined {
  if (!index.stored.multi) return heads[0] === undefined ? undefined : entryOf(heads[0], key)
  const entries = heads.map((head) => entryOf(head, key)).filter((entry) => ranges.some(({ from, to }) => from <= entry && entry < to))
  return entries.sort().at(reverse ? -1 : 0)
}
