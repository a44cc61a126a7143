import { compareKeys } from './key-order.ts'
import type { PageQuery } from './record-store.ts'

/** The keys that a page may show: [from, to), or (from, to) when `fromExclusive`. `to` undefined: to the end. */
export interface KeyRange {
  readonly from: string
  readonly fromExclusive: boolean
  readonly to: string | undefined
}

const lastScalar = 0x10ffff
const surrogatesBegin = 0xd800
const surrogatesEnd = 0xdfff

/** The least key that is greater than every key with the prefix; undefined when there is none. */
export function endOfPrefix(prefix: string): string | undefined {
  const points = Array.from(prefix, (character) => character.codePointAt(0) as number)
  while (points.length > 0) {
    const last = points.pop() as number
    if (last < lastScalar) {
      const next = last + 1 >= surrogatesBegin && last + 1 <= surrogatesEnd ? surrogatesEnd + 1 : last + 1
      return String.fromCodePoint(...points, next)
    }
  }
  return undefined
}

/** Where a page reads, or undefined when nothing can be there. */
export function rangeOf({ prefix, from: wanted, after, reverse }: PageQuery): KeyRange | undefined {
  const end = endOfPrefix(prefix)
  const from = wanted !== undefined && compareKeys(wanted, prefix) > 0 ? wanted : prefix
  if (end !== undefined && compareKeys(from, end) >= 0) return undefined
  const whole = { from, fromExclusive: false, to: end }
  if (after === undefined) return whole
  if (reverse) {
    if (compareKeys(after, from) <= 0) return undefined
    return end === undefined || compareKeys(after, end) < 0 ? { ...whole, to: after } : whole
  }
  if (end !== undefined && compareKeys(after, end) >= 0) return undefined
  return compareKeys(after, from) < 0 ? whole : { from: after, fromExclusive: true, to: end }
}
