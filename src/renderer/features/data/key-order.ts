/** Keys are ordered by their UTF-8 bytes, which is the order of code points; JavaScript compares UTF-16 units, which is not. */
export function compareKeys(one: string, other: string): number {
  const length = Math.min(one.length, other.length)
  for (let at = 0; at < length; at++) {
    const a = one.charCodeAt(at)
    const b = other.charCodeAt(at)
    if (a === b) continue
    // A surrogate stands for a code point above all others of the basic plane.
    return isSurrogate(a) === isSurrogate(b) ? a - b : isSurrogate(a) ? 1 : -1
  }
  return one.length - other.length
}

const isSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdfff

/** Bytes of UTF-8. */
export const keyBytes = (key: string): number => new TextEncoder().encode(key).length

/** Place of the first item whose key is not below `key`; `items.length` when all are below. */
export function placeOfKey(items: readonly { readonly key: string }[], key: string): number {
  let low = 0
  let high = items.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (compareKeys((items[middle] as { key: string }).key, key) < 0) low = middle + 1
    else high = middle
  }
  return low
}
