import { mkdir, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'

/**
 * Makes a folder and those above it that are missing. Throws what the system says. Node's own way tries for ever where the system says that a folder in one
 * that is there does not exist, as in /proc.
 */
export async function makeFolder(path: string, mode = 0o700): Promise<void> {
  const missing: string[] = []
  for (let folder = resolve(path); !(await isMade(folder, mode)); folder = dirname(folder)) missing.push(folder)
  for (const folder of missing.reverse()) await mkdirOrFind(folder, mode)
}

/** False where the folder above it is missing, as far as can be said. */
async function isMade(folder: string, mode: number): Promise<boolean> {
  try {
    await mkdirOrFind(folder, mode)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' && dirname(folder) !== folder) return false
    throw error
  }
}

async function mkdirOrFind(folder: string, mode: number): Promise<void> {
  try {
    await mkdir(folder, { mode })
  } catch (error) {
    // Of a link that leads nowhere the system says that it exists, and then that it does not: the latter is what a person can do something about.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' || !(await stat(folder)).isDirectory()) throw error
  }
}
