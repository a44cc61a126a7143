import { constants, crc32, zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { HoldfastError } from '../base/errors.ts'
import { keyName, type MasterKey } from './master-key.ts'
import {
  dictionaryIdOf,
  flagsOf,
  headerCheckAt,
  keyIdOf,
  payloadOf,
  recordDamaged,
  recordFlags,
  recordHeaderBytes,
  typeBytesOf,
  valueBytesOf,
} from './record-header.ts'
import { unseal } from './record-sealer.ts'

/** Shared samples of small values; `id` is the beginning of the SHA-256 of the bytes. */
export interface Dictionary {
  readonly id: number
  readonly bytes: Buffer
}

/** What payloads were packed with, by the ids in their records. */
export interface PayloadMeans {
  dictionary(id: number): Dictionary | undefined
  masterKey(id: number): MasterKey | undefined
}

export const withoutMeans: PayloadMeans = { dictionary: () => undefined, masterKey: () => undefined }

const table = Buffer.from('records\0')
const crcBytes = 4
const smallestOutputBytes = 64
const level = 3

/** The value of a record whose checksum holds and whose payload is not the value itself. Throws `record_damaged`, `key_missing`. */
export function openPayload(key: string, record: Buffer, means: PayloadMeans): Buffer {
  const flags = flagsOf(record)
  const body = flags & recordFlags.encrypted ? decrypted(key, record, means) : payloadOf(record)
  const value = flags & recordFlags.compressed ? decompressed(key, record, body, means) : body
  if (value.length !== valueBytesOf(record)) throw recordDamaged(key)
  return value
}

function decrypted(key: string, record: Buffer, means: PayloadMeans): Buffer {
  const master = means.masterKey(keyIdOf(record))
  if (master === undefined) throw keyMissing(keyIdOf(record), key)
  try {
    return unseal(payloadOf(record), associatedWith(key, record), master)
  } catch (error) {
    throw recordDamaged(key, error)
  }
}

/** The table, the key and everything of the header but its checksums: a payload fits nowhere else, at no other version. */
export function associatedWith(key: string, record: Buffer): Buffer {
  const keyBytes = Buffer.byteLength(key)
  const typeBytes = typeBytesOf(record)
  const associated = Buffer.allocUnsafe(table.length + 2 + keyBytes + headerCheckAt + typeBytes)
  let at = table.copy(associated)
  at = associated.writeUInt16LE(keyBytes, at)
  at += associated.write(key, at)
  at += record.copy(associated, at, 0, headerCheckAt)
  record.copy(associated, at, recordHeaderBytes, recordHeaderBytes + typeBytes)
  return associated
}

/** u32 CRC-32 of the value · a zstd frame. The checksum is there because a wrong dictionary gives wrong bytes without a word (BL2). */
function decompressed(key: string, record: Buffer, body: Buffer, means: PayloadMeans): Buffer {
  const id = dictionaryIdOf(record)
  const dictionary = id === 0 ? undefined : means.dictionary(id)
  if (id !== 0 && (dictionary === undefined || !knowsDictionaries)) throw dictionaryMissing(id, key)
  const value = decompress(body.subarray(crcBytes), valueBytesOf(record), dictionary)
  if (value === undefined || crc32(value) !== body.readUInt32LE(0)) throw recordDamaged(key)
  return value
}

function decompress(frame: Buffer, bytes: number, dictionary: Dictionary | undefined): Buffer | undefined {
  // One more than is expected: what is longer shows, and what is not needs no second turn.
  const chunkSize = Math.max(smallestOutputBytes, bytes + 1)
  try {
    return zstdDecompressSync(frame, { chunkSize, maxOutputLength: chunkSize, ...withDictionary(dictionary) })
  } catch {
    return undefined
  }
}

/** The body of a compressed payload. */
export function compress(value: Uint8Array, dictionary: Dictionary | undefined): Buffer {
  const frame = zstdCompressSync(value, {
    chunkSize: Math.max(smallestOutputBytes, value.byteLength),
    params: { [constants.ZSTD_c_compressionLevel]: level },
    ...withDictionary(dictionary),
  })
  const body = Buffer.allocUnsafe(crcBytes + frame.length)
  body.writeUInt32LE(crc32(value), 0)
  frame.copy(body, crcBytes)
  return body
}

const withDictionary = (dictionary: Dictionary | undefined) => (dictionary === undefined ? {} : { dictionary: dictionary.bytes })

/** Node takes dictionaries for zstd since 24.6 and 22.19, and ignores them before. */
export const knowsDictionaries = ((): boolean => {
  const words = Buffer.from('what stands in the dictionary need not stand in the value again')
  return compress(words, { id: 1, bytes: words }).length < words.length / 2
})()

export function keyMissing(id: number, key?: string): HoldfastError {
  const what = key === undefined ? 'The data of this store' : `The record ${JSON.stringify(key)}`
  return new HoldfastError(
    'key_missing',
    `${what} is encrypted with the key ${keyName(id)}, which this host does not have. Nothing is lost or changed: put the key file back and start Holdfast again.`,
    { details: { keyId: keyName(id), ...(key !== undefined && { key }) } },
  )
}

function dictionaryMissing(id: number, key: string): HoldfastError {
  return new HoldfastError(
    'record_damaged',
    `The record ${JSON.stringify(key)} was compressed with the dictionary ${keyName(id)}, which ${knowsDictionaries ? 'this store does not have' : 'this version of Node cannot use'}, so it is not given out. ${knowsDictionaries ? 'Restore it from a backup.' : 'Use Node 24.'}`,
    { details: { key, dictionaryId: keyName(id) } },
  )
}
