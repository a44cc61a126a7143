import { crc32 } from 'node:zlib'
import { HoldfastError } from '../base/errors.ts'
import type { RecordMeta } from './record-store.ts'
import { smallCrc } from './small-crc.ts'
import { formatVersion, type HybridTime } from './version-clock.ts'

/**
 * A record as it is on disk, format 1 (docs/formats.md). All numbers little endian:
 *
 *     0 u8  format        1 u8  flags          2 u16 bytes of the content type    4 u32 bytes of the payload   8 u32 bytes of the value
 *    12 u48 version ms   18 u16 version count 20 u32 node                        24 u48 created ms           30 u48 updated ms
 *    36 u48 expires ms (0: never)             42 u32 key id                      46 u32 dictionary id
 *    50 u16 low half of the CRC-32 of bytes 0–49 and the content type: vouches for the metadata where the payload is not read
 *    52 u32 CRC-32 of the key, bytes 0–51, content type and payload              56 … content type, payload
 */
export const recordHeaderBytes = 56
const format = 1
const headerCheckAt = 50
const crcAt = 52
/** Flags of later formats: a reader that does not know them must refuse the record. */
const knownFlags = 0

export interface RecordFields {
  readonly version: HybridTime
  readonly node: number
  readonly contentType: string
  readonly createdAtMs: number
  readonly updatedAtMs: number
  readonly expiresAtMs: number | null
}

/** The record as one buffer of its own. */
export function encodeRecord(key: string, value: Uint8Array, fields: RecordFields): Buffer {
  const typeBytes = Buffer.byteLength(fields.contentType, 'latin1')
  const record = Buffer.allocUnsafe(recordHeaderBytes + typeBytes + value.byteLength)
  record[0] = format
  record[1] = 0
  record.writeUInt16LE(typeBytes, 2)
  record.writeUInt32LE(value.byteLength, 4)
  record.writeUInt32LE(value.byteLength, 8)
  record.writeUIntLE(fields.version.ms, 12, 6)
  record.writeUInt16LE(fields.version.counter, 18)
  record.writeUInt32LE(fields.node, 20)
  record.writeUIntLE(fields.createdAtMs, 24, 6)
  record.writeUIntLE(fields.updatedAtMs, 30, 6)
  record.writeUIntLE(fields.expiresAtMs ?? 0, 36, 6)
  record.fill(0, 42, headerCheckAt)
  record.write(fields.contentType, recordHeaderBytes, 'latin1')
  record.writeUInt16LE(headerCheck(record, typeBytes), headerCheckAt)
  record.set(value, recordHeaderBytes + typeBytes)
  record.writeUInt32LE(checksum(key, record, value), crcAt)
  return record
}

function checksum(key: string, record: Buffer, value: Uint8Array): number {
  return crc32(value, smallCrc(record, recordHeaderBytes, record.length - value.length, smallCrc(record, 0, crcAt, crc32(key))))
}

const headerCheck = (record: Buffer, typeBytes: number): number =>
  smallCrc(record, recordHeaderBytes, recordHeaderBytes + typeBytes, smallCrc(record, 0, headerCheckAt)) & 0xffff

/** How much of a record `decodeMeta` needs. */
export const headBytes = (record: Buffer): number => (record.length < 4 ? record.length : recordHeaderBytes + record.readUInt16LE(2))

/** What the header says, checked without the payload: `head` may be the record's beginning, `bytes` is the length of all. Throws `record_damaged`. */
export function decodeMeta(key: string, head: Buffer, bytes = head.length): RecordMeta {
  if (!hasSoundHeader(head, bytes)) throw damaged(key)
  return readMeta(head)
}

function hasSoundHeader(head: Buffer, bytes: number): boolean {
  return isWhole(head, bytes) && headerCheck(head, head.readUInt16LE(2)) === head.readUInt16LE(headerCheckAt)
}

function readMeta(record: Buffer): RecordMeta {
  const typeBytes = record.readUInt16LE(2)
  const expiresAtMs = record.readUIntLE(36, 6)
  return {
    version: formatVersion(versionOf(record), record.readUInt32LE(20)),
    contentType: record.toString('latin1', recordHeaderBytes, recordHeaderBytes + typeBytes),
    size: record.readUInt32LE(8),
    createdAtMs: record.readUIntLE(24, 6),
    updatedAtMs: record.readUIntLE(30, 6),
    expiresAtMs: expiresAtMs === 0 ? null : expiresAtMs,
  }
}

const isWhole = (head: Buffer, bytes: number): boolean =>
  head.length >= recordHeaderBytes &&
  head[0] === format &&
  ((head[1] as number) & ~knownFlags) === 0 &&
  bytes === recordHeaderBytes + head.readUInt16LE(2) + head.readUInt32LE(4)

/** Checks everything. The value is a view of `record`. Throws `record_damaged`. */
export function decodeRecord(key: string, record: Buffer): { meta: RecordMeta; value: Buffer } {
  if (!isWhole(record, record.length)) throw damaged(key)
  const value = record.subarray(record.length - record.readUInt32LE(4))
  if (checksum(key, record, value) !== record.readUInt32LE(crcAt)) throw damaged(key)
  return { meta: readMeta(record), value }
}

export const versionOf = (record: Buffer): HybridTime => ({ ms: record.readUIntLE(12, 6), counter: record.readUInt16LE(18) })

/** Milliseconds since 1970, or null for a record that never expires. */
export function expiryOf(record: Buffer): number | null {
  const expiresAtMs = record.readUIntLE(36, 6)
  return expiresAtMs === 0 ? null : expiresAtMs
}

/** `expiryOf` of a record that may be damaged: null then. */
export const storedExpiryOf = ({ head, bytes }: { head: Buffer; bytes: number }): number | null =>
  hasSoundHeader(head, bytes) ? expiryOf(head) : null

function damaged(key: string): HoldfastError {
  return new HoldfastError(
    'record_damaged',
    `The record ${JSON.stringify(key)} is damaged on disk and is not given out. Restore it from a backup, then check the disk.`,
    { details: { key } },
  )
}
