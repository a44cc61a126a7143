import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Clock } from '../base/clock.ts'
import { compareKeys } from '../persistence/key-order.ts'
import type { CommittedChange, RecordStore } from '../persistence/record-store.ts'

/** Small enough that a place inside a block is found in a tenth of a millisecond. */
const blockKeys = 1024
/** A block that grew beyond this is cut in two. */
const maxBlockKeys = 2 * blockKeys
/** The longest that counting keeps others from their turn. */
const sliceMs = 3
/** Blocks that nobody asked for in this time are forgotten, so that writers need not keep them true. */
const keptMs = 10 * 60 * 1000

interface Block {
  readonly from: string
  count: number
  /** The sequence of the last change in it that is not counted yet; undefined: the count is true. */
  staleSince: number | undefined
}

/** What is known of the place of a key: how many keys come before it, and in which block it lies. */
export interface Place {
  readonly rank: number
  readonly block: number
}

/**
 * How many keys lie where: the whole store in blocks of some thousand keys, each counted once and again after it changed. What it knows grows while it
 * counts; `countedTo` is how far it came.
 */
export class KeyBlocks {
  readonly #store: RecordStore
  readonly #clock: Clock
  #blocks: Block[] = []
  /** Keys before each block; undefined after a change. */
  #before: number[] | undefined
  #countedTo: string | undefined = ''
  #run = new AbortController()
  #isCounting = false
  #usedAtMs = 0

  constructor(store: RecordStore, clock: Clock) {
    this.#store = store
    this.#clock = clock
  }

  /** Keys from here on are not counted yet; undefined: all are. */
  get countedTo(): string | undefined {
    return this.#countedTo
  }

  /** Keys in all blocks. */
  get counted(): number {
    return (this.#sums.at(-1) ?? 0) + (this.#blocks.at(-1)?.count ?? 0)
  }

  /** Some keys, spread over what is counted. */
  get samples(): string[] {
    const step = Math.max(1, Math.floor(this.#blocks.length / 16))
    return this.#blocks.filter((_, place) => place % step === 0).map(({ from }) => from)
  }

  /** Begins to count, or goes on; brings up to date what changed, as far as that is quick. */
  use(): void {
    this.#usedAtMs = this.#clock.monotonicMs()
    if (this.#countedTo !== undefined && !this.#isCounting) void this.#count(this.#run.signal)
    this.#recount()
  }

  forget(): void {
    this.#run.abort()
    this.#run = new AbortController()
    this.#isCounting = false
    this.#blocks = []
    this.#before = undefined
    this.#countedTo = ''
  }

  /** A change makes the blocks that it touches stale. */
  changed({ sequence, keys }: CommittedChange): void {
    if (this.#blocks.length === 0) return
    if (this.#clock.monotonicMs() - this.#usedAtMs > keptMs) {
      this.forget()
      return
    }
    let place = 0
    for (const key of keys) {
      if (!this.#lies(key, place)) place = this.#blockOf(key)
      const block = this.#blocks[place]
      if (block !== undefined) block.staleSince = sequence
    }
  }

  /** Where a key stands that lies before `countedTo`. */
  placeOf(key: string): Place {
    const block = this.#blockOf(key)
    const { from } = this.#blocks[block] as Block
    const { passed } = this.#store.stride({ from, to: key, limit: 2 * maxBlockKeys })
    return { rank: (this.#sums[block] as number) + passed, block }
  }

  /** Where a key that lies before `countedTo` stands, to the nearest block: costs no look into the store. */
  aboutPlaceOf(key: string): number {
    return this.#sums[this.#blockOf(key)] ?? 0
  }

  /** The key at a rank below `counted`; undefined when it is gone. */
  keyAt(rank: number): string | undefined {
    const sums = this.#sums
    let low = 0
    let high = sums.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((sums[middle] as number) <= rank) low = middle + 1
      else high = middle
    }
    const block = this.#blocks[low - 1]
    return block && this.#store.stride({ from: block.from, limit: Math.floor(rank - (sums[low - 1] as number)) }).next
  }

  /** Whether the counts of these blocks are true. */
  isTrue(from: number, to: number): boolean {
    return this.#blocks.slice(from, to + 1).every(({ staleSince }) => staleSince === undefined)
  }

  get lastBlock(): number {
    return this.#blocks.length - 1
  }

  async #count(signal: AbortSignal): Promise<void> {
    this.#isCounting = true
    try {
      while (this.#countedTo !== undefined && !signal.aborted) {
        this.#countSlice(this.#countedTo)
        await nextTurn()
      }
    } catch {
      // The store refuses reads at present; who asks for a position is told why, and asking again goes on.
    } finally {
      if (!signal.aborted) this.#isCounting = false
    }
  }

  #countSlice(begin: string): void {
    const { sequence, overlayBytes } = this.#store.figures()
    const untilMs = this.#clock.monotonicMs() + sliceMs
    let from: string | undefined = begin
    do {
      const { passed, next } = this.#store.stride({ from, limit: blockKeys })
      this.#blocks.push({ from, count: passed, staleSince: overlayBytes > 0 ? sequence : undefined })
      from = next
    } while (from !== undefined && this.#clock.monotonicMs() < untilMs)
    this.#countedTo = from
    this.#before = undefined
  }

  #recount(): void {
    const { appliedSequence } = this.#store.figures()
    const untilMs = this.#clock.monotonicMs() + sliceMs
    for (let place = 0; place < this.#blocks.length && this.#clock.monotonicMs() <= untilMs; place++) {
      const block = this.#blocks[place] as Block
      if (block.staleSince === undefined || block.staleSince > appliedSequence) continue
      this.#recountBlock(block, place)
    }
  }

  #recountBlock(block: Block, place: number): void {
    const to = this.#blocks[place + 1]?.from ?? this.#countedTo
    const { passed, next } = this.#store.stride({ from: block.from, to, limit: maxBlockKeys })
    if (next !== undefined) {
      // It grew: the rest is a block of its own, counted next.
      this.#blocks.splice(place + 1, 0, { from: next, count: Math.max(0, block.count - passed), staleSince: block.staleSince })
    }
    block.count = passed
    block.staleSince = undefined
    if (passed === 0 && place > 0) this.#blocks.splice(place, 1)
    this.#before = undefined
  }

  get #sums(): number[] {
    if (this.#before === undefined) {
      let sum = 0
      this.#before = this.#blocks.map(({ count }) => {
        sum += count
        return sum - count
      })
    }
    return this.#before
  }

  #lies(key: string, place: number): boolean {
    const block = this.#blocks[place]
    if (block === undefined || compareKeys(key, block.from) < 0) return false
    const next = this.#blocks[place + 1]
    return next === undefined || compareKeys(key, next.from) < 0
  }

  #blockOf(key: string): number {
    let low = 0
    let high = this.#blocks.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (compareKeys((this.#blocks[middle] as Block).from, key) <= 0) low = middle + 1
      else high = middle
    }
    return Math.max(0, low - 1)
  }
}
