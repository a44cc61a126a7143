const first = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1
  return crc
})
const following = (table: Int32Array): Int32Array => table.map((crc) => (first[crc & 0xff] as number) ^ (crc >>> 8))
const second = following(first)
const third = following(second)
const fourth = following(third)

/**
 * CRC-32 of a few bytes, going on from `crc`, as zlib computes it; calling zlib for fewer than some hundred bytes costs more than this. Four bytes at a
 * time, with a table for each ("slicing": Kounavis and Berry, 2005).
 */
export function smallCrc(bytes: Uint8Array, from: number, to: number, crc = 0): number {
  let rest = ~crc
  let at = from
  for (; at + 4 <= to; at += 4) {
    rest ^= (bytes[at] as number) | ((bytes[at + 1] as number) << 8) | ((bytes[at + 2] as number) << 16) | ((bytes[at + 3] as number) << 24)
    rest =
      (fourth[rest & 0xff] as number) ^
      (third[(rest >>> 8) & 0xff] as number) ^
      (second[(rest >>> 16) & 0xff] as number) ^
      (first[rest >>> 24] as number)
  }
  for (; at < to; at++) rest = (first[(rest ^ (bytes[at] as number)) & 0xff] as number) ^ (rest >>> 8)
  return ~rest >>> 0
}
