import { HoldfastError } from '../../base/errors.ts'
import type { NewestStates, Version } from '../../persistence/record-store.ts'

/** Keys and records in ranges that one transaction may have seen: they are all looked at again when it commits. */
const maxReads = 10_000
const maxRanges = 1000

interface RangeRead {
  readonly from: string
  readonly to: string | undefined
  readonly seen: readonly { readonly key: string; readonly version: Version }[]
}

/**
 * What a transaction has read, and must find unchanged when it commits: keys with the version that was seen, or their absence, and ranges with everything
 * that was in them, so that a record that comes into one is noticed too (DN5).
 */
export class ReadSet {
  readonly #keys = new Map<string, Version | null>()
  readonly #ranges: RangeRead[] = []
  #rangeReads = 0

  get size(): number {
    return this.#keys.size + this.#rangeReads
  }

  /** `version` null: it was not there. Throws `transaction_conflict` when this transaction has seen another state of it before, `too_large`. */
  addKey(key: string, version: Version | null): void {
    const before = this.#keys.get(key)
    if (before !== undefined && before !== version) throw changed(key)
    if (before === undefined && this.size >= maxReads) throw tooManyReads()
    this.#keys.set(key, version)
  }

  /** From `from` on and before `to`; undefined: to the end. */
  addRange(range: RangeRead): void {
    if (this.#ranges.length >= maxRanges || this.size + range.seen.length >= maxReads) throw tooManyReads()
    this.#ranges.push(range)
    this.#rangeReads += range.seen.length + 1
  }

  /** Throws `transaction_conflict` naming the first key that is not as it was read. */
  check(newest: NewestStates): void {
    for (const [key, version] of this.#keys) if ((newest.meta(key)?.version ?? null) !== version) throw changed(key)
    for (const { from, to, seen } of this.#ranges) {
      const found = newest.versions({ from, to, limit: seen.length + 1 })
      const length = Math.max(found.length, seen.length)
      for (let at = 0; at < length; at++) {
        if (found[at]?.key === seen[at]?.key && found[at]?.version === seen[at]?.version) continue
        throw changed((found[at]?.key ?? seen[at]?.key) as string)
      }
    }
  }
}

function changed(key: string): HoldfastError {
  return new HoldfastError(
    'transaction_conflict',
    `The record ${JSON.stringify(key)} has changed since this transaction read it. Nothing was written: begin it again.`,
    { details: { key } },
  )
}

function tooManyReads(): HoldfastError {
  return new HoldfastError(
    'too_large',
    `A transaction may read ${maxReads} records in ${maxRanges} ranges. Read less in it, or split it.`,
    {
      details: { limit: maxReads },
    },
  )
}
