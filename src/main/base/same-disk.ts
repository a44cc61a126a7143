import { stat } from 'node:fs/promises'
import { dirname } from 'node:path'

/** Whether two folders lie on one file system, and so most likely on one disk. A folder that does not exist yet counts as its parent. */
export async function areOnSameDisk(one: string, other: string): Promise<boolean> {
  const [first, second] = await Promise.all([deviceOf(one), deviceOf(other)])
  return first === second
}

async function deviceOf(path: string): Promise<number> {
  try {
    return (await stat(path)).dev
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || dirname(path) === path) throw error
    return deviceOf(dirname(path))
  }
}
