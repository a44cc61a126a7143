import { isUtf8 } from 'node:buffer'

/**
 * A chunk before compression, all numbers little endian: 8 bytes `HFchunk1` · u32 number of the chunk · u32 records, then for each record, in
 * key order: u16 bytes of the key · u32 bytes of the record · key · record.
 */
const magic = Buffer.from('HFchunk1', 'latin1')
export const chunkHeaderBytes = 16
export const recordFrameBytes = 6

/** Gathers records into chunks, one after another, in one buffer that grows only for a record larger than a chunk. */
export class ChunkBuilder {
  readonly #targetBytes: number
  #buffer: Buffer
  #end = chunkHeaderBytes
  #records = 0

  constructor(targetBytes: number) {
    this.#targetBytes = targetBytes
    this.#buffer = Buffer.allocUnsafe(targetBytes)
  }

  get records(): number {
    return this.#records
  }

  /** Whether a record with so many bytes of key and record belongs into the next chunk. */
  isFullFor(bytes: number): boolean {
    return this.#records > 0 && this.#end + recordFrameBytes + bytes > this.#targetBytes
  }

  /** Gives the place of the record in the chunk. */
  add(key: Buffer, record: Buffer): number {
    const offset = this.#end
    const end = offset + recordFrameBytes + key.length + record.length
    if (end > this.#buffer.length) this.#grow(end)
    this.#buffer.writeUInt16LE(key.length, offset)
    this.#buffer.writeUInt32LE(record.length, offset + 2)
    key.copy(this.#buffer, offset + recordFrameBytes)
    record.copy(this.#buffer, offset + recordFrameBytes + key.length)
    this.#end = end
    this.#records++
    return offset
  }

  /** The chunk as bytes, which hold until the next `add`; the builder begins anew. */
  take(number: number): Buffer {
    magic.copy(this.#buffer)
    this.#buffer.writeUInt32LE(number, 8)
    this.#buffer.writeUInt32LE(this.#records, 12)
    const chunk = this.#buffer.subarray(0, this.#end)
    this.#end = chunkHeaderBytes
    this.#records = 0
    return chunk
  }

  #grow(bytes: number): void {
    const larger = Buffer.allocUnsafe(bytes)
    this.#buffer.copy(larger, 0, 0, this.#end)
    this.#buffer = larger
  }
}

export interface ChunkRecord {
  readonly offset: number
  readonly keyBytes: Buffer
  readonly key: string
  /** A view of the chunk. */
  readonly record: Buffer
}

/** The records of a chunk in order; undefined when the bytes are not chunk `number`, whole and with nothing behind it. */
export function readChunk(chunk: Buffer, number: number): ChunkRecord[] | undefined {
  if (chunk.length < chunkHeaderBytes || chunk.compare(magic, 0, 8, 0, 8) !== 0 || chunk.readUInt32LE(8) !== number) return undefined
  const records: ChunkRecord[] = []
  let at = chunkHeaderBytes
  for (let left = chunk.readUInt32LE(12); left > 0; left--) {
    const record = readChunkRecord(chunk, at)
    if (record === undefined) return undefined
    records.push(record)
    at += recordFrameBytes + record.keyBytes.length + record.record.length
  }
  return at === chunk.length ? records : undefined
}

export function readChunkRecord(chunk: Buffer, offset: number): ChunkRecord | undefined {
  if (offset + recordFrameBytes > chunk.length) return undefined
  const keyEnd = offset + recordFrameBytes + chunk.readUInt16LE(offset)
  const recordEnd = keyEnd + chunk.readUInt32LE(offset + 2)
  if (recordEnd > chunk.length) return undefined
  const keyBytes = chunk.subarray(offset + recordFrameBytes, keyEnd)
  if (!isUtf8(keyBytes)) return undefined
  return { offset, keyBytes, key: keyBytes.toString(), record: chunk.subarray(keyEnd, recordEnd) }
}
