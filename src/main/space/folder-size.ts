import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** More files than these are not looked at: a folder of ours has a few hundred. */
const mostFiles = 20_000

/**
 * Bytes of the files in a folder and those below it, but for the folders in `except`. 0 where there is none; null where it cannot be read, or has too many
 * files.
 */
export async function folderBytes(folder: string, except: ReadonlySet<string> = new Set(), signal?: AbortSignal): Promise<number | null> {
  try {
    let bytes = 0
    let files = 0
    for (const waiting = [folder]; waiting.length > 0; ) {
      signal?.throwIfAborted()
      const current = waiting.pop() as string
      for (const entry of await readdir(current, { withFileTypes: true })) {
        const path = join(current, entry.name)
        if (except.has(path)) continue
        if (entry.isDirectory()) waiting.push(path)
        else if (entry.isFile()) bytes += await fileBytes(path)
        if (++files > mostFiles) return null
      }
    }
    return bytes
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0
    signal?.throwIfAborted()
    return null
  }
}

/** What is removed while it is looked at takes nothing. */
async function fileBytes(path: string): Promise<number> {
  try {
    const { size, blocks } = await stat(path)
    // A file with a hole takes less than it is long. Windows does not count blocks.
    return blocks === undefined ? size : Math.min(size, blocks * 512)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0
    throw error
  }
}
