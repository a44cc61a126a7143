import { HoldfastError } from '../base/errors.ts'

/** LMDB says it in several ways: by the number of the system, by name, in words, and often in the cause only. */
const fullDisk = /ENOSPC|EDQUOT|no space left|disk quota|MDB_MAP_FULL/i

/** What a person is told when a new generation cannot be written. */
export function buildFailure(error: unknown, folder: string): unknown {
  if (error instanceof HoldfastError) return error
  if (!isDiskFull(error)) return error
  return new HoldfastError('disk_full', `The disk of ${folder} is full. Nothing was changed; free some space and restore again.`, {
    cause: error,
  })
}

function isDiskFull(error: unknown): boolean {
  if (!(error instanceof Error)) return false
  const { code } = error as NodeJS.ErrnoException
  return code === 'ENOSPC' || (code as unknown) === 28 || fullDisk.test(error.message) || isDiskFull(error.cause)
}
