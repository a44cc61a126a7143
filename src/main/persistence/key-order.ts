/**
 * The order of keys everywhere: by their UTF-8 bytes, as LMDB compares them. JavaScript compares strings by UTF-16 code units, which differs where
 * surrogates (characters above U+FFFF) meet U+E000 to U+FFFF.
 */
export function compareKeys(one: string, other: string): number {
  const length = Math.min(one.length, other.length)
  for (let place = 0; place < length; place++) {
    const a = one.charCodeAt(place)
    const b = other.charCodeAt(place)
    if (a === b) continue
    if (a >= 0xd800 && b >= 0xd800) return rank(a) - rank(b)
    return a - b
  }
  return one.length - other.length
}

// Surrogates stand for characters that are greater than all others.
const rank = (unit: number): number => (unit >= 0xe000 ? unit - 0x800 : unit + 0x2000)

/** The place of the first key in a sorted list that is not less than `key`. */
export function lowerBound(keys: readonly string[], key: string): number {
  let low = 0
  let high = keys.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (compareKeys(keys[middle] as string, key) < 0) low = middle + 1
    else high = middle
  }
  return low
}
