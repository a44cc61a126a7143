import { HoldfastError } from '../base/errors.ts'

/** What a person is told when the file system refuses to keep a backup, or a part of one, at `path`. Other errors are given back as they are. */
export function fileFailure(error: unknown, path: string): unknown {
  if (error instanceof HoldfastError) return error
  const { code } = error as NodeJS.ErrnoException
  const facts = { details: { path }, cause: error }
  switch (code) {
    case undefined:
      return error
    case 'ENOSPC':
    case 'EDQUOT':
      return new HoldfastError(
        'disk_full',
        `The disk of ${path} is full. What was unfinished is removed; free some space and try again.`,
        facts,
      )
    default:
      return new HoldfastError('backup_folder_unusable', sentenceOf(code, path), facts)
  }
}

function sentenceOf(code: string, path: string): string {
  switch (code) {
    case 'ENOTDIR':
    case 'EEXIST':
      return `${path} is not a folder. Set backup.storage.path to a folder for backups.`
    case 'EACCES':
    case 'EPERM':
      return `This user may not use ${path} (${code}). Change its permissions, or set backup.storage.path to another folder.`
    case 'EROFS':
      return `The disk of ${path} takes no writes (${code}). Mount it for writing, or set backup.storage.path to another folder.`
    // What Node says, too, of a folder that is to be made on a disk that takes no writes.
    case 'ENOENT':
      return `${path} is not there and cannot be made. See whether its disk is mounted and takes writes, or set backup.storage.path to another folder.`
    default:
      return `${path} cannot be used now: the system says ${code}. Check its disk, then try again.`
  }
}
