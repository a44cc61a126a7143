import { statfs } from 'node:fs/promises'
import { HoldfastError } from '../base/errors.ts'

/** Pages that are not quite full, and the index of expiry: measured at 1.1 to 1.3 times the content for values from 16 bytes to 1 MiB. */
const spaceFactor = 1.4
/** What a record costs in the pages besides its bytes. */
const recordOverheadBytes = 32
/** Kept free for the host itself. */
const reserveBytes = 16 * 1024 * 1024

/** Bytes that a generation with this content takes, rather more than less. */
export const neededBytes = (content: { bytes: number; records: number }): number =>
  Math.ceil(content.bytes * spaceFactor) + content.records * recordOverheadBytes + reserveBytes

/** Throws `disk_full` when a second generation would not fit beside the live one (TL3). `folder` exists. */
export async function checkFreeRoom(folder: string, content: { bytes: number; records: number }): Promise<void> {
  const { bavail, bsize } = await statfs(folder)
  const freeBytes = bavail * bsize
  const needed = neededBytes(content)
  if (freeBytes >= needed) return
  throw new HoldfastError(
    'disk_full',
    `A restore builds a second database beside the present one: it needs ${megabytes(needed)}, and ${megabytes(freeBytes)} are free in ${folder}. Nothing was changed; free some space and restore again.`,
    { details: { folder, neededBytes: needed, freeBytes } },
  )
}

const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1_000_000)} MB`
