import { statfs } from 'node:fs/promises'
import { HoldfastError } from '../base/errors.ts'

/** LMDB names a cause by the number of the system, by name, or in words. */
const fullDisk = /ENOSPC|EDQUOT|no space left|disk quota|MDB_MAP_FULL/i
const ioError = /EIO\b|input\/output error/i
/** Less than this is full: LMDB answers a write that was cut short with EIO ("filesystem full?", mdb.c), not with ENOSPC. */
const fullBelowBytes = 32 * 1024 * 1024

/** What a person is told when a new generation cannot be written to `folder`. Call it before anything else is awaited, see `reasonOf`. */
export async function buildFailure(error: unknown, folder: string): Promise<unknown> {
  if (error instanceof HoldfastError) return error
  const reason = await reasonOf(error)
  const text = textOf(reason)
  const isFull = fullDisk.test(text) || (ioError.test(text) && (await freeBytes(folder)) < fullBelowBytes)
  if (isFull) {
    return new HoldfastError('disk_full', `The disk of ${folder} is full. Nothing was changed; free some space and restore again.`, {
      cause: reason,
    })
  }
  if (!ioError.test(text)) return error
  const sentence = `The disk of ${folder} cannot be written (EIO). Nothing was changed. Check the disk, then restore again.`
  return new HoldfastError('unavailable', sentence, { cause: reason })
}

/** lmdb-js gives the reason of a failed commit as a promise beside the error; a rejection of it that nobody waits for would end the thread. */
async function reasonOf(error: unknown): Promise<unknown> {
  if (!(error instanceof Error) || !('commitError' in error)) return error
  try {
    await error.commitError
    return error
  } catch (reason) {
    return reason
  }
}

function textOf(reason: unknown): string {
  if (!(reason instanceof Error)) return String(reason)
  const { code } = reason as NodeJS.ErrnoException
  const number = code as unknown
  return `${number === 28 ? 'ENOSPC' : number === 5 ? 'EIO' : code} ${reason.message}`
}

async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder)
  return bavail * bsize
}
