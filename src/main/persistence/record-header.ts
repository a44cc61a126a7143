import { crc32 } from 'node:zlib'
import { HoldfastError } from '../base/errors.ts'
import { smallCrc } from './small-crc.ts'
import type { HybridTime } from './version-clock.ts'

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
export const recordFormat = 1
export const headerCheckAt = 50
const crcAt = 52
/** Of fewer bytes the checksum is computed faster here than by zlib. */
const fewBytes = 256

/** How a payload differs from the value. A reader that does not know a flag must refuse the record. */
export const recordFlags = { compressed: 1, encrypted: 2 } as const
const knownFlags = recordFlags.compressed | recordFlags.encrypted

export const flagsOf = (record: Buffer): number => record[1] as number
export const typeBytesOf = (record: Buffer): number => record.readUInt16LE(2)
export const payloadBytesOf = (record: Buffer): number => record.readUInt32LE(4)
export const valueBytesOf = (record: Buffer): number => record.readUInt32LE(8)
export const keyIdOf = (record: Buffer): number => record.readUInt32LE(42)
export const dictionaryIdOf = (record: Buffer): number => record.readUInt32LE(46)
export const versionOf = (record: Buffer): HybridTime => ({ ms: record.readUIntLE(12, 6), counter: record.readUInt16LE(18) })
/** Its version, as the bytes are: names one state of one record, however it is stored. A view. */
export const stampOf = (record: Buffer): Buffer => record.subarray(12, 24)
/** A view. */
export const payloadOf = (record: Buffer): Buffer => record.subarray(record.length - payloadBytesOf(record))

const headerCheck = (record: Buffer, typeBytes: number): number =>
  smallCrc(record, recordHeaderBytes, recordHeaderBytes + typeBytes, smallCrc(record, 0, headerCheckAt)) & 0xffff

export const writeHeaderCheck = (record: Buffer, typeBytes: number): void =>
  void record.writeUInt16LE(headerCheck(record, typeBytes), headerCheckAt)

export const writeChecksum = (key: string, record: Buffer, payload: Uint8Array): void =>
  void record.writeUInt32LE(checksum(key, record, payload), crcAt)

export const holdsChecksum = (key: string, record: Buffer, payload: Uint8Array): boolean =>
  checksum(key, record, payload) === record.readUInt32LE(crcAt)

function checksum(key: string, record: Buffer, payload: Uint8Array): number {
  const ofHead = smallCrc(record, recordHeaderBytes, record.length - payload.length, smallCrc(record, 0, crcAt, crc32(key)))
  return payload.length < fewBytes ? smallCrc(payload, 0, payload.length, ofHead) : crc32(payload, ofHead)
}

/** `head` may be the record's beginning; `bytes` is the length of all. */
export const isWhole = (head: Buffer, bytes: number): boolean =>
  head.length >= recordHeaderBytes &&
  head[0] === recordFormat &&
  ((head[1] as number) & ~knownFlags) === 0 &&
  bytes === recordHeaderBytes + head.readUInt16LE(2) + head.readUInt32LE(4)

export function hasSoundHeader(head: Buffer, bytes: number): boolean {
  return isWhole(head, bytes) && headerCheck(head, typeBytesOf(head)) === head.readUInt16LE(headerCheckAt)
}

export function recordDamaged(key: string, cause?: unknown): HoldfastError {
  return new HoldfastError(
    'record_damaged',
    `The record ${JSON.stringify(key)} is damaged on disk and is not given out. Restore it from a backup, then check the disk.`,
    { details: { key }, cause },
  )
}
