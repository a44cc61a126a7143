import { randomBytes } from 'node:crypto'
import { type FileHandle, open, readdir, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Log } from './log.ts'

/**
 * Makes a folder's entries durable. Windows has no such call: there a rename is made durable by the file system itself.
 */
export async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/**
 * The one durable way to make or replace a file: temporary name beside it, all bytes, fsync, rename, fsync of the folder.
 * When it returns, the new content survives power loss; when it throws, the old file is as it was.
 */
export async function writeFileDurably(path: string, content: string | Uint8Array, options: { mode?: number } = {}): Promise<void> {
  const file = await FileReplacement.begin(path, options)
  try {
    await file.write(content)
    await file.commit()
  } catch (error) {
    await file.discard()
    throw error
  }
}

/** The same for content that comes in pieces. Until `commit` returned the old file is as it was; `discard` leaves nothing behind. */
export class FileReplacement {
  readonly #path: string
  readonly #temporary: string
  #handle: FileHandle | undefined

  private constructor(path: string, temporary: string, handle: FileHandle) {
    this.#path = path
    this.#temporary = temporary
    this.#handle = handle
  }

  static async begin(path: string, options: { mode?: number } = {}): Promise<FileReplacement> {
    const temporary = `${path}.${randomBytes(4).toString('hex')}.tmp`
    return new FileReplacement(path, temporary, await open(temporary, 'wx', options.mode ?? 0o600))
  }

  /** Appends. */
  async write(piece: string | Uint8Array): Promise<void> {
    await this.#open().appendFile(piece)
  }

  async commit(): Promise<void> {
    const handle = this.#open()
    await handle.sync()
    this.#handle = undefined
    await handle.close()
    await renameDurably(this.#temporary, this.#path)
  }

  /** Never rejects. */
  async discard(): Promise<void> {
    await this.#handle?.close().catch(() => {})
    this.#handle = undefined
    await rm(this.#temporary, { force: true }).catch(() => {})
  }

  #open(): FileHandle {
    if (!this.#handle) throw new Error('The file is closed already.')
    return this.#handle
  }
}

const unfinished = /^.+\.[0-9a-f]{8}\.tmp$/

/**
 * Removes the temporary files that a killed process left in the folders: each kill in the moment of a replacement leaves one, and nobody ever reads it.
 * Only where nobody else is replacing files. What cannot be removed is logged and left for the next time.
 */
export async function removeUnfinishedFiles(folders: readonly string[], log: Log): Promise<void> {
  for (const folder of new Set(folders)) {
    const names = await readdir(folder).catch(() => [])
    for (const name of names.filter((one) => unfinished.test(one))) {
      await rm(join(folder, name), { force: true }).catch((error: unknown) =>
        log.warn({ err: error, folder, file: name }, 'A file that was never finished could not be removed.'),
      )
    }
  }
}

/** Renames and syncs the folders that changed. The content of `from` must have been synced before. */
export async function renameDurably(from: string, to: string): Promise<void> {
  await renameWithRetries(from, to)
  await syncFolder(dirname(to))
  if (dirname(from) !== dirname(to)) await syncFolder(dirname(from))
}

// Windows refuses a rename for a moment while a virus scanner or an indexer holds the target.
async function renameWithRetries(from: string, to: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await rename(from, to)
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code
      const passing = process.platform === 'win32' && (code === 'EPERM' || code === 'EACCES' || code === 'EBUSY')
      if (!passing || attempt === 9) throw error
      await new Promise((resolve) => setTimeout(resolve, 20 * (attempt + 1)))
    }
  }
}
