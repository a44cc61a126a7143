const table = Int32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1
  return crc
})

/** CRC-32 of a few bytes, going on from `crc`, as zlib computes it; calling zlib for fewer than a hundred bytes costs more than this. */
export function smallCrc(bytes: Uint8Array, from: number, to: number, crc = 0): number {
  let rest = ~crc
  for (let at = from; at < to; at++) rest = (table[(rest ^ (bytes[at] as number)) & 0xff] as number) ^ (rest >>> 8)
  return ~rest >>> 0
}
