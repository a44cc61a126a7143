import { randomBytes } from 'node:crypto'
import { mkdir, open, readdir, rm, statfs } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { syncFolder } from '../base/durable-file.ts'
import { HoldfastError, throwIfCancelled } from '../base/errors.ts'

/** Files that come in at once. */
const mostAtOnce = 4
/** Kept free on the disk whatever comes in. */
const reserveBytes = 64 * 1024 * 1024
/** How often it is looked whether the disk still has room. */
const measuredEveryBytes = 16 * 1024 * 1024
const idDigits = 16
const longestName = 100

export interface UploadsDeps {
  readonly folder: string
  /** What the disk of that folder has left; absent: as the system says. */
  readonly freeBytes?: (folder: string) => Promise<number>
}

/**
 * Files that clients have sent to be imported, each until its import is done with it. They take at most half of what the disk has left, since the
 * records take room as well.
 */
export class Uploads {
  readonly #folder: string
  readonly #freeBytes: (folder: string) => Promise<number>
  #underWay = 0

  constructor({ folder, freeBytes = measureFree }: UploadsDeps) {
    this.#folder = folder
    this.#freeBytes = freeBytes
  }

  /**
   * Resolves to the path of the file once all of it is on the disk for good; when it throws, nothing of it stays. Throws `overloaded` for one too many at
   * once, `disk_full`, and what `content` throws.
   */
  async receive(name: string, content: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<string> {
    if (this.#underWay >= mostAtOnce)
      throw new HoldfastError('overloaded', `There are ${mostAtOnce} files coming in already; send this one when one of them is in.`)
    this.#underWay++
    try {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 })
      const path = join(this.#folder, `${randomBytes(idDigits / 2).toString('hex')}-${safeName(name)}`)
      try {
        await this.#write(path, content, signal)
        return path
      } catch (error) {
        await rm(path, { force: true })
        throw error
      }
    } finally {
      this.#underWay--
    }
  }

  holds(path: string): boolean {
    return dirname(path) === this.#folder
  }

  /** What the client called it, nearly. */
  nameOf(path: string): string {
    return basename(path).slice(idDigits + 1)
  }

  remove(path: string): Promise<void> {
    return rm(path, { force: true })
  }

  /** Removes all that no import is going to need: what a kill has left behind. Only while none comes in. */
  async removeOthers(needed: ReadonlySet<string>): Promise<void> {
    for (const name of await namesIn(this.#folder)) {
      const path = join(this.#folder, name)
      if (!needed.has(path)) await rm(path, { force: true })
    }
  }

  async #write(path: string, content: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void> {
    const file = await open(path, 'wx', 0o600)
    try {
      let bytes = 0
      let measuredAt = Number.NEGATIVE_INFINITY
      for await (const piece of content) {
        throwIfCancelled(signal)
        if (bytes - measuredAt >= measuredEveryBytes) {
          await this.#refuseWithoutRoom(bytes)
          measuredAt = bytes
        }
        await file.appendFile(piece)
        bytes += piece.length
      }
      await file.sync()
    } finally {
      await file.close()
    }
    await syncFolder(this.#folder)
  }

  async #refuseWithoutRoom(received: number): Promise<void> {
    const free = await this.#freeBytes(this.#folder)
    if (free - reserveBytes - measuredEveryBytes >= received) return
    const sentence = 'The disk of the host has no room for this file and for its records as well. Free some, or send it in smaller files.'
    throw new HoldfastError('disk_full', sentence, { details: { receivedBytes: received, freeBytes: free } })
  }
}

const measureFree = (folder: string): Promise<number> => statfs(folder).then(({ bavail, bsize }) => bavail * bsize)

/** Its ending tells the format, and the list of jobs shows it; a path of the client's means nothing here. */
function safeName(name: string): string {
  const last = name.split(/[\\/]/).at(-1) ?? ''
  const safe = last.replace(/[^\p{L}\p{N}._-]+/gu, '_').slice(-longestName)
  // Bytes are what a file system counts.
  return Buffer.byteLength(safe) <= 2 * longestName && safe !== '' ? safe : `file.${/\.(\w{1,8})$/.exec(safe)?.[1] ?? 'data'}`
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}
