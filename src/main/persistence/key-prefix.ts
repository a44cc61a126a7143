const longest = 64

/** The group of records that a key belongs to: what it has up to its first `:` or `/`, these included; empty where it has none. */
export function prefixOf(key: string): string {
  const most = Math.min(key.length, longest)
  for (let at = 0; at < most; at++) {
    const unit = key.charCodeAt(at)
    if (unit === 58 || unit === 47) return key.slice(0, at + 1)
  }
  return ''
}
