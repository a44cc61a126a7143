import { compareKeys } from '../persistence/key-order.ts'

/**
 * A B-tree does not count what lies before a key. Where keys have not been counted yet, the key at a fraction between two known ones is guessed, as one
 * opens a telephone book: keys are read as numbers whose digits are the characters that occur in each place, and their relatives (where there is a 3
 * there may be a 7).
 */

/** Digits that are looked at beyond the common beginning: as many as stay exact in a double. */
const digits = 7

/** What may stand in one place of a key, in order; the empty string where keys may end. */
type Place = readonly string[]

/**
 * What stands in each place beyond the common beginning of keys: the digits of the numbers. A place has its own, because in
 * `sensor:042:temp` the third place beyond `sensor:` is a digit and the fourth is a colon.
 */
function placesOf(keys: readonly string[], common: number): Place[] {
  const seen = Array.from({ length: digits }, () => new Set<string>())
  for (const key of keys) {
    const characters = [...key].slice(common, common + digits)
    for (const [place, character] of characters.entries()) seen[place]?.add(character)
    seen[characters.length]?.add('')
  }
  return seen.map((characters) => [...withFamilies(characters)].sort(compareKeys))
}

function withFamilies(characters: ReadonlySet<string>): Set<string> {
  const all = new Set(characters)
  const hasSome = (family: string) => [...family].some((character) => characters.has(character))
  // Hexadecimal digits are a family of their own only where there is no other letter.
  const isHex = hasSome('abcdef') && hasSome('0123456789') && ![...characters].some((character) => /[g-z]/.test(character))
  const families = ['0123456789', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ', isHex ? 'abcdef' : 'abcdefghijklmnopqrstuvwxyz']
  for (const family of families) if (hasSome(family)) for (const character of family) all.add(character)
  return all
}

/** A key at about `fraction` (0 to 1) of the way from `low` to `high`. It need not exist. `samples`: keys that do, to learn from. */
export function keyBetween(low: string, high: string, fraction: number, samples: readonly string[]): string {
  const common = commonLength(low, high)
  const places = placesOf([low, high, ...samples], common)
  const start = numberOf(low, common, places)
  const end = numberOf(high, common, places)
  let value = Math.floor(start + (end - start) * Math.min(1, Math.max(0, fraction)))
  let weight = places.reduce((product, place) => product * radixOf(place), 1)
  let suffix = ''
  for (const place of places) {
    weight /= radixOf(place)
    const digit = Math.floor(value / weight)
    value -= digit * weight
    const character = place[digit] ?? ''
    if (character === '') break
    suffix += character
  }
  return [...low].slice(0, common).join('') + suffix
}

/** How far `key` lies on the way from `low` to `high`, 0 to 1, by the same reading. */
export function shareBetween(low: string, key: string, high: string, samples: readonly string[]): number {
  const common = commonLength(low, high)
  const places = placesOf([low, key, high, ...samples], common)
  const start = numberOf(low, common, places)
  const width = numberOf(high, common, places) - start
  if (width <= 0) return 1
  return Math.min(1, Math.max(0, (numberOf(key, common, places) - start) / width))
}

const radixOf = (place: Place): number => Math.max(1, place.length)

/** Characters that both begin with. */
function commonLength(low: string, high: string): number {
  const from = [...low]
  const to = [...high]
  let common = 0
  while (common < from.length && common < to.length && from[common] === to[common]) common++
  return common
}

/** What stands in the places of `key`, as one number. */
function numberOf(key: string, common: number, places: readonly Place[]): number {
  const characters = [...key].slice(common, common + digits)
  return places.reduce((value, place, at) => value * radixOf(place) + digitOf(characters[at] ?? '', place), 0)
}

/** The number of a character in its place; one that has not been seen there counts as its lower neighbour. */
function digitOf(character: string, place: Place): number {
  let digit = 0
  while (digit + 1 < place.length && compareKeys(place[digit + 1] as string, character) <= 0) digit++
  return digit
}
