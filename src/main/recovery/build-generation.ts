import { createHash } from 'node:crypto'
import { basename, dirname } from 'node:path'
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'
import { type ArchiveFile, openArchive } from '../backup/archive-file.ts'
import { chunkTargetBytes } from '../backup/archive-format.ts'
import { walkArchive } from '../backup/archive-walk.ts'
import { ChunkBuilder, chunkHeaderBytes } from '../backup/chunk-codec.ts'
import { damagedBackup } from '../backup/damage.ts'
import { FileRangeSource } from '../backup/range-source.ts'
import { type ArchiveSummary, summaryOf, type TaskContext } from '../backup/task-context.ts'
import { HoldfastError, throwIfCancelled } from '../base/errors.ts'
import { LmdbGenerationBuilder } from '../persistence/lmdb-generation-builder.ts'
import { LmdbReader } from '../persistence/lmdb-reader.ts'
import { expiryOf } from '../persistence/record-codec.ts'
import { buildFailure } from './build-failure.ts'

const abortWaitMs = 3000

export interface BuildInput {
  readonly file: string
  /** Must not exist yet; removed again when anything goes wrong. */
  readonly generationFolder: string
  /** Of the store that will take the generation. */
  readonly storeId: string
  readonly timeline: string
}

export interface BuildResult extends ArchiveSummary {
  /** Records of the generation whose time had already passed when it was built: there, and absent for every reader. */
  readonly expiredRecords: number
}

/**
 * Reads a backup whole, checking every byte, and builds a generation of it; then opens that and reads it whole, which must give exactly the
 * content that the manifest names. Throws `backup_damaged` at the first damaged place, `newer_format`, `disk_full`, `cancelled`.
 */
export async function buildGeneration(input: BuildInput, context: TaskContext): Promise<BuildResult> {
  const source = await FileRangeSource.open(input.file)
  try {
    const archive = await openArchive(source, basename(input.file))
    const expiredRecords = await build(archive, input, context)
    await checkGeneration(archive, input, context)
    return { ...summaryOf(archive), expiredRecords }
  } finally {
    await source.close()
  }
}

async function build(archive: ArchiveFile, { generationFolder, storeId, timeline }: BuildInput, context: TaskContext): Promise<number> {
  let builder: LmdbGenerationBuilder | undefined
  try {
    builder = await LmdbGenerationBuilder.create(generationFolder, { storeId, timeline })
    await builder.setSystem(systemOf(archive))
    const expiredRecords = await fill(builder, archive, context)
    await builder.finish()
    return expiredRecords
  } catch (error) {
    const failure = buildFailure(error, dirname(generationFolder))
    await abort(builder, context)
    throw failure
  }
}

const systemOf = ({ manifest }: ArchiveFile) => manifest.system.map(([key, value]) => ({ key, value: Buffer.from(value, 'base64') }))

/** After a failed commit lmdb-js never closes; then the thread ends instead, and the caller removes the folder. */
async function abort(builder: LmdbGenerationBuilder | undefined, context: TaskContext): Promise<void> {
  if (builder === undefined) return
  const late = new AbortController()
  const isAborted = await Promise.race([builder.abort().then(() => true), sleep(abortWaitMs, false, { signal: late.signal })])
  late.abort()
  if (!isAborted) context.retire()
}

async function fill(builder: LmdbGenerationBuilder, archive: ArchiveFile, context: TaskContext): Promise<number> {
  let readBytes = 0
  let expiredRecords = 0
  const nowMs = context.clock.wallMs()
  context.report({ phase: 'restoring', done: 0, total: archive.source.bytes, unit: 'bytes' })
  for await (const entry of walkArchive(archive, context.signal)) {
    if ('damage' in entry) throw damagedBackup(archive.name, [entry.damage])
    for (const { key, record } of entry.records ?? []) {
      if ((expiryOf(record) ?? Number.POSITIVE_INFINITY) <= nowMs) expiredRecords++
      await builder.append(key, record)
    }
    readBytes += entry.storedBytes
    context.report({ done: readBytes })
  }
  return expiredRecords
}

async function checkGeneration({ manifest }: ArchiveFile, { generationFolder }: BuildInput, context: TaskContext): Promise<void> {
  const read = await readGeneration(generationFolder, manifest.bytes, context)
  if (read.records !== manifest.records || read.contentSha256 !== manifest.contentSha256) throw notAsWritten()
}

async function readGeneration(folder: string, totalBytes: number, context: TaskContext) {
  try {
    const reader = LmdbReader.open(folder)
    try {
      using snapshot = reader.begin()
      return await digest(snapshot.records(), totalBytes, context)
    } finally {
      await reader.close()
    }
  } catch (error) {
    const isDamage = error instanceof HoldfastError && (error.code === 'record_damaged' || error.code === 'store_damaged')
    throw isDamage ? notAsWritten(error) : error
  }
}

function notAsWritten(cause?: unknown): HoldfastError {
  return new HoldfastError(
    'conflict',
    'What was restored does not read back as it is in the backup, so it was thrown away and nothing was changed. Check the disk of the database.',
    { cause },
  )
}

async function digest(records: Iterable<{ key: string; record: Buffer }>, totalBytes: number, context: TaskContext) {
  const chunk = new ChunkBuilder(chunkTargetBytes)
  const content = createHash('sha256')
  let count = 0
  let bytes = 0
  context.report({ phase: 'checking', done: 0, total: totalBytes, unit: 'bytes' })
  for (const { key, record } of records) {
    const keyBytes = Buffer.from(key)
    if (chunk.isFullFor(keyBytes.length + record.length)) {
      content.update(chunk.take(0).subarray(chunkHeaderBytes))
      context.report({ done: bytes })
      await nextTurn()
      throwIfCancelled(context.signal)
    }
    chunk.add(keyBytes, record)
    count++
    bytes += keyBytes.length + record.length
  }
  content.update(chunk.take(0).subarray(chunkHeaderBytes))
  return { records: count, contentSha256: content.digest('hex') }
}
