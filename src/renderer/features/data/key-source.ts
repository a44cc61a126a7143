import type { InputOf, OutputOf, RecordItem } from '../../../contract/index.ts'
import type { KeyWindow } from './key-window.ts'

export type ListKeys = (input: InputOf<'records.list'>, signal?: AbortSignal) => Promise<OutputOf<'records.list'>>
export type LocateKey = (input: InputOf<'records.position'>, signal?: AbortSignal) => Promise<OutputOf<'records.position'>>

export const pageKeys = 200

export interface KeyPage {
  readonly items: RecordItem[]
  readonly next: string | null
}

/** The only way of the list to the store. An answer that comes after it was called off is no answer: a bridge may give it all the same. */
export class KeySource {
  readonly #list: ListKeys
  readonly #locate: LocateKey

  constructor(list: ListKeys, locate: LocateKey) {
    this.#list = list
    this.#locate = locate
  }

  async page(input: InputOf<'records.list'>, signal: AbortSignal): Promise<KeyPage> {
    const page = await this.#list({ limit: pageKeys, ...input }, signal)
    signal.throwIfAborted()
    return { items: [...page.items], next: page.next }
  }

  async locate(input: InputOf<'records.position'>, signal: AbortSignal): Promise<OutputOf<'records.position'>> {
    const position = await this.#locate(input, signal)
    signal.throwIfAborted()
    return position
  }

  /** The keys of a prefix from the beginning. */
  async start(prefix: string, signal: AbortSignal): Promise<KeyWindow> {
    const { items, next } = await this.page({ prefix }, signal)
    return { items, startRank: 0, rankExact: true, atStart: true, atEnd: next === null, top: 0 }
  }

  /** The last keys of a prefix, seen from their end. */
  async end(prefix: string, signal: AbortSignal): Promise<KeyWindow> {
    const [page, position] = await Promise.all([this.page({ prefix, reverse: true }, signal), this.locate({ prefix }, signal)])
    const { items, next } = page
    const whole = next === null
    const startRank = whole ? 0 : Math.max(1, position.total - items.length)
    return {
      items: items.reverse(),
      startRank,
      rankExact: whole || position.exact,
      atStart: whole,
      atEnd: true,
      top: items.length,
    }
  }

  /** The neighbourhood of a key that need not exist, with the key at the upper edge. */
  async around(prefix: string, key: string, signal: AbortSignal): Promise<KeyWindow> {
    const [before, after, position] = await Promise.all([
      this.page({ prefix, reverse: true, after: key }, signal),
      this.page({ prefix, from: key }, signal),
      this.locate({ prefix, key }, signal),
    ])
    const atStart = before.next === null
    const startRank = atStart ? 0 : Math.max(1, position.before - before.items.length)
    return {
      items: [...before.items.reverse(), ...after.items],
      startRank,
      rankExact: atStart || position.exact,
      atStart,
      atEnd: after.next === null,
      top: before.items.length,
    }
  }

  /** The place at a rank: exact where the host has counted, else about. */
  async atRank(prefix: string, rank: number, signal: AbortSignal): Promise<KeyWindow> {
    const { key } = await this.locate({ prefix, rank: Math.floor(rank) }, signal)
    if (key === null || key === '') return this.start(prefix, signal)
    const window = await this.around(prefix, key, signal)
    return { ...window, top: window.top + (rank % 1) }
  }
}
