import { compareKeys } from './key-order.ts'

/**
 * A place among millions of keys can be asked for only by a key (a B-tree does not count what lies before one). So the scroll bar guesses
 * the key at a fraction between two known ones, as one opens a telephone book: keys are read as numbers whose digits are the
 * characters that occur.
 */

/** Digits that are looked at beyond the common beginning: 6 of an alphabet of 100 stay exact in a double. */
const digits = 6

/** A known key and how many keys come before it. */
export interface KeyAnchor {
  readonly key: string
  readonly rank: number
}

/** The characters that occur in keys beyond their common beginning, in order: the digits of the numbers. */
function alphabetOf(keys: readonly string[], common: number): string[] {
  const seen = new Set<string>()
  for (const key of keys) for (const character of [...key].slice(common)) seen.add(character)
  return [...seen].sort(compareKeys)
}

/** A key at about `fraction` (0 to 1) of the way from `low` to `high`. It need not exist. `samples`: keys that do, to learn the characters from. */
export function keyBetween(low: string, high: string, fraction: number, samples: readonly string[]): string {
  const common = commonLength(low, high)
  const alphabet = alphabetOf([low, high, ...samples], common)
  const start = numberOf(low, common, alphabet)
  const end = numberOf(high, common, alphabet)
  let value = Math.floor(start + (end - start) * Math.min(1, Math.max(0, fraction)))
  const suffix: string[] = []
  for (let place = 0; place < digits; place++) {
    const weight = (alphabet.length + 1) ** (digits - 1 - place)
    const digit = Math.floor(value / weight)
    value -= digit * weight
    // Digit 0 is the end of the key.
    if (digit === 0) break
    suffix.push(alphabet[digit - 1] as string)
  }
  return [...low].slice(0, common).join('') + suffix.join('')
}

/** How far `key` lies on the way from `low` to `high`, 0 to 1, by the same reading. */
export function shareBetween(low: string, key: string, high: string, samples: readonly string[]): number {
  const common = commonLength(low, high)
  const alphabet = alphabetOf([low, high, ...samples], common)
  const start = numberOf(low, common, alphabet)
  const width = numberOf(high, common, alphabet) - start
  if (width <= 0) return 1
  return Math.min(1, Math.max(0, (numberOf(key, common, alphabet) - start) / width))
}

/** Characters that both begin with. */
function commonLength(low: string, high: string): number {
  const from = [...low]
  const to = [...high]
  let common = 0
  while (common < from.length && common < to.length && from[common] === to[common]) common++
  return common
}

/** The digits of `key` after its first `skipped` characters, as one number. */
function numberOf(key: string, skipped: number, alphabet: readonly string[]): number {
  const characters = [...key].slice(skipped, skipped + digits)
  let value = 0
  for (let place = 0; place < digits; place++) {
    const character = characters[place]
    value = value * (alphabet.length + 1) + (character === undefined ? 0 : digitOf(character, alphabet))
  }
  return value
}

/** Place of a character from 1; one that has not been seen counts as its lower neighbour. */
function digitOf(character: string, alphabet: readonly string[]): number {
  let low = 0
  let high = alphabet.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (compareKeys(alphabet[middle] as string, character) <= 0) low = middle + 1
    else high = middle
  }
  return Math.max(1, low)
}

/** The nearest anchors around a rank. `anchors` are in order of rank. */
export function anchorsAround(anchors: readonly KeyAnchor[], rank: number): { below: KeyAnchor | undefined; above: KeyAnchor | undefined } {
  let low = 0
  let high = anchors.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((anchors[middle] as KeyAnchor).rank <= rank) low = middle + 1
    else high = middle
  }
  return { below: anchors[low - 1], above: anchors[low] }
}
