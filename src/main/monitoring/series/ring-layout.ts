import { crc32 } from 'node:zlib'

/** How a ring of rows is laid out; docs/formats.md, "Series". */
export interface RingShape {
  readonly stepSeconds: number
  readonly slots: number
  /** Numbers of one figure in one row: 1 the value, or 4: mean, least, greatest, and how many seconds were measured. */
  readonly cellFloats: 1 | 4
  /** The names of the figures, in their order. */
  readonly columns: readonly string[]
}

export const headerBytes = 4096
/** As many as the header has room for. */
export const maxColumns = 96
const maxNameBytes = 40
const maxSlots = 1_000_000
const magic = 'HFseri01'
const format = 1
const namesAt = 26
const crcAt = headerBytes - 4
/** Of a row, before its cells: CRC, time, two bytes of zeros. */
export const rowHeadBytes = 12

export const rowBytes = ({ columns, cellFloats }: RingShape): number => rowHeadBytes + 4 * columns.length * cellFloats
export const fileBytes = (shape: RingShape): number => headerBytes + shape.slots * rowBytes(shape)
export const isSameShape = (one: RingShape, other: RingShape): boolean => encodeHeader(one).equals(encodeHeader(other))

export function encodeHeader(shape: RingShape): Buffer {
  const bytes = Buffer.alloc(headerBytes)
  bytes.write(magic, 0, 'latin1')
  bytes.writeUInt16LE(format, 8)
  bytes.writeUInt16LE(shape.cellFloats, 10)
  bytes.writeUInt32LE(shape.stepSeconds, 12)
  bytes.writeUInt32LE(shape.slots, 16)
  bytes.writeUInt32LE(rowBytes(shape), 20)
  bytes.writeUInt16LE(shape.columns.length, 24)
  let at = namesAt
  for (const name of shape.columns) {
    bytes.writeUInt8(name.length, at)
    at += 1 + bytes.write(name, at + 1, 'latin1')
  }
  bytes.writeUInt32LE(crc32(bytes.subarray(0, crcAt)), crcAt)
  return bytes
}

/** `newer` was written by a later version and must be left alone. */
export function decodeHeader(bytes: Buffer): RingShape | 'newer' | 'damaged' {
  if (bytes.length < headerBytes || bytes.toString('latin1', 0, 8) !== magic) return 'damaged'
  if (crc32(bytes.subarray(0, crcAt)) !== bytes.readUInt32LE(crcAt)) return 'damaged'
  if (bytes.readUInt16LE(8) > format) return 'newer'
  const shape = {
    stepSeconds: bytes.readUInt32LE(12),
    slots: bytes.readUInt32LE(16),
    cellFloats: bytes.readUInt16LE(10) as 1 | 4,
    columns: decodeNames(bytes),
  }
  const isSound = shape.stepSeconds > 0 && shape.slots > 0 && shape.slots <= maxSlots && rowBytes(shape) === bytes.readUInt32LE(20)
  return isSound ? shape : 'damaged'
}

function decodeNames(bytes: Buffer): string[] {
  const names: string[] = []
  let at = namesAt
  for (let left = Math.min(bytes.readUInt16LE(24), maxColumns); left > 0; left--) {
    const length = Math.min(bytes.readUInt8(at), maxNameBytes)
    names.push(bytes.toString('latin1', at + 1, at + 1 + length))
    at += 1 + length
  }
  return names
}

/** `atMs` in milliseconds since 1970. NaN in a cell: nothing was measured. */
export function encodeRow(row: Buffer, atMs: number, cells: Float32Array): void {
  row.writeUIntLE(Math.max(0, Math.round(atMs)), 4, 6)
  row.writeUInt16LE(0, 10)
  for (let index = 0; index < cells.length; index++) row.writeFloatLE(cells[index] as number, rowHeadBytes + 4 * index)
  row.writeUInt32LE(crc32(row.subarray(4)), 0)
}

/** Of the row that begins there: nothing was ever put into it, as into most of them for years. */
export const isEmptyRow = (bytes: Buffer, at: number): boolean => bytes.readUIntLE(at + 4, 6) === 0
/** The time of a row; null for one that is empty or damaged. */
export const timeOfSoundRow = (row: Buffer): number | null => (row.readUInt32LE(0) === crc32(row.subarray(4)) ? row.readUIntLE(4, 6) : null)
export const timeOfRow = (row: Buffer): number => row.readUIntLE(4, 6)
export const cellOfRow = (row: Buffer, index: number): number => row.readFloatLE(rowHeadBytes + 4 * index)
