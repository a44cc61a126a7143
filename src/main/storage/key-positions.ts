import type { ParsedInputOf, Position } from '../../contract/index.ts'
import type { Clock } from '../base/clock.ts'
import { compareKeys } from '../persistence/key-order.ts'
import { endOfPrefix } from '../persistence/page-query.ts'
import type { RecordStore } from '../persistence/record-store.ts'
import { KeyBlocks } from './key-blocks.ts'
import { keyBetween, shareBetween } from './key-interpolation.ts'

/** So many keys are counted at once, whatever is asked. */
const quickKeys = 4096
const maxCounts = 64
/** A child with fewer records is counted one by one. */
const fewKeys = 256
/** What counting the children of one page may walk over: two or three milliseconds. */
const budgetKeys = 20_000

export interface CountBudget {
  keys: number
  readonly isDrained: boolean
}

/** Where something stands among all keys. `block` is set where it was counted. */
interface Rank {
  readonly rank: number
  readonly block: number | undefined
}

/** Tells ranks of keys and keys at ranks, at once: exact where keys are counted, else about. Counting goes on in the background while somebody asks. */
export class KeyPositions {
  readonly #store: RecordStore
  readonly #blocks: KeyBlocks
  /** What somebody had counted one by one, until it changes. */
  readonly #counts = new Map<string, number>()
  readonly #stops: (() => void)[]

  constructor(store: RecordStore, clock: Clock) {
    this.#store = store
    this.#blocks = new KeyBlocks(store, clock)
    this.#stops = [
      store.onCommitted((change) => {
        this.#blocks.changed(change)
        for (const prefix of this.#counts.keys()) if (change.keys.some((key) => key.startsWith(prefix))) this.#counts.delete(prefix)
      }),
      store.onStateChange(() => this.#forget()),
    ]
  }

  /** Throws what the store says when it cannot be read. */
  locate({ prefix, key, rank }: ParsedInputOf<'records.position'>): Position {
    this.#blocks.use()
    const end = endOfPrefix(prefix)
    const first = this.#rankOf(prefix)
    const last = end === undefined ? this.#rankOfEnd() : this.#rankOf(end)
    const { total, exact } = this.#total(prefix, first, last)
    const complete = this.#blocks.countedTo === undefined
    if (key !== undefined) {
      const before = Math.min(total, Math.max(0, this.#rankOf(key).rank - first.rank))
      return { key, before, total, exact, complete }
    }
    if (rank === undefined) return { key: null, before: 0, total, exact, complete }
    const before = Math.min(rank, Math.max(0, total - 1))
    return { key: this.#keyAt(first.rank + before, prefix, end), before, total, exact, complete }
  }

  /** What counting the children of one page may cost. */
  newBudget(): CountBudget {
    this.#blocks.use()
    return { keys: budgetKeys, isDrained: this.#isDrained() }
  }

  /** Keys below a prefix: exact where they are few or counted, as long as the budget lasts; else about. */
  countBelow(prefix: string, budget: CountBudget): { count: number; exact: boolean } {
    const end = endOfPrefix(prefix)
    const { passed, next } = this.#store.stride({ from: prefix, to: end, limit: Math.max(1, Math.min(fewKeys, budget.keys)) })
    budget.keys -= passed
    if (next === undefined) return { count: passed, exact: budget.isDrained }
    const counted = this.#counts.get(prefix)
    if (counted !== undefined) return { count: counted, exact: true }
    const { countedTo, counted: known } = this.#blocks
    if (countedTo !== undefined && (end === undefined || compareKeys(end, countedTo) > 0)) return { count: passed + 1, exact: false }
    if (budget.keys > 0) return this.#countByRanks(prefix, end, budget)
    const about = (end === undefined ? known : this.#blocks.aboutPlaceOf(end)) - this.#blocks.aboutPlaceOf(prefix)
    return { count: Math.max(passed + 1, about), exact: false }
  }

  #countByRanks(prefix: string, end: string | undefined, budget: CountBudget): { count: number; exact: boolean } {
    budget.keys -= 2 * fewKeys
    const first = this.#blocks.placeOf(prefix)
    const last = end === undefined ? { rank: this.#blocks.counted, block: this.#blocks.lastBlock } : this.#blocks.placeOf(end)
    return { count: last.rank - first.rank, exact: budget.isDrained && this.#blocks.isTrue(first.block, last.block) }
  }

  /** Remembers what was counted until a record with the prefix changes. */
  keepCount(prefix: string, count: number): void {
    if (this.#counts.size >= maxCounts) this.#counts.delete(this.#counts.keys().next().value as string)
    this.#counts.set(prefix, count)
  }

  close(): void {
    for (const stop of this.#stops) stop()
    this.#forget()
  }

  #forget(): void {
    this.#blocks.forget()
    this.#counts.clear()
  }

  #isDrained(): boolean {
    const { overlayBytes, recordsExact } = this.#store.figures()
    return overlayBytes === 0 && recordsExact
  }

  #total(prefix: string, first: Rank, last: Rank): { total: number; exact: boolean } {
    const counted = this.#counts.get(prefix)
    if (counted !== undefined) return { total: counted, exact: true }
    const { records, recordsExact } = this.#store.figures()
    if (prefix === '') return { total: records, exact: recordsExact }
    const quick = this.#store.stride({ from: prefix, to: endOfPrefix(prefix), limit: quickKeys })
    if (quick.next === undefined && this.#isDrained()) return { total: quick.passed, exact: true }
    const total = Math.max(quick.passed, Math.round(last.rank - first.rank))
    const isCounted = first.block !== undefined && last.block !== undefined && this.#blocks.isTrue(first.block, last.block)
    return { total: Math.min(total, Math.max(records, quick.passed)), exact: isCounted && recordsExact }
  }

  #rankOf(key: string): Rank {
    const { countedTo } = this.#blocks
    if (this.#blocks.lastBlock >= 0 && (countedTo === undefined || compareKeys(key, countedTo) < 0)) {
      const { rank, block } = this.#blocks.placeOf(key)
      return { rank, block }
    }
    return { rank: this.#guessRank(key, countedTo ?? ''), block: undefined }
  }

  #rankOfEnd(): Rank {
    if (this.#blocks.countedTo !== undefined) return { rank: this.#store.figures().records, block: undefined }
    return { rank: this.#blocks.counted, block: this.#blocks.lastBlock }
  }

  /** What is not counted yet is taken to lie as evenly as keys do. */
  #guessRank(key: string, countedTo: string): number {
    const rest = Math.max(0, this.#store.figures().records - this.#blocks.counted)
    const last = this.#lastKey()
    if (last === undefined || compareKeys(key, last) > 0) return this.#blocks.counted + rest
    return this.#blocks.counted + rest * shareBetween(countedTo, key, last, this.#blocks.samples)
  }

  #keyAt(rank: number, prefix: string, end: string | undefined): string | null {
    const { countedTo, counted, samples } = this.#blocks
    const isInside = (key: string | undefined): key is string =>
      key?.startsWith(prefix) === true && (end === undefined || compareKeys(key, end) < 0)
    const known = rank < counted ? this.#blocks.keyAt(rank) : undefined
    if (isInside(known)) return known
    const last = this.#lastKey(prefix)
    if (last === undefined || countedTo === undefined) return last ?? null
    const low = compareKeys(prefix, countedTo) > 0 ? prefix : countedTo
    const lowRank = this.#rankOf(low).rank
    const highRank = this.#rankOf(last).rank
    const guess = keyBetween(low, last, (rank - lowRank) / Math.max(1, highRank - lowRank), samples)
    return isInside(guess) ? guess : last
  }

  #lastKey(prefix = ''): string | undefined {
    return this.#store.page({ prefix, limit: 1, reverse: true, values: false }).items[0]?.key
  }
}
