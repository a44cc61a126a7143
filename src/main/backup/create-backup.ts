import { type FileHandle, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { HoldfastError } from '../base/errors.ts'
import { LmdbReader, type LmdbSnapshot } from '../persistence/lmdb-reader.ts'
import { writeArchive } from './archive-writer.ts'
import { fileFailure } from './file-failure.ts'
import type { StartManifest } from './manifest.ts'
import type { ArchiveSummary, TaskContext } from './task-context.ts'
import { verifyBackup } from './verify-backup.ts'

export interface CreateInput {
  readonly generationFolder: string
  /** Must not exist yet; whatever goes wrong, the caller removes it. */
  readonly file: string
  /** The beginning of the manifest, but for the journal position, which the snapshot itself says. */
  readonly start: Omit<StartManifest, 'sequence'>
}

/**
 * Writes one state of a generation into a file, makes it durable, and reads it back whole. Throws `disk_full`, `record_damaged` when a record
 * of the store fails its checksum, `cancelled`, and what `verifyBackup` throws.
 */
export async function createBackup(input: CreateInput, context: TaskContext): Promise<ArchiveSummary> {
  try {
    await writeSnapshot(input, context)
  } catch (error) {
    throw writeFailure(error, input.file)
  }
  return verifyBackup(input, context)
}

async function writeSnapshot({ generationFolder, file, start }: CreateInput, context: TaskContext): Promise<void> {
  const handle = await open(file, 'wx', 0o600)
  try {
    const reader = LmdbReader.open(generationFolder)
    try {
      using snapshot = reader.begin()
      await write(handle, snapshot, start, context)
    } finally {
      await reader.close()
    }
  } finally {
    await handle.close()
  }
}

async function write(handle: FileHandle, snapshot: LmdbSnapshot, start: CreateInput['start'], context: TaskContext): Promise<void> {
  const { appliedSequence: sequence, count } = snapshot
  context.report({ phase: 'reading', done: 0, total: null, unit: 'bytes' })
  const input = {
    start: { ...start, sequence },
    records: snapshot.records(),
    system: snapshot.system(),
    clock: context.clock,
    // The number of records is known, their bytes are not: they are taken to go on as they began.
    onProgress: ({ records, bytes }: { records: number; bytes: number }) =>
      context.report({ done: bytes, total: Math.max(bytes, Math.round((bytes / records) * count)) }),
  }
  const { records } = await writeArchive(handle, input, context.signal)
  if (records !== count) throw countsOthers(records, count)
}

/** LMDB leaves records out without a word where a page is damaged; the table's own count tells. */
function countsOthers(found: number, counted: number): HoldfastError {
  return new HoldfastError(
    'store_damaged',
    `The database counts ${counted} records, and ${found} could be read. No backup was made: restore the newest backup into a new data folder, then check the disk.`,
  )
}

function writeFailure(error: unknown, file: string): unknown {
  if (!(error instanceof HoldfastError) || error.code !== 'record_damaged') return fileFailure(error, dirname(file))
  // A backup that leaves a record out without a word would count as good. Deleting or rewriting the record ends this.
  const sentence = `${error.message} No backup was made: write this record anew or delete it, then back up again.`
  return new HoldfastError('record_damaged', sentence, { ...(error.details && { details: error.details }), cause: error })
}
