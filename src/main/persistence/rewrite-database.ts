import { rm, statfs } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { HoldfastError, throwIfCancelled } from '../base/errors.ts'
import { DatabaseCopy } from './database-copy.ts'
import { isDiskBroken, isDiskFull } from './disk-errors.ts'
import type { Drain } from './drain.ts'
import { newGenerationId } from './generation-pointer.ts'
import { type LiveGeneration, PointerUncertain } from './live-generation.ts'
import type { LmdbEnvironment } from './lmdb-environment.ts'
import type { CompactionOutcome, CompactionProgress } from './space-port.ts'
import type { VersionClock } from './version-clock.ts'

/** Writing anew makes an index a little larger at times; and what is written meanwhile comes on top. */
const growth = 1.05
/** Ends before the store itself finds too little room. */
const marginBytes = 32 * 1024 * 1024

export interface RewriteDeps {
  readonly generation: LiveGeneration
  readonly drain: Drain
  readonly versions: VersionClock
  /** What must stay free on the disk for the store itself. */
  readonly reserveBytes: () => number
  /** Throws why nothing can be written now. */
  readonly refuse: () => void
}

/** What must be free on the disk for a second database beside the live one (TL3), the store's own reserve included. */
export function roomForRewrite({ generation, reserveBytes }: Pick<RewriteDeps, 'generation' | 'reserveBytes'>): number {
  return Math.ceil(generation.environment.pages.usedBytes * growth) + reserveBytes() + marginBytes
}

/** Throws `disk_full` where it would not be free. */
export function assertRoomForRewrite(deps: Pick<RewriteDeps, 'generation' | 'reserveBytes'>): Promise<void> {
  return assertFree(deps.generation.folderOf(''), roomForRewrite(deps))
}

/**
 * Writes the database anew into another file and makes that the live one, on the same timeline, while reads and writes go on: the drain stands still for
 * the last part only, and meanwhile the overlay and the journal take what is written. Until the pointer is moved the live database is as it was, whatever
 * happens. Throws `disk_full` when there is no room for a second one, `cancelled`, and what stood in the way.
 */
export async function rewriteDatabase(deps: RewriteDeps, progress: CompactionProgress): Promise<CompactionOutcome> {
  const { generation, refuse } = deps
  refuse()
  const source = generation.environment
  const folder = generation.folderOf(newGenerationId())
  await assertRoomForRewrite(deps)
  const release = generation.hold('compaction')
  let copy: DatabaseCopy | undefined
  try {
    copy = await DatabaseCopy.begin(source, folder)
    await copy.run({ ...progress, assertRoom: () => assertFree(dirname(folder), deps.reserveBytes() + marginBytes) })
    const beforeBytes = source.fileBytes
    progress.onProgress('switching', 0, 1)
    await putInPlace(deps, copy, { source, folder, signal: progress.signal })
    return { beforeBytes, afterBytes: generation.environment.fileBytes, records: generation.environment.records.count }
  } catch (error) {
    await copy?.close()
    // Where the pointer may name the copy, it is kept.
    if (!(error instanceof PointerUncertain)) await rm(folder, { recursive: true, force: true })
    throw inWords(error, folder)
  } finally {
    release()
  }
}

async function putInPlace(
  { generation, drain, versions, refuse }: RewriteDeps,
  copy: DatabaseCopy,
  { source, folder, signal }: { source: LmdbEnvironment; folder: string; signal: AbortSignal },
): Promise<void> {
  await drain.hold()
  try {
    refuse()
    throwIfCancelled(signal)
    await copy.finish()
    throwIfCancelled(signal)
    if (generation.environment !== source) throw replacedMeanwhile()
    await generation.replace({ ...generation.pointer, live: basename(folder), clockFloor: versions.last }, copy.environment)
    copy.stopWatching()
  } finally {
    drain.resume()
  }
}

async function assertFree(folder: string, neededBytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder)
  const freeBytes = bavail * bsize
  if (freeBytes >= neededBytes) return
  throw new HoldfastError(
    'disk_full',
    `The database is written anew beside the present one: that needs ${megabytes(neededBytes)} free, and ${megabytes(freeBytes)} are free in ${folder}. Nothing was changed; free some space and ask again.`,
    { details: { folder, neededBytes, freeBytes } },
  )
}

const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1_000_000)} MB`

function replacedMeanwhile(): HoldfastError {
  return new HoldfastError('conflict', 'Another database took the place of this one meanwhile, so the copy was thrown away. Ask again.')
}

function inWords(error: unknown, folder: string): unknown {
  if (error instanceof HoldfastError) return error
  const place = dirname(folder)
  if (isDiskFull(error, [place])) {
    const sentence = `The disk of ${place} is full, so the database could not be written anew. Nothing was changed; free some space and ask again.`
    return new HoldfastError('disk_full', sentence, { cause: error })
  }
  if (!isDiskBroken(error)) return error
  const sentence = `The disk of ${place} cannot be written (EIO). Nothing was changed. Check the disk, then ask again.`
  return new HoldfastError('unavailable', sentence, { cause: error })
}
