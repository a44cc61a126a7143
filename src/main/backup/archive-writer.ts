import { createHash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { constants, zstdCompressSync } from 'node:zlib'
import { type Clock, toIso } from '../base/clock.ts'
import { HoldfastError, throwIfCancelled } from '../base/errors.ts'
import type { RawRecord } from '../persistence/lmdb-reader.ts'
import type { SystemChange } from '../persistence/system-table.ts'
import { chunkName, chunkTargetBytes, indexPartName, indexPartTargetBytes, manifestName, maxRawBytes } from './archive-format.ts'
import { ChunkBuilder, chunkHeaderBytes } from './chunk-codec.ts'
import { IndexPartBuilder } from './index-codec.ts'
import type { Manifest, PackedEntry, StartManifest } from './manifest.ts'
import { encodeLocator, locatorName } from './tar-layout.ts'
import { TarWriter } from './tar-writer.ts'

export interface ArchiveInput {
  readonly start: StartManifest
  /** In key order; one state of the store. */
  readonly records: Iterable<RawRecord>
  readonly system: readonly SystemChange[]
  readonly clock: Clock
  /** Called after each chunk with what has been written so far: bytes before compression. */
  readonly onProgress: (done: { readonly records: number; readonly bytes: number }) => void
}

/**
 * Writes a whole archive into an empty file: the chunks as the records come, each part of the index behind the chunks that it is about, so
 * that memory stays bounded whatever the size of the store. When it resolves, the content survives power loss. Throws `cancelled` between
 * two chunks, and what the file system throws.
 */
export async function writeArchive(handle: FileHandle, input: ArchiveInput, signal: AbortSignal): Promise<Manifest> {
  const tar = new TarWriter(handle, new Date(input.start.createdAt))
  try {
    const run = new ArchiveRun(tar, input)
    return await run.write(signal)
  } catch (error) {
    tar.abort()
    throw error
  }
}

class ArchiveRun {
  readonly #tar: TarWriter
  readonly #input: ArchiveInput
  readonly #chunk = new ChunkBuilder(chunkTargetBytes)
  readonly #part = new IndexPartBuilder()
  readonly #content = createHash('sha256')
  readonly #entries: PackedEntry[] = []
  readonly #chunkKeys = new KeyRange()
  readonly #partKeys = new KeyRange()
  #chunks = 0
  #parts = 0
  #records = 0
  #bytes = 0

  constructor(tar: TarWriter, input: ArchiveInput) {
    this.#tar = tar
    this.#input = input
  }

  async write(signal: AbortSignal): Promise<Manifest> {
    const startedMs = this.#input.clock.monotonicMs()
    const start = await this.#tar.append(manifestName, toJson(this.#input.start))
    await this.#writeRecords(signal)
    if (this.#part.entries > 0) await this.#closePart()
    throwIfCancelled(signal)
    const manifest: Manifest = {
      ...this.#input.start,
      part: 'end',
      finishedAt: toIso(this.#input.clock.wallMs()),
      durationMs: Math.round(this.#input.clock.monotonicMs() - startedMs),
      records: this.#records,
      bytes: this.#bytes,
      contentSha256: this.#content.digest('hex'),
      start,
      system: this.#input.system.map(({ key, value }) => [key, Buffer.from(value ?? []).toString('base64')]),
      entries: this.#entries,
    }
    const { offset, bytes, sha256 } = await this.#tar.append(manifestName, toJson(manifest))
    await this.#tar.append(locatorName, encodeLocator({ offset, bytes, sha256 }, manifest.format))
    await this.#tar.finish()
    return manifest
  }

  async #writeRecords(signal: AbortSignal): Promise<void> {
    let lastKey = Buffer.alloc(0)
    for (const { key, record } of this.#input.records) {
      const keyBytes = Buffer.from(key)
      if (this.#records > 0 && lastKey.compare(keyBytes) >= 0) throw outOfOrder(key)
      lastKey = keyBytes
      const bytes = keyBytes.length + record.length
      if (bytes > maxRawBytes - 1024) throw new HoldfastError('too_large', `The record ${JSON.stringify(key)} is too large for a backup.`)
      if (this.#chunk.isFullFor(bytes)) await this.#closeChunk(signal)
      const offset = this.#chunk.add(keyBytes, record)
      this.#part.add(keyBytes, record, { chunk: this.#chunks + 1, offset })
      this.#chunkKeys.add(key)
      this.#partKeys.add(key)
      this.#records++
      this.#bytes += bytes
    }
    if (this.#chunk.records > 0) await this.#closeChunk(signal)
  }

  async #closeChunk(signal: AbortSignal): Promise<void> {
    throwIfCancelled(signal)
    const number = ++this.#chunks
    const { records } = this.#chunk
    const raw = this.#chunk.take(number)
    this.#content.update(raw.subarray(chunkHeaderBytes))
    await this.#appendPacked('chunk', chunkName(number), raw, { records, ...this.#chunkKeys.take() })
    if (this.#part.bytes >= indexPartTargetBytes) await this.#closePart()
    this.#input.onProgress({ records: this.#records, bytes: this.#bytes })
  }

  async #closePart(): Promise<void> {
    const number = ++this.#parts
    const { entries } = this.#part
    await this.#appendPacked('index', indexPartName(number), this.#part.take(number), { records: entries, ...this.#partKeys.take() })
  }

  async #appendPacked(kind: PackedEntry['kind'], name: string, raw: Buffer, about: { records: number; firstKey: string; lastKey: string }) {
    const { level } = this.#input.start.compression
    // In this thread, not in the pool, which the journal's syncs need.
    const packed = zstdCompressSync(raw, {
      params: { [constants.ZSTD_c_compressionLevel]: level, [constants.ZSTD_c_checksumFlag]: 1 },
      pledgedSrcSize: raw.length,
    })
    const entry = await this.#tar.append(name, packed)
    this.#entries.push({ kind, ...entry, rawBytes: raw.length, ...about })
  }
}

class KeyRange {
  #first: string | undefined
  #last = ''

  add(key: string): void {
    this.#first ??= key
    this.#last = key
  }

  take(): { firstKey: string; lastKey: string } {
    const range = { firstKey: this.#first ?? '', lastKey: this.#last }
    this.#first = undefined
    return range
  }
}

const toJson = (manifest: StartManifest | Manifest): Buffer => Buffer.from(`${JSON.stringify(manifest)}\n`)

function outOfOrder(key: string): HoldfastError {
  return new HoldfastError(
    'store_damaged',
    `The database does not give its keys in order (at ${JSON.stringify(key)}), so it is damaged, and no backup was made. Check the disk, and restore an earlier backup.`,
  )
}
