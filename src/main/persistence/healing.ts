import { rm } from 'node:fs/promises'
import { newGenerationId } from './generation-pointer.ts'
import { type LiveGeneration, PointerUncertain } from './live-generation.ts'
import { LmdbEnvironment } from './lmdb-environment.ts'
import type { VersionClock } from './version-clock.ts'

/**
 * After a failed sync the database's file is not trusted any more: what it holds is copied into a new file, synced, walked, and made the live one, on
 * the same timeline; the overlay and the journal still have everything that was not flushed (DN2). Throws what stood in the way; then all is as it was.
 */
export async function moveToCopy({ generation, versions }: { generation: LiveGeneration; versions: VersionClock }): Promise<void> {
  const id = newGenerationId()
  const folder = generation.folderOf(id)
  let copy: LmdbEnvironment | undefined
  try {
    await generation.environment.copyTo(folder)
    copy = LmdbEnvironment.open(folder)
    await copy.syncAndWalk()
    await generation.replace({ ...generation.pointer, live: id, clockFloor: versions.last }, copy)
  } catch (error) {
    await copy?.close()
    // Where the pointer may name the copy, it is kept.
    if (!(error instanceof PointerUncertain)) await rm(folder, { recursive: true, force: true })
    throw error
  }
}
