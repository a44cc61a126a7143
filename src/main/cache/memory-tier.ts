import type { Clock } from '../base/clock.ts'

/** What the tier keeps of a record; any record of this shape fits. */
export interface CachedRecord {
  readonly key: string
  readonly meta: {
    readonly version: string
    readonly contentType: string
    readonly size: number
    readonly createdAtMs: number
    readonly updatedAtMs: number
    readonly expiresAtMs: number | null
  }
  readonly value: Uint8Array
}

interface Entry {
  readonly record: CachedRecord
  readonly bytes: number
  readonly expiresAtMs: number
  visited: boolean
  newer: Entry | null
  older: Entry | null
}

/**
 * What an entry costs beside its key and value: the map's slot, the entry, the record, its metadata and its array. Measured with 600,000
 * entries of 100 bytes: 537 of heap, and resident memory grew by 200 more for each (what the allocator keeps around an array's bytes).
 */
export const entryOverheadBytes = 740
/** A value above this share of the tier is not kept: it would drive out everything else for one key. */
const largestShare = 8

export interface MemoryTierFigures {
  readonly bytes: number
  readonly maxBytes: number
  readonly entries: number
  readonly hits: number
  readonly misses: number
}

/**
 * The records read lately, in memory, bounded in bytes. It may be dropped at any moment (CH1); it belongs to one timeline and is
 * dropped when a new one begins (TL1).
 *
 * Eviction is SIEVE (Zhang et al., NSDI '24): a hit sets one flag, where LRU would relink a list. That keeps a hit at about the price
 * of the map's own look-up, and SIEVE misses less often than LRU on skewed reads.
 */
export class MemoryTier {
  readonly #entries = new Map<string, Entry>()
  readonly #clock: Clock
  #maxBytes: number
  #newest: Entry | null = null
  #oldest: Entry | null = null
  #hand: Entry | null = null
  #bytes = 0
  #hits = 0
  #misses = 0
  #epoch = 0

  /** `maxBytes` 0 switches the tier off. */
  constructor(deps: { maxBytes: number; clock: Clock }) {
    this.#maxBytes = deps.maxBytes
    this.#clock = deps.clock
  }

  /** The record, unless it is not here or has expired. */
  get(key: string): CachedRecord | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined) {
      this.#misses++
      return undefined
    }
    if (entry.expiresAtMs !== Number.POSITIVE_INFINITY && entry.expiresAtMs <= this.#clock.wallMs()) {
      this.#remove(entry)
      this.#misses++
      return undefined
    }
    if (!entry.visited) entry.visited = true
    this.#hits++
    return entry.record
  }

  /** Bounds it anew; what no longer fits goes at once. */
  resize(maxBytes: number): void {
    this.#maxBytes = maxBytes
    while (this.#bytes > maxBytes) this.#evictOne()
  }

  /** Taken before a read below the tier begins and given to `fill` after it. */
  get epoch(): number {
    return this.#epoch
  }

  /**
   * Keeps what was read below. `epoch` is from before that read: if anything has changed since, the record may be older than what a
   * client was already shown, and is not kept (R1).
   */
  fill(record: CachedRecord, epoch: number): void {
    if (epoch !== this.#epoch) return
    const present = this.#entries.get(record.key)
    if (present !== undefined) this.#remove(present)
    const bytes = entryOverheadBytes + record.key.length * 2 + record.value.byteLength
    if (bytes > this.#maxBytes / largestShare) return
    while (this.#bytes + bytes > this.#maxBytes) this.#evictOne()
    this.#insert({
      record: ownBytes(record),
      bytes,
      expiresAtMs: record.meta.expiresAtMs ?? Number.POSITIVE_INFINITY,
      visited: false,
      newer: null,
      older: this.#newest,
    })
  }

  /** Called when a change becomes visible, in the same turn of the event loop. */
  invalidate(keys: readonly string[]): void {
    this.#epoch++
    if (this.#entries.size === 0) return
    for (const key of keys) {
      const entry = this.#entries.get(key)
      if (entry !== undefined) this.#remove(entry)
    }
  }

  /** Called when everything may have changed: a new timeline, a store that stopped. */
  clear(): void {
    this.#epoch++
    this.#entries.clear()
    this.#newest = null
    this.#oldest = null
    this.#hand = null
    this.#bytes = 0
  }

  figures(): MemoryTierFigures {
    return { bytes: this.#bytes, maxBytes: this.#maxBytes, entries: this.#entries.size, hits: this.#hits, misses: this.#misses }
  }

  #insert(entry: Entry): void {
    if (this.#newest !== null) this.#newest.newer = entry
    else this.#oldest = entry
    this.#newest = entry
    this.#entries.set(entry.record.key, entry)
    this.#bytes += entry.bytes
  }

  #remove(entry: Entry): void {
    if (this.#hand === entry) this.#hand = entry.newer
    if (entry.newer !== null) entry.newer.older = entry.older
    else this.#newest = entry.older
    if (entry.older !== null) entry.older.newer = entry.newer
    else this.#oldest = entry.newer
    this.#entries.delete(entry.record.key)
    this.#bytes -= entry.bytes
  }

  // The hand walks from old to new, spares once what was read since it last passed, and takes the first that was not.
  #evictOne(): void {
    let candidate = this.#hand ?? this.#oldest
    while (candidate?.visited) {
      candidate.visited = false
      candidate = candidate.newer ?? this.#oldest
    }
    if (candidate === null) return
    this.#hand = candidate.newer
    this.#remove(candidate)
  }
}

// A small value is often a view of a larger buffer (a slab, a journal frame); kept as it is, it would hold all of that in memory unseen.
function ownBytes(record: CachedRecord): CachedRecord {
  const { value } = record
  if (value.buffer.byteLength <= value.byteLength + 64) return record
  return { key: record.key, meta: record.meta, value: Uint8Array.prototype.slice.call(value) }
}
