import { decodeRecord } from '../persistence/record-codec.ts'
import type { StoredRecord } from '../persistence/record-store.ts'
import { type ArchiveFile, openArchive } from './archive-file.ts'
import { chunkName, sha256 } from './archive-format.ts'
import { unpack } from './archive-walk.ts'
import { readChunkRecord } from './chunk-codec.ts'
import { damagedBackup, damageOf } from './damage.ts'
import { findInIndexPart, recordHash } from './index-codec.ts'
import type { Manifest, PackedEntry } from './manifest.ts'
import type { RangeSource } from './range-source.ts'

/** Fetches single records out of a backup by range reads: the end of the file once, then one part of the index and one chunk for each key. */
export class ArchiveReader {
  readonly #archive: ArchiveFile
  readonly #parts: readonly PackedEntry[]
  readonly #chunks: ReadonlyMap<string, PackedEntry>

  private constructor(archive: ArchiveFile) {
    this.#archive = archive
    this.#parts = archive.manifest.entries.filter(({ kind }) => kind === 'index')
    this.#chunks = new Map(archive.manifest.entries.map((entry) => [entry.name, entry]))
  }

  /** `name` is for messages. The source belongs to the caller. Throws `backup_damaged`, `newer_format`. */
  static async open(source: RangeSource, name: string): Promise<ArchiveReader> {
    return new ArchiveReader(await openArchive(source, name))
  }

  get manifest(): Manifest {
    return this.#archive.manifest
  }

  /** The record as it was when the backup was made, or undefined. Throws `backup_damaged` when a checksum on the way does not hold. */
  async find(key: string): Promise<StoredRecord | undefined> {
    const part = this.#partOf(key)
    if (part === undefined) return undefined
    const place = findInIndexPart(await this.#readRaw(part), key)
    if (place === undefined) return undefined
    const chunk = place === null ? undefined : this.#chunks.get(chunkName(place.chunk))
    if (place === null || chunk === undefined) throw damagedBackup(this.#archive.name, [damageOf(part, 'its entries cannot be told apart')])
    const found = readChunkRecord(await this.#readRaw(chunk), place.offset)
    if (found === undefined || found.key !== key || !recordHash(found.record).equals(place.hash)) {
      throw damagedBackup(this.#archive.name, [damageOf(chunk, `the record ${JSON.stringify(key)} is not where the index says`)])
    }
    return { key, ...decodeRecord(key, found.record) }
  }

  /** The first keys of the parts are the top level of the index: the part is the last one that does not begin behind the key. */
  #partOf(key: string): PackedEntry | undefined {
    const wanted = Buffer.from(key)
    let low = 0
    let high = this.#parts.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (Buffer.from(this.#parts[middle]?.firstKey ?? '').compare(wanted) <= 0) low = middle + 1
      else high = middle
    }
    return this.#parts[low - 1]
  }

  async #readRaw(entry: PackedEntry): Promise<Buffer> {
    const content = await this.#archive.source.read(entry.offset, entry.bytes)
    const raw = sha256(content) === entry.sha256 ? unpack(content, entry) : 'its SHA-256 does not match'
    if (typeof raw === 'string') throw damagedBackup(this.#archive.name, [damageOf(entry, raw)])
    return raw
  }
}
