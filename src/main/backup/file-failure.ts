import { HoldfastError } from '../base/errors.ts'

/** What a person is told when the file system refuses to keep a backup, or a part of one, at `path`. Others errors are given back as they are. */
export function fileFailure(error: unknown, path: string): unknown {
  if (error instanceof HoldfastError) return error
  const { code } = error as NodeJS.ErrnoException
  const facts = { details: { path }, cause: error }
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new HoldfastError(
        'disk_full',
        `The disk of ${path} is full. What was unfinished is removed; free some space and try again.`,
        facts,
      )
    case 'ENOTDIR':
    case 'EEXIST':
      return new HoldfastError('conflict', `${path} is not a folder. Set backup.storage.path to a folder for backups.`, facts)
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new HoldfastError(
        'conflict',
        `This user may not use ${path} (${code}). Change its permissions, or set backup.storage.path to another folder.`,
        facts,
      )
    case undefined:
      return error
    default:
      return new HoldfastError('unavailable', `${path} cannot be used now: the system says ${code}. Check its disk, then try again.`, facts)
  }
}
