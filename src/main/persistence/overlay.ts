import type { RecordEntries } from './indexes/collection-plan.ts'
import { compareKeys, lowerBound } from './key-order.ts'
import type { KeyRange } from './page-query.ts'
import { decodeMeta } from './record-codec.ts'
import type { RecordMeta } from './record-store.ts'

/** One state of one key that the database does not hold yet. */
export interface OverlayEntry {
  readonly key: string
  readonly sequence: number
  /** The encoded record, or null for a deletion. */
  readonly record: Buffer | null
  /** What it costs here: no size of the record. */
  readonly costBytes: number
  /** Acknowledged: readers see it. */
  visible: boolean
  /** The state before it that is still in the overlay. */
  older: OverlayEntry | undefined
  /** Undefined until it is asked for. */
  meta: RecordMeta | null | undefined
  /** What the indexes say of it, by the definitions of that revision. */
  indexed: { readonly revision: number; readonly entries: RecordEntries } | undefined
}

/** Who keeps something of each state in the overlay. */
export interface OverlayObserver {
  added(entry: OverlayEntry): void
  gone(entry: OverlayEntry): void
}

const entryOverheadBytes = 200
/** So many keys may wait to be sorted though they are gone, where nobody asks for their order. */
const unsortedAnyway = 1024

/**
 * What the journal holds and the database does not: the newest state of each key and those before it that are still to be drained. Readers see the
 * newest visible one; the writer judges conditions by the newest of all.
 */
export class Overlay {
  readonly #newest = new Map<string, OverlayEntry>()
  #bytes = 0
  #sorted: string[] = []
  /** Keys that came since; one that went meanwhile, or came twice, may stand here still. */
  #unsorted: string[] = []
  #removedSinceSort = 0
  #observer: OverlayObserver | undefined

  /** From now on. */
  observe(observer: OverlayObserver): void {
    this.#observer = observer
  }

  /** Bytes of keys and records, with what a map costs. */
  get bytes(): number {
    return this.#bytes
  }

  get size(): number {
    return this.#newest.size
  }

  add(key: string, sequence: number, record: Buffer | null, meta?: RecordMeta | null, indexed?: OverlayEntry['indexed']): OverlayEntry {
    const older = this.#newest.get(key)
    const entry: OverlayEntry = { key, sequence, record, costBytes: costOf(key, record, indexed), meta, visible: false, older, indexed }
    this.#newest.set(key, entry)
    if (older === undefined) this.#unsorted.push(key)
    this.#bytes += entry.costBytes
    this.#observer?.added(entry)
    return entry
  }

  newest(key: string): OverlayEntry | undefined {
    return this.#newest.get(key)
  }

  /** What a reader sees of the key; undefined: ask the database. */
  visible(key: string): OverlayEntry | undefined {
    let entry = this.#newest.get(key)
    while (entry !== undefined && !entry.visible) entry = entry.older
    return entry
  }

  /** Takes back a state that was never acknowledged. */
  remove(entry: OverlayEntry): void {
    const newest = this.#newest.get(entry.key)
    if (newest === entry) this.#setNewest(entry.key, entry.older)
    else {
      let later = newest
      while (later !== undefined && later.older !== entry) later = later.older
      if (later === undefined) return
      later.older = entry.older
    }
    this.#gone(entry)
  }

  /** Lets go of a state that the database holds now, and of those before it. A newer one stays (DN4). */
  drained(entry: OverlayEntry): void {
    const newest = this.#newest.get(entry.key)
    if (newest === undefined) return
    let later: OverlayEntry | undefined
    let at: OverlayEntry | undefined = newest
    while (at !== undefined && at.sequence > entry.sequence) {
      later = at
      at = at.older
    }
    for (let gone = at; gone !== undefined; gone = gone.older) this.#gone(gone)
    if (later === undefined) this.#setNewest(entry.key, undefined)
    else later.older = undefined
  }

  /** Every state of every key. */
  *all(): Generator<OverlayEntry> {
    for (const newest of this.#newest.values()) for (let entry: OverlayEntry | undefined = newest; entry; entry = entry.older) yield entry
  }

  /** Visible states in a range of keys, in their order or against it. To be used up at once: the overlay must not change meanwhile. */
  *walk(range: KeyRange, reverse: boolean): Generator<OverlayEntry> {
    for (const key of this.#keysIn(range, reverse)) {
      const entry = this.visible(key)
      if (entry !== undefined) yield entry
    }
  }

  /** The newest states in a range, those that are not acknowledged yet included; in the same way. */
  *walkNewest(range: KeyRange): Generator<OverlayEntry> {
    for (const key of this.#keysIn(range, false)) yield this.#newest.get(key) as OverlayEntry
  }

  *#keysIn({ from, fromExclusive, to }: KeyRange, reverse: boolean): Generator<string> {
    this.#sort()
    const keys = this.#sorted
    let low = lowerBound(keys, from)
    if (fromExclusive && keys[low] === from) low++
    const high = to === undefined ? keys.length : lowerBound(keys, to)
    for (let step = 0; step < high - low; step++) yield keys[reverse ? high - 1 - step : low + step] as string
  }

  clear(): void {
    this.#newest.clear()
    this.#bytes = 0
    this.#sorted = []
    this.#unsorted = []
    this.#removedSinceSort = 0
  }

  #gone(entry: OverlayEntry): void {
    this.#bytes -= entry.costBytes
    this.#observer?.gone(entry)
  }

  #setNewest(key: string, entry: OverlayEntry | undefined): void {
    if (entry !== undefined) {
      this.#newest.set(key, entry)
      return
    }
    this.#newest.delete(key)
    this.#removedSinceSort++
    if (this.#unsorted.length > 2 * this.#newest.size + unsortedAnyway) this.#unsorted = this.#stillHere(this.#unsorted)
  }

  // Keys that went and came again since the last sort may stand in both lists.
  #sort(): void {
    if (this.#removedSinceSort > 0) {
      this.#sorted = this.#sorted.filter((key) => this.#newest.has(key))
      this.#removedSinceSort = 0
    }
    if (this.#unsorted.length === 0) return
    const added = this.#stillHere(this.#unsorted).sort(compareKeys)
    this.#unsorted = []
    this.#sorted = mergeSorted(this.#sorted, added)
  }

  /** Each once. */
  #stillHere(keys: readonly string[]): string[] {
    const here = new Set<string>()
    for (const key of keys) if (this.#newest.has(key)) here.add(key)
    return [...here]
  }
}

function mergeSorted(one: readonly string[], other: readonly string[]): string[] {
  const merged: string[] = []
  let a = 0
  let b = 0
  while (a < one.length && b < other.length) {
    const order = compareKeys(one[a] as string, other[b] as string)
    if (order <= 0) merged.push(one[a++] as string)
    else merged.push(other[b++] as string)
    if (order === 0) b++
  }
  while (a < one.length) merged.push(one[a++] as string)
  while (b < other.length) merged.push(other[b++] as string)
  return merged
}

function costOf(key: string, record: Buffer | null, indexed: OverlayEntry['indexed']): number {
  let bytes = entryOverheadBytes + key.length * 2 + (record?.length ?? 0)
  for (const { head } of indexed?.entries.heads ?? []) bytes += entryOverheadBytes + head.length + key.length
  return bytes
}

/** The metadata of an entry, read from its header once. */
export function metaOf(entry: OverlayEntry): RecordMeta | null {
  if (entry.meta === undefined) entry.meta = entry.record === null ? null : decodeMeta(entry.key, entry.record)
  return entry.meta
}
