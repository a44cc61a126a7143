import { mkdtemp, open, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type ArchiveFile, openArchive } from '../../../src/main/backup/archive-file.ts'
import { walkArchive } from '../../../src/main/backup/archive-walk.ts'
import { writeArchive } from '../../../src/main/backup/archive-writer.ts'
import type { Damage } from '../../../src/main/backup/damage.ts'
import type { StartManifest } from '../../../src/main/backup/manifest.ts'
import type { RangeSource } from '../../../src/main/backup/range-source.ts'
import { systemClock } from '../../../src/main/base/clock.ts'
import type { RawRecord } from '../../../src/main/persistence/lmdb-reader.ts'
import { encodeRecord } from '../../../src/main/persistence/record-codec.ts'

export const never = new AbortController().signal

export const startManifest: StartManifest = {
  product: 'holdfast',
  format: 1,
  part: 'start',
  id: 'abcd1234',
  kind: 'full',
  storeId: 'store-1',
  nodeId: 'node-1',
  appVersion: '0.1.0',
  createdAt: '2026-11-23T14:15:16.789Z',
  timeline: 'timeline-1',
  sequence: 42,
  compression: { algorithm: 'zstd', level: 3 },
  encryption: null,
  blobs: null,
  base: null,
  signature: null,
}

export async function withFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-backup-'))
  try {
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

export function rawRecord(key: string, value: Uint8Array, counter = 0, expiresAtMs: number | null = null): RawRecord {
  const fields = { version: { ms: 1_700_000_000_000, counter }, node: 7, createdAtMs: 1_600_000_000_000, updatedAtMs: 1_700_000_000_000 }
  return { key, record: encodeRecord(key, value, { ...fields, contentType: 'application/octet-stream', expiresAtMs }) }
}

export const inKeyOrder = (records: readonly RawRecord[]): RawRecord[] =>
  [...records].sort((one, other) => Buffer.from(one.key).compare(Buffer.from(other.key)))

type SystemEntries = readonly { readonly key: string; readonly value: Buffer }[]

export async function writeTo(path: string, records: Iterable<RawRecord>, start: Partial<StartManifest> = {}, system: SystemEntries = []) {
  const handle = await open(path, 'wx')
  try {
    const input = { start: { ...startManifest, ...start }, records, system, clock: systemClock, onProgress: () => undefined }
    return await writeArchive(handle, input, never)
  } finally {
    await handle.close()
  }
}

/** The bytes of an archive with these records. */
export const archiveBytes = (records: Iterable<RawRecord>, system: SystemEntries = []): Promise<Buffer> =>
  withFolder(async (folder) => {
    await writeTo(join(folder, 'a.hfb'), records, {}, system)
    return readFile(join(folder, 'a.hfb'))
  })

/** Bytes in memory as a source; `reads` counts what was asked for. */
export class MemorySource implements RangeSource {
  readonly reads: number[] = []
  readonly #content: Buffer

  constructor(content: Buffer) {
    this.#content = content
  }

  get bytes(): number {
    return this.#content.length
  }

  async read(offset: number, length: number): Promise<Buffer> {
    this.reads.push(length)
    return Buffer.from(this.#content.subarray(Math.min(offset, this.bytes), Math.min(offset + length, this.bytes)))
  }

  async close(): Promise<void> {}
}

export const openBytes = (content: Buffer): Promise<ArchiveFile> => openArchive(new MemorySource(content), 'test.hfb')

/** Everything that a whole reading gives: the records of sound chunks, and the damages. */
export async function walkWhole(content: Buffer): Promise<{ records: RawRecord[]; damages: Damage[] }> {
  const records: RawRecord[] = []
  const damages: Damage[] = []
  for await (const entry of walkArchive(await openBytes(content), never)) {
    if ('damage' in entry) damages.push(entry.damage)
    else records.push(...(entry.records ?? []))
  }
  return { records, damages }
}
