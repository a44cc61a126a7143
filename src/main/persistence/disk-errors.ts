import { statfsSync } from 'node:fs'
import { constants } from 'node:os'

const { ENOSPC, EDQUOT, EIO } = constants.errno
// LMDB gives the system's numbers, Node its names.
const fullCodes: readonly unknown[] = [ENOSPC, EDQUOT, 'ENOSPC', 'EDQUOT']
const brokenCodes: readonly unknown[] = [EIO, 'EIO']
/** With less than this left, a large write of LMDB may have been cut short. */
const hardlyAnyBytes = 32 * 1024 * 1024

/** Whether a write into one of the folders failed for want of room. LMDB says EIO of a write that was cut short, which is how a disk runs full (mdb.c). */
export function isDiskFull(error: unknown, folders: readonly string[]): boolean {
  const { code, message } = errorOf(error)
  if (fullCodes.includes(code) || /MDB_MAP_FULL/.test(message)) return true
  return isDiskBroken(error) && folders.some((folder) => freeBytesOf(folder) < hardlyAnyBytes)
}

/** After a write that failed LMDB may say PANIC of all that comes later. */
export function isDiskBroken(error: unknown): boolean {
  const { code, message } = errorOf(error)
  return brokenCodes.includes(code) || /MDB_PANIC/.test(message)
}

const errorOf = (error: unknown): { code?: unknown; message: string } => (error instanceof Error ? error : { message: String(error) })

function freeBytesOf(folder: string): number {
  try {
    const { bavail, bsize } = statfsSync(folder)
    return bavail * bsize
  } catch {
    return Number.POSITIVE_INFINITY
  }
}
