import { setImmediate as nextTurn } from 'node:timers/promises'
import { HoldfastError } from '../../base/errors.ts'
import type { LmdbEnvironment } from '../lmdb-environment.ts'
import { encodeMarker, type IndexChanges, type IndexMarker, noIndexChanges } from '../lmdb-index-table.ts'
import type { OverlayEntry } from '../overlay.ts'
import type { PayloadMeans } from '../payload-codec.ts'
import { decodeRecord } from '../record-codec.ts'
import { stampOf } from '../record-header.ts'
import type { Catalogue } from './catalogue.ts'
import type { CollectionPlan, IndexedHead } from './collection-plan.ts'
import { type ByteText, bytesOf } from './index-order.ts'
import { encodeEntryValue, entryOf } from './index-plan.ts'
import type { OverlayIndex } from './overlay-index.ts'

/** So many records between two turns: a few milliseconds. */
const recordsPerTurn = 200

/** A marker; the count goes on from what it was unless it was counted anew. Null: the index has not begun. */
export type MarkerWish =
  | { readonly state: 'building'; readonly after: string }
  | { readonly state: 'ready'; readonly entries: number }
  | FailedWish
  | null
interface FailedWish {
  readonly state: 'failed'
  readonly problem: string
}

/** What the builder of an index asks the drain for. */
export interface IndexWork {
  /** The database that it was read from. */
  readonly environment: LmdbEnvironment
  /** Entries of records, as long as these are in the state of the stamp. */
  readonly adds: readonly { readonly key: string; readonly stamp: Buffer; readonly heads: readonly IndexedHead[] }[]
  readonly removes: readonly Buffer[]
  /** By the id of the index. */
  readonly markers: ReadonlyMap<string, MarkerWish>
}

export interface IndexUpkeepDeps {
  readonly catalogue: Catalogue
  readonly overlayIndex: OverlayIndex
  readonly means: PayloadMeans
}

/** Says what a batch of the drain changes in the indexes: entries of the records that it replaces go, those of the new ones come. */
export class IndexUpkeep {
  readonly #deps: IndexUpkeepDeps

  constructor(deps: IndexUpkeepDeps) {
    this.#deps = deps
  }

  /** Nothing else writes into the database meanwhile. */
  async changes(newest: ReadonlyMap<string, OverlayEntry>, works: readonly IndexWork[], database: LmdbEnvironment): Promise<IndexChanges> {
    if (this.#deps.catalogue.isEmpty && works.length === 0) return noIndexChanges
    const change = new IndexChange(database)
    let seen = 0
    for (const entry of newest.values()) {
      const collection = this.#deps.catalogue.collectionOf(entry.key)
      if (collection === undefined || collection.indexes.length === 0) continue
      this.#replace(change, collection, entry, database)
      if (++seen % recordsPerTurn === 0) await nextTurn()
    }
    for (const work of works) {
      for (const add of work.adds) {
        if (newest.has(add.key) || !isStill(database, add.key, add.stamp)) continue
        for (const one of add.heads) change.add(one, add.key)
        if (++seen % recordsPerTurn === 0) await nextTurn()
      }
      change.removeRaw(work.removes)
      for (const [id, wish] of work.markers) change.mark(id, wish)
    }
    return change.finish()
  }

  #replace(change: IndexChange, collection: CollectionPlan, entry: OverlayEntry, database: LmdbEnvironment): void {
    const now = this.#deps.overlayIndex.entriesOf(entry)
    const kept = new Set(now.heads.map(({ head }) => head))
    for (const one of this.#storedHeads(collection, entry.key, database)) if (!kept.has(one.head)) change.remove(one, entry.key)
    for (const one of now.heads) change.add(one, entry.key)
    for (const { index, problem } of now.problems) {
      // Without the key of the encryption the index is behind, and is made anew when the key is there again.
      change.fail(index.stored.id, problem.code === 'key_missing' ? null : { state: 'failed', problem: problem.message })
    }
  }

  /** What cannot be read has entries that are left; whoever follows one of them looks at the record. */
  #storedHeads(collection: CollectionPlan, key: string, database: LmdbEnvironment): readonly IndexedHead[] {
    const record = database.records.get(key)
    if (record === undefined) return []
    try {
      const { meta, value } = decodeRecord(key, record, this.#deps.means)
      return collection.knownEntriesOf(key, collection.documentOf(meta.contentType, value)).heads
    } catch (error) {
      if (error instanceof HoldfastError) return []
      throw error
    }
  }
}

function isStill(database: LmdbEnvironment, key: string, stamp: Buffer): boolean {
  const head = database.records.getHead(key)
  return head !== undefined && stampOf(head.head).equals(stamp)
}

/** The changes of one commit, counted by index. */
class IndexChange {
  readonly #database: LmdbEnvironment
  readonly #puts = new Map<ByteText, Buffer>()
  readonly #removes: Buffer[] = []
  readonly #counts = new Map<string, number>()
  readonly #wishes = new Map<string, MarkerWish>()
  readonly #failures = new Map<string, MarkerWish>()

  constructor(database: LmdbEnvironment) {
    this.#database = database
  }

  add({ index, head }: IndexedHead, key: string): void {
    const entry = entryOf(head, key)
    if (this.#puts.has(entry) || this.#database.indexes.has(entry)) return
    this.#puts.set(entry, encodeEntryValue(head))
    this.#count(index.stored.id, 1)
  }

  remove({ index, head }: IndexedHead, key: string): void {
    const entry = entryOf(head, key)
    if (!this.#database.indexes.has(entry)) return
    this.#removes.push(bytesOf(entry))
    this.#count(index.stored.id, -1)
  }

  removeRaw(keys: readonly Buffer[]): void {
    for (const key of keys) this.#removes.push(key)
  }

  mark(id: string, wish: MarkerWish): void {
    this.#wishes.set(id, wish)
  }

  /** Whatever else is wished for it. */
  fail(id: string, wish: FailedWish | null): void {
    this.#failures.set(id, wish)
  }

  finish(): IndexChanges {
    const puts = [...this.#puts].map(([entry, value]) => ({ key: bytesOf(entry), value }))
    for (const id of new Set([...this.#counts.keys(), ...this.#wishes.keys(), ...this.#failures.keys()])) {
      const marker = this.#markerOf(id)
      if (marker !== undefined) puts.push(encodeMarker(id, marker))
      else if (this.#database.indexes.marker(id) !== undefined) this.#removes.push(Buffer.from(id, 'hex'))
    }
    return { puts, removes: this.#removes }
  }

  #markerOf(id: string): IndexMarker | undefined {
    const known = this.#database.indexes.marker(id)
    const wish = this.#failures.has(id) ? this.#failures.get(id) : this.#wishes.has(id) ? this.#wishes.get(id) : known
    if (!wish) return undefined
    const counted = 'entries' in wish ? wish.entries : (known?.entries ?? 0)
    return { ...wish, entries: Math.max(0, counted + (this.#counts.get(id) ?? 0)) }
  }

  #count(id: string, by: number): void {
    this.#counts.set(id, (this.#counts.get(id) ?? 0) + by)
  }
}
