import { HoldfastError } from '../../base/errors.ts'
import type { Overlay, OverlayEntry, OverlayObserver } from '../overlay.ts'
import type { PayloadMeans } from '../payload-codec.ts'
import { decodeRecord } from '../record-codec.ts'
import type { Catalogue } from './catalogue.ts'
import { noEntries, type RecordEntries } from './collection-plan.ts'
import type { ByteText } from './index-order.ts'
import { type EntryHead, entryOf } from './index-plan.ts'
import { SortedTexts } from './sorted-texts.ts'

export interface OverlayIndexDeps {
  readonly overlay: Overlay
  readonly catalogue: Catalogue
  readonly means: PayloadMeans
}

/**
 * The index entries of what the overlay holds: of every state of every record in it, by the definitions as they are now. Costs a look at the catalogue
 * for a record in no collection, and nothing where there is none.
 */
export class OverlayIndex implements OverlayObserver {
  readonly #deps: OverlayIndexDeps
  readonly #holders = new Map<ByteText, Set<OverlayEntry>>()
  readonly #sorted = new SortedTexts()
  /** Of unique indexes. */
  readonly #byHead = new Map<EntryHead, Set<OverlayEntry>>()
  #revision = 0

  constructor(deps: OverlayIndexDeps) {
    this.#deps = deps
    deps.overlay.observe(this)
  }

  added(entry: OverlayEntry): void {
    if (this.#deps.catalogue.isEmpty || entry.record === null || !this.#isCurrent()) return
    this.#put(entry)
  }

  gone(entry: OverlayEntry): void {
    if (entry.indexed === undefined || this.#holders.size === 0) return
    for (const { index, head } of entry.indexed.entries.heads) {
      const text = entryOf(head, entry.key)
      if (removeFrom(this.#holders, text, entry)) this.#sorted.delete(text)
      if (index.stored.unique) removeFrom(this.#byHead, head, entry)
    }
  }

  /** What readers see in a run of one index, in its order or against it. To be used up at once. */
  *visible(from: ByteText, to: ByteText, reverse: boolean): Generator<{ readonly entry: ByteText; readonly state: OverlayEntry }> {
    this.#catchUp()
    for (const entry of this.#sorted.range(from, to, reverse)) {
      for (const state of this.#holders.get(entry) ?? []) if (this.#deps.overlay.visible(state.key) === state) yield { entry, state }
    }
  }

  /** The newest states, acknowledged or not, with this head of a unique index. */
  *newestWith(head: EntryHead): Generator<OverlayEntry> {
    this.#catchUp()
    for (const state of this.#byHead.get(head) ?? []) if (this.#deps.overlay.newest(state.key) === state) yield state
  }

  /** The entries of a state by the definitions of now. */
  entriesOf(entry: OverlayEntry): RecordEntries {
    const { catalogue } = this.#deps
    if (entry.record === null || catalogue.isEmpty) return noEntries
    if (entry.indexed?.revision !== catalogue.revision) entry.indexed = { revision: catalogue.revision, entries: this.#read(entry) }
    return entry.indexed.entries
  }

  #read(entry: OverlayEntry): RecordEntries {
    const { catalogue, means } = this.#deps
    const collection = catalogue.collectionOf(entry.key)
    if (collection === undefined || collection.indexes.length === 0 || entry.record === null) return noEntries
    try {
      const { meta, value } = decodeRecord(entry.key, entry.record, means)
      return collection.knownEntriesOf(entry.key, collection.documentOf(meta.contentType, value))
    } catch (error) {
      // Encrypted with a key that is missing: nobody can say where it belongs.
      if (!(error instanceof HoldfastError)) throw error
      return { heads: [], problems: collection.indexes.map((index) => ({ index, problem: error })) }
    }
  }

  #isCurrent(): boolean {
    return this.#revision === this.#deps.catalogue.revision
  }

  /** After a change of definitions everything is looked at again: once, when it is needed. */
  #catchUp(): void {
    if (this.#isCurrent()) return
    this.#holders.clear()
    this.#byHead.clear()
    this.#sorted.clear()
    this.#revision = this.#deps.catalogue.revision
    if (this.#deps.catalogue.isEmpty) return
    for (const entry of this.#deps.overlay.all()) if (entry.record !== null) this.#put(entry)
  }

  #put(entry: OverlayEntry): void {
    for (const { index, head } of this.entriesOf(entry).heads) {
      const text = entryOf(head, entry.key)
      addTo(this.#holders, text, entry)
      this.#sorted.add(text)
      if (index.stored.unique) addTo(this.#byHead, head, entry)
    }
  }
}

function addTo<Key>(map: Map<Key, Set<OverlayEntry>>, key: Key, entry: OverlayEntry): void {
  const known = map.get(key)
  if (known === undefined) map.set(key, new Set([entry]))
  else known.add(entry)
}

/** True when it was the last one. */
function removeFrom<Key>(map: Map<Key, Set<OverlayEntry>>, key: Key, entry: OverlayEntry): boolean {
  const known = map.get(key)
  if (known === undefined || !known.delete(entry) || known.size > 0) return false
  map.delete(key)
  return true
}
