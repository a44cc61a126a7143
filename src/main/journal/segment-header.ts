import { crc32 } from 'node:zlib'

/** Where the first group of a segment begins; the header has this to itself, so that no later write touches its block. */
export const firstGroupOffset = 4096

const magic = Buffer.from('HFjrnl01', 'latin1')
const headerBytes = 128
const crcAt = 124
const version = 1

/** The beginning of a segment (docs/formats.md). */
export interface SegmentHeader {
  readonly number: number
  /** Random, anew for each use of the file: what an earlier use left behind is never taken for a group. */
  readonly id: Buffer
  readonly storeId: string
  /** The first sequence that may stand in it. */
  readonly firstSequence: number
  /** The segment before it ends here: what lies behind is not part of the journal (JN1, JN2). 0 for the very first. */
  readonly previousEnd: number
}

/**
 * 8 magic · u16 version · u16 bytes of the store id · u48 number · u64 id · u48 first sequence · u32 end of the segment before · store id (≤ 64) ·
 * zeros · u32 at 124: CRC-32 of bytes 0–123.
 */
export function encodeSegmentHeader(header: SegmentHeader): Buffer {
  const bytes = Buffer.alloc(headerBytes)
  magic.copy(bytes, 0)
  bytes.writeUInt16LE(version, 8)
  bytes.writeUInt16LE(Buffer.byteLength(header.storeId), 10)
  bytes.writeUIntLE(header.number, 12, 6)
  header.id.copy(bytes, 18)
  bytes.writeUIntLE(header.firstSequence, 26, 6)
  bytes.writeUInt32LE(header.previousEnd, 32)
  bytes.write(header.storeId, 36)
  bytes.writeUInt32LE(crc32(bytes.subarray(0, crcAt)), crcAt)
  return bytes
}

/** `newer` for a version that this program does not know, undefined for bytes that are no header. */
export function decodeSegmentHeader(bytes: Buffer): SegmentHeader | 'newer' | undefined {
  if (bytes.length < headerBytes || bytes.compare(magic, 0, 8, 0, 8) !== 0) return undefined
  if (crc32(bytes.subarray(0, crcAt)) !== bytes.readUInt32LE(crcAt)) return undefined
  if (bytes.readUInt16LE(8) > version) return 'newer'
  return {
    number: bytes.readUIntLE(12, 6),
    id: Buffer.from(bytes.subarray(18, 26)),
    storeId: bytes.toString('utf8', 36, 36 + bytes.readUInt16LE(10)),
    firstSequence: bytes.readUIntLE(26, 6),
    previousEnd: bytes.readUInt32LE(32),
  }
}
