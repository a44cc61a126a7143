import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { HoldfastError } from '../base/errors.ts'

/** Opens a file that somebody named. Throws `source_unreadable` for a device, a named pipe or a folder; what else the system says is thrown as it is. */
export async function openRegularFile(path: string): Promise<{ readonly handle: FileHandle; readonly sizeBytes: number }> {
  // A named pipe without a writer would keep us waiting for ever.
  const handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0))
  try {
    const facts = await handle.stat()
    if (facts.isFile()) return { handle, sizeBytes: facts.size }
    throw new HoldfastError('source_unreadable', `${path} is not a file; give the path of one.`, { details: { path } })
  } catch (error) {
    await handle.close()
    throw error
  }
}
