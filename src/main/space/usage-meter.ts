import type { SpaceAge, SpaceItem, SpaceUsage, SpaceUsageInput } from '../../contract/index.ts'
import { compareKeys } from '../persistence/key-order.ts'
import type { RecordSize } from '../persistence/space-port.ts'

interface Amount {
  records: number
  bytes: number
  valueBytes: number
}

const hour = 3600
const day = 24 * hour
/** Seconds since the last change at which ages are told apart. */
const ageBounds = [0, hour, day, 7 * day, 30 * day, 90 * day, 365 * day]

const nothing = (): Amount => ({ records: 0, bytes: 0, valueBytes: 0 })
const bySize = (one: SpaceItem, other: SpaceItem): number => other.bytes - one.bytes || compareKeys(one.prefix, other.prefix)

/**
 * Adds up what records take, by prefix and by age. They come in key order, so all of one prefix come together: it keeps the largest items and a sum of the
 * others, however many there are.
 */
export class UsageMeter {
  readonly #input: SpaceUsageInput
  readonly #prefixes: readonly string[] | undefined
  readonly #nowMs: number
  /** For how many records each that comes stands. */
  readonly #every: number
  readonly #total = nothing()
  readonly #ages = ageBounds.map(nothing)
  /** Directly below the prefix; they lie between the others. */
  readonly #rest = nothing()
  readonly #others = { ...nothing(), items: 0 }
  #items: SpaceItem[] = []
  #current: SpaceItem | undefined
  #lookedAt = 0
  #place = 0

  constructor(input: SpaceUsageInput, { nowMs, every }: { nowMs: number; every: number }) {
    this.#input = input
    this.#prefixes = input.prefixes?.toSorted(compareKeys)
    this.#nowMs = nowMs
    this.#every = every
  }

  add(size: RecordSize): void {
    this.#lookedAt++
    this.#count(this.#total, size)
    this.#count(this.#ages[this.#ageOf(size)] as Amount, size)
    const prefix = this.#prefixes === undefined ? this.#segmentOf(size.key) : this.#wantedOf(size.key)
    if (prefix !== this.#current?.prefix) this.#next(prefix)
    this.#count(this.#current ?? (this.#prefixes === undefined ? this.#rest : this.#others), size)
  }

  result(measuredAt: string): SpaceUsage {
    this.#next(undefined)
    if (this.#rest.records > 0) this.#items.push({ prefix: this.#input.prefix, rest: true, ...this.#rest })
    this.#cut(0)
    return {
      measuredAt,
      prefix: this.#input.prefix,
      exact: this.#every === 1,
      every: this.#every,
      lookedAt: this.#lookedAt,
      total: this.#total,
      items: this.#items,
      others: this.#others,
      ages: ageBounds.map(
        (fromSeconds, place): SpaceAge => ({
          fromSeconds,
          toSeconds: ageBounds[place + 1] ?? null,
          ...(this.#ages[place] as Amount),
        }),
      ),
    }
  }

  #count(amount: Amount, { bytes, valueBytes }: RecordSize): void {
    amount.records += this.#every
    amount.bytes += bytes * this.#every
    amount.valueBytes += valueBytes * this.#every
  }

  #ageOf({ updatedAtMs }: RecordSize): number {
    const seconds = (this.#nowMs - updatedAtMs) / 1000
    return Math.max(
      0,
      ageBounds.findLastIndex((bound) => seconds >= bound),
    )
  }

  /** With the delimiter that ends it; undefined for what has none. */
  #segmentOf(key: string): string | undefined {
    const { prefix, delimiters } = this.#input
    let end = -1
    for (const delimiter of delimiters) {
      const place = key.indexOf(delimiter, prefix.length)
      if (place >= 0 && (end < 0 || place < end)) end = place + delimiter.length
    }
    return end < 0 ? undefined : key.slice(0, end)
  }

  #wantedOf(key: string): string | undefined {
    const prefixes = this.#prefixes as readonly string[]
    while (this.#place < prefixes.length) {
      const prefix = prefixes[this.#place] as string
      if (key.startsWith(prefix)) return prefix
      if (compareKeys(key, prefix) < 0) return undefined
      this.#place++
    }
    return undefined
  }

  #next(prefix: string | undefined): void {
    if (this.#current !== undefined) this.#items.push(this.#current)
    this.#current = prefix === undefined ? undefined : { prefix, rest: false, ...nothing() }
    this.#cut(3 * this.#input.limit)
  }

  /** Keeps the largest, once there are `slack` more than wanted. */
  #cut(slack: number): void {
    const { limit } = this.#input
    if (this.#items.length <= limit + slack && slack > 0) return
    this.#items.sort(bySize)
    for (const { records, bytes, valueBytes } of this.#items.splice(limit)) {
      this.#others.items++
      this.#others.records += records
      this.#others.bytes += bytes
      this.#others.valueBytes += valueBytes
    }
  }
}
