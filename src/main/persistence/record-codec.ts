import { openPayload, type PayloadMeans, withoutMeans } from './payload-codec.ts'
import {
  flagsOf,
  hasSoundHeader,
  headerCheckAt,
  holdsChecksum,
  isWhole,
  payloadOf,
  recordDamaged,
  recordFormat,
  recordHeaderBytes,
  typeBytesOf,
  valueBytesOf,
  versionOf,
  writeChecksum,
  writeHeaderCheck,
} from './record-header.ts'
import type { RecordMeta } from './record-store.ts'
import { formatVersion, type HybridTime } from './version-clock.ts'

export interface RecordFields {
  readonly version: HybridTime
  readonly node: number
  readonly contentType: string
  readonly createdAtMs: number
  readonly updatedAtMs: number
  readonly expiresAtMs: number | null
}

/** How many bytes `encodeRecord` writes. */
export const encodedBytes = (contentType: string, valueBytes: number): number => recordHeaderBytes + contentType.length + valueBytes

/** The record, its payload the value as it is; into `target`, which has just its length, or into a buffer of its own. */
export function encodeRecord(key: string, value: Uint8Array, fields: RecordFields, target?: Buffer): Buffer {
  const typeBytes = fields.contentType.length
  const record = target ?? Buffer.allocUnsafe(encodedBytes(fields.contentType, value.byteLength))
  record[0] = recordFormat
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
  writeHeaderCheck(record, typeBytes)
  record.set(value, recordHeaderBytes + typeBytes)
  writeChecksum(key, record, value)
  return record
}

/** How much of a record `decodeMeta` needs. */
export const headBytes = (record: Buffer): number => (record.length < 4 ? record.length : recordHeaderBytes + typeBytesOf(record))

/** What the header says, checked without the payload: `head` may be the record's beginning, `bytes` is the length of all. Throws `record_damaged`. */
export function decodeMeta(key: string, head: Buffer, bytes = head.length): RecordMeta {
  if (!hasSoundHeader(head, bytes)) throw recordDamaged(key)
  return readMeta(head)
}

function readMeta(record: Buffer): RecordMeta {
  return {
    version: formatVersion(versionOf(record), record.readUInt32LE(20)),
    contentType: record.toString('latin1', recordHeaderBytes, recordHeaderBytes + typeBytesOf(record)),
    size: valueBytesOf(record),
    createdAtMs: record.readUIntLE(24, 6),
    updatedAtMs: record.readUIntLE(30, 6),
    expiresAtMs: expiryOf(record),
  }
}

/** Whether every byte is as it was written; needs neither keys nor dictionaries. Throws `record_damaged`. */
export function checkRecord(key: string, record: Buffer): void {
  if (!isWhole(record, record.length) || !holdsChecksum(key, record, payloadOf(record))) throw recordDamaged(key)
}

/**
 * Checks everything. The value is a view of `record` where it is stored as it is. Throws `record_damaged`, `key_missing` where it is encrypted with a
 * key that `means` does not have.
 */
export function decodeRecord(key: string, record: Buffer, means: PayloadMeans = withoutMeans): { meta: RecordMeta; value: Buffer } {
  checkRecord(key, record)
  return { meta: readMeta(record), value: flagsOf(record) === 0 ? payloadOf(record) : openPayload(key, record, means) }
}

/** Milliseconds since 1970, or null for a record that never expires. */
export function expiryOf(record: Buffer): number | null {
  const expiresAtMs = record.readUIntLE(36, 6)
  return expiresAtMs === 0 ? null : expiresAtMs
}

/** `expiryOf` of a record that may be damaged: null then. */
export const storedExpiryOf = ({ head, bytes }: { head: Buffer; bytes: number }): number | null =>
  hasSoundHeader(head, bytes) ? expiryOf(head) : null
