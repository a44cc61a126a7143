import type { OutputOf, RecordItem } from '../../../src/contract/index.ts'
import { compareKeys, placeOfKey } from '../../../src/renderer/features/data/key-order.ts'
import type { ListKeys, LocateKey } from '../../../src/renderer/features/data/key-source.ts'

const itemOf = (key: string): RecordItem => ({
  key,
  version: '1',
  contentType: 'application/json',
  size: 10,
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-01-01T00:00:00.000Z',
})

/** An ordered set of keys that answers `records.list` and `records.position` as the host does, and counts what it sends. */
export class FakeKeys {
  #keys: { key: string }[]
  #running = 0
  #failure: Error | undefined
  itemsSent = 0

  constructor(keys: readonly string[]) {
    this.#keys = keys.map((key) => ({ key }))
  }

  get size(): number {
    return this.#keys.length
  }

  readonly list: ListKeys = async ({ prefix = '', from, after, limit = 100, reverse = false }, signal) => {
    this.#running++
    try {
      await Promise.resolve()
      signal?.throwIfAborted()
      const failure = this.#failure
      this.#failure = undefined
      if (failure) throw failure
      const page = this.#page(prefix, from, after, limit, reverse)
      this.itemsSent += page.items.length
      return page
    } finally {
      this.#running--
    }
  }

  /** Whether the host has counted. */
  isCounted = true

  readonly locate: LocateKey = async ({ prefix = '', key, rank }, signal) => {
    this.#running++
    try {
      await Promise.resolve()
      signal?.throwIfAborted()
      const first = placeOfKey(this.#keys, prefix)
      const total = this.#endOf(prefix) - first
      const figures = { total, exact: this.isCounted, complete: true }
      if (key !== undefined) return { key, before: placeOfKey(this.#keys, key) - first, ...figures }
      if (rank === undefined) return { key: null, before: 0, ...figures }
      const before = Math.min(rank, total - 1)
      return { key: this.#keys[first + before]?.key ?? null, before, ...figures }
    } finally {
      this.#running--
    }
  }

  add(...keys: string[]): void {
    for (const key of keys) this.#keys.splice(placeOfKey(this.#keys, key), 0, { key })
  }

  remove(matches: (key: string) => boolean): void {
    this.#keys = this.#keys.filter(({ key }) => !matches(key))
  }

  failNext(error: Error): void {
    this.#failure = error
  }

  /** Resolves when nothing is asked for any more. */
  async idle(): Promise<void> {
    for (let quiet = 0; quiet < 5; ) {
      await new Promise((resolve) => setImmediate(resolve))
      quiet = this.#running === 0 ? quiet + 1 : 0
    }
  }

  #page(prefix: string, from: string | undefined, after: string | undefined, limit: number, reverse: boolean): OutputOf<'records.list'> {
    const low = Math.max(placeOfKey(this.#keys, prefix), placeOfKey(this.#keys, from ?? ''))
    const end = this.#endOf(prefix)
    const cursor = after === undefined ? undefined : placeOfKey(this.#keys, after)
    const found: string[] = []
    if (reverse) {
      for (let place = Math.min(end, cursor ?? end) - 1; place >= low && found.length <= limit; place--) found.push(this.#keyAt(place))
    } else {
      const begin = cursor === undefined ? low : Math.max(low, cursor + (compareKeys(this.#keyAt(cursor), after ?? '') === 0 ? 1 : 0))
      for (let place = begin; place < end && found.length <= limit; place++) found.push(this.#keyAt(place))
    }
    const items = found.slice(0, limit).map(itemOf)
    return { items, next: found.length > limit ? (items.at(-1)?.key ?? null) : null }
  }

  #endOf(prefix: string): number {
    return prefix === '' ? this.#keys.length : placeOfKey(this.#keys, `${prefix}\u{10ffff}`)
  }

  readonly #keyAt = (place: number): string => this.#keys[place]?.key ?? '\u{10ffff}'
}
