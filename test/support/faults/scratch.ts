import { mkdtempSync, realpathSync, rmSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const wantedBytes = 3 * 1024 ** 3

/**
 * A folder for one test, where syncs cost nothing if the machine has room in memory: the recorder says what was synced, so a real disk would add
 * only time. Kept when `HOLDFAST_KEEP` is set.
 */
export function makeScratch(name: string): string {
  return realpathSync(mkdtempSync(join(hasRoom('/dev/shm') ? '/dev/shm' : tmpdir(), `holdfast-${name}-`)))
}

export function removeScratch(folder: string): void {
  if (process.env.HOLDFAST_KEEP === undefined) rmSync(folder, { recursive: true, force: true })
}

function hasRoom(folder: string): boolean {
  try {
    const { bavail, bsize } = statfsSync(folder)
    return bavail * bsize > wantedBytes
  } catch {
    return false
  }
}
