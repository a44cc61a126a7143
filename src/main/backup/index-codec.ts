import { hash } from 'node:crypto'

/**
 * A part of the key index before compression, all numbers little endian: 8 bytes `HFindex1` · u32 number of the part · u32 entries, then for
 * each record, in key order: u16 bytes of the key · u32 number of the chunk · u32 place in the chunk · 8 bytes of hash · key. The hash is the
 * beginning of the SHA-256 of the encoded record: two backups are compared by their indexes alone.
 */
const magic = Buffer.from('HFindex1', 'latin1')
const headerBytes = 16
const entryBytes = 18
const hashBytes = 8

export interface IndexEntry {
  readonly key: string
  readonly chunk: number
  readonly offset: number
  readonly hash: Buffer
}

export const recordHash = (record: Uint8Array): Buffer => hash('sha256', record, 'buffer').subarray(0, hashBytes)

/** Gathers the entries of one part; grows with the chunks that the part is about, hence within bounds. */
export class IndexPartBuilder {
  #buffer = Buffer.allocUnsafe(64 * 1024)
  #end = headerBytes
  #entries = 0

  get entries(): number {
    return this.#entries
  }

  get bytes(): number {
    return this.#end
  }

  add(key: Buffer, record: Buffer, place: { chunk: number; offset: number }): void {
    const at = this.#end
    const end = at + entryBytes + key.length
    if (end > this.#buffer.length) this.#grow(end)
    this.#buffer.writeUInt16LE(key.length, at)
    this.#buffer.writeUInt32LE(place.chunk, at + 2)
    this.#buffer.writeUInt32LE(place.offset, at + 6)
    recordHash(record).copy(this.#buffer, at + 10)
    key.copy(this.#buffer, at + entryBytes)
    this.#end = end
    this.#entries++
  }

  /** The part as bytes, which hold until the next `add`; the builder begins anew. */
  take(number: number): Buffer {
    magic.copy(this.#buffer)
    this.#buffer.writeUInt32LE(number, 8)
    this.#buffer.writeUInt32LE(this.#entries, 12)
    const part = this.#buffer.subarray(0, this.#end)
    this.#end = headerBytes
    this.#entries = 0
    return part
  }

  #grow(bytes: number): void {
    const larger = Buffer.allocUnsafe(Math.max(bytes, 2 * this.#buffer.length))
    this.#buffer.copy(larger, 0, 0, this.#end)
    this.#buffer = larger
  }
}

/** The entry of `key` in a part; undefined when the part does not have it. `null` when the bytes are no part. */
export function findInIndexPart(part: Buffer, key: string): IndexEntry | undefined | null {
  if (part.length < headerBytes || part.compare(magic, 0, 8, 0, 8) !== 0) return null
  const wanted = Buffer.from(key)
  let at = headerBytes
  for (let left = part.readUInt32LE(12); left > 0; left--) {
    if (at + entryBytes > part.length) return null
    const end = at + entryBytes + part.readUInt16LE(at)
    if (end > part.length) return null
    const order = part.compare(wanted, 0, wanted.length, at + entryBytes, end)
    if (order === 0) {
      const hashed = part.subarray(at + 10, at + entryBytes)
      return { key, chunk: part.readUInt32LE(at + 2), offset: part.readUInt32LE(at + 6), hash: hashed }
    }
    if (order > 0) return undefined
    at = end
  }
  return undefined
}
