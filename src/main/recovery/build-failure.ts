import { HoldfastError } from '../base/errors.ts'
import { isDiskBroken, isDiskFull } from '../persistence/disk-errors.ts'

/** What a person is told when a new generation cannot be written to `folder`. */
export function buildFailure(error: unknown, folder: string): unknown {
  if (error instanceof HoldfastError) return error
  if (isDiskFull(error, [folder])) {
    return new HoldfastError('disk_full', `The disk of ${folder} is full. Nothing was changed; free some space and restore again.`, {
      cause: error,
    })
  }
  if (!isDiskBroken(error)) return error
  const sentence = `The disk of ${folder} cannot be written (EIO). Nothing was changed. Check the disk, then restore again.`
  return new HoldfastError('unavailable', sentence, { cause: error })
}
