import { createHash } from 'node:crypto'
import { zstdDecompressSync } from 'node:zlib'
import { HoldfastError, throwIfCancelled } from '../base/errors.ts'
import { dictionaryIdsOf } from '../persistence/dictionary-entry.ts'
import type { RawRecord } from '../persistence/lmdb-reader.ts'
import { keyName } from '../persistence/master-key.ts'
import { checkRecord } from '../persistence/record-codec.ts'
import { dictionaryIdOf } from '../persistence/record-header.ts'
import type { ArchiveFile } from './archive-file.ts'
import { manifestName, sha256 } from './archive-format.ts'
import { type ChunkRecord, chunkHeaderBytes, readChunk } from './chunk-codec.ts'
import { type Damage, damageOf } from './damage.ts'
import { IndexPartBuilder } from './index-codec.ts'
import type { PackedEntry } from './manifest.ts'
import { blockBytes, headerProblem, isAllZeros, paddedBytes } from './tar-layout.ts'

/** One entry of the archive, read and checked; `records` is there when it is a chunk. */
export type WalkedEntry =
  | { readonly damage: Damage; readonly storedBytes: number }
  | { readonly records: readonly RawRecord[] | undefined; readonly storedBytes: number }

/**
 * Reads an archive from its beginning to its end and checks everything: every byte of the tar, every SHA-256, every record's own checksum, the
 * order of keys, the index against the records, the totals. Damage is given, not thrown, so that the rest is looked at too; bytes that are
 * damaged are never given. Memory: one chunk and one part of the index. Throws `cancelled` between two entries, and what the source throws.
 */
export async function* walkArchive(archive: ArchiveFile, signal: AbortSignal): AsyncGenerator<WalkedEntry, void, undefined> {
  const walk = new Walk(archive)
  yield await walk.readStart()
  for (const entry of archive.manifest.entries) {
    throwIfCancelled(signal)
    yield await walk.readEntry(entry)
  }
  const damage = walk.checkTotals()
  if (damage !== undefined) yield { damage, storedBytes: 0 }
}

class Walk {
  readonly #archive: ArchiveFile
  readonly #expectedPart = new IndexPartBuilder()
  readonly #content = createHash('sha256')
  readonly #dictionaries: ReadonlySet<number>
  #lastKey: Buffer | undefined
  #chunks = 0
  #parts = 0
  #records = 0
  #bytes = 0
  /** Whether a chunk was damaged: of this part of the index, of the archive. What it held cannot be compared then. */
  #partHasGap = false
  #hasGap = false

  constructor(archive: ArchiveFile) {
    this.#archive = archive
    this.#dictionaries = dictionaryIdsOf(archive.manifest.system)
  }

  async readStart(): Promise<WalkedEntry> {
    const { start } = this.#archive.manifest
    const content = await this.#readContent(start)
    const storedBytes = blockBytes + paddedBytes(start.bytes)
    if (typeof content === 'string') return { damage: { part: `${manifestName} at the beginning`, what: content }, storedBytes }
    return { records: undefined, storedBytes }
  }

  async readEntry(entry: PackedEntry): Promise<WalkedEntry> {
    const storedBytes = blockBytes + paddedBytes(entry.bytes)
    const read = entry.kind === 'chunk' ? await this.#readChunk(entry) : await this.#readIndexPart(entry)
    return typeof read === 'string' ? { damage: damageOf(entry, read), storedBytes } : { records: read, storedBytes }
  }

  checkTotals(): Damage | undefined {
    if (this.#hasGap) return undefined
    const { records, bytes, contentSha256 } = this.#archive.manifest
    const agrees = records === this.#records && bytes === this.#bytes && contentSha256 === this.#content.digest('hex')
    if (agrees && this.#expectedPart.entries === 0) return undefined
    return { part: `${manifestName} at the end`, what: 'its totals are not those of the records' }
  }

  async #readChunk(entry: PackedEntry): Promise<ChunkRecord[] | string> {
    const number = ++this.#chunks
    const raw = await this.#readRaw(entry)
    const records =
      typeof raw === 'string' ? raw : checkedRecords(raw, number, entry, { lastKey: this.#lastKey, dictionaries: this.#dictionaries })
    if (typeof raw === 'string' || typeof records === 'string') {
      this.#partHasGap = true
      this.#hasGap = true
      return records as string
    }
    this.#content.update(raw.subarray(chunkHeaderBytes))
    for (const { keyBytes, record, offset } of records) {
      this.#expectedPart.add(keyBytes, record, { chunk: number, offset })
      this.#bytes += keyBytes.length + record.length
    }
    this.#records += records.length
    this.#lastKey = Buffer.from(records.at(-1)?.keyBytes ?? '')
    return records
  }

  async #readIndexPart(entry: PackedEntry): Promise<undefined | string> {
    const expected = this.#expectedPart.take(++this.#parts)
    const comparable = !this.#partHasGap
    this.#partHasGap = false
    const raw = await this.#readRaw(entry)
    if (typeof raw === 'string') return raw
    return comparable && !raw.equals(expected) ? 'the index does not agree with the records' : undefined
  }

  /** The content once decompressed, or what is wrong with it. */
  async #readRaw(entry: PackedEntry): Promise<Buffer | string> {
    const content = await this.#readContent(entry)
    return typeof content === 'string' ? content : unpack(content, entry)
  }

  async #readContent(entry: { name: string; offset: number; bytes: number; sha256: string }): Promise<Buffer | string> {
    const block = await this.#readOrDamage(entry.offset - blockBytes, blockBytes + paddedBytes(entry.bytes))
    if (typeof block === 'string') return block
    const content = block.subarray(blockBytes, blockBytes + entry.bytes)
    if (sha256(content) !== entry.sha256) return 'its SHA-256 does not match'
    const problem = headerProblem(block.subarray(0, blockBytes), entry)
    if (problem !== undefined) return problem
    return isAllZeros(block.subarray(blockBytes + entry.bytes)) ? content : 'the bytes behind it are damaged'
  }

  /** A place that the disk cannot read is damage of that place; other entries may still be readable. */
  async #readOrDamage(offset: number, bytes: number): Promise<Buffer | string> {
    try {
      return await this.#archive.source.read(offset, bytes)
    } catch (error) {
      if (error instanceof HoldfastError && error.code === 'backup_damaged') return 'the disk cannot read it'
      throw error
    }
  }
}

/** Decompresses the content of an entry, or says what is wrong with it. */
export function unpack(content: Buffer, entry: PackedEntry): Buffer | string {
  try {
    const raw = zstdDecompressSync(content, { maxOutputLength: entry.rawBytes + 1 })
    return raw.length === entry.rawBytes ? raw : 'its length is not that of the manifest'
  } catch {
    return 'it cannot be decompressed'
  }
}

interface Context {
  readonly lastKey: Buffer | undefined
  readonly dictionaries: ReadonlySet<number>
}

function checkedRecords(raw: Buffer, number: number, entry: PackedEntry, { lastKey, dictionaries }: Context): ChunkRecord[] | string {
  const records = readChunk(raw, number)
  if (records === undefined || records.length !== entry.records) return 'its records cannot be told apart'
  if (records[0]?.key !== entry.firstKey || records.at(-1)?.key !== entry.lastKey) return 'its keys are not those of the manifest'
  let before = lastKey
  for (const { key, keyBytes, record } of records) {
    if (before !== undefined && before.compare(keyBytes) >= 0) return `its keys are not in order at ${JSON.stringify(key)}`
    before = keyBytes
    if (!isSound(key, record)) return `the checksum of the record ${JSON.stringify(key)} does not match`
    const dictionary = dictionaryIdOf(record)
    if (dictionary !== 0 && !dictionaries.has(dictionary)) {
      return `the record ${JSON.stringify(key)} was compressed with the dictionary ${keyName(dictionary)}, which the backup does not hold`
    }
  }
  return records
}

function isSound(key: string, record: Buffer): boolean {
  try {
    checkRecord(key, record)
    return true
  } catch (error) {
    if (error instanceof HoldfastError && error.code === 'record_damaged') return false
    throw error
  }
}
