const bytesPerRow = 16

export interface HexRow {
  /** Eight hexadecimal digits. */
  readonly offset: string
  readonly hex: string
  readonly ascii: string
}

export const hexRowCount = (bytes: number): number => Math.ceil(bytes / bytesPerRow)

/** One row of a hex dump, with a gap after eight bytes. The last row is filled with spaces, so that columns stand. */
export function hexRow(bytes: Uint8Array, row: number): HexRow {
  const start = row * bytesPerRow
  const part = bytes.subarray(start, start + bytesPerRow)
  const pairs = Array.from({ length: bytesPerRow }, (_, place) => {
    const byte = part[place]
    return byte === undefined ? '  ' : byte.toString(16).padStart(2, '0')
  })
  return {
    offset: start.toString(16).padStart(8, '0'),
    hex: `${pairs.slice(0, 8).join(' ')}  ${pairs.slice(8).join(' ')}`,
    ascii: Array.from(part, (byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '·')).join(''),
  }
}
