import { HoldfastError } from '../base/errors.ts'

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EACCES: 'the user of the host may not read it',
  EPERM: 'the user of the host may not read it',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of the path is not a folder',
  ENXIO: 'it is not a file',
  EAGAIN: 'it is not a file',
  ELOOP: 'its symbolic links lead in a circle',
  ENAMETOOLONG: 'the path or a name in it is too long',
  EIO: 'the disk does not give what is there',
}

/** What the system says of a path, in words. */
export function unreadable(path: string, error: unknown): HoldfastError {
  const { code = '', message } = error as NodeJS.ErrnoException
  return new HoldfastError('source_unreadable', `${path} cannot be read: ${reasons[code] ?? message}.`, { details: { path }, cause: error })
}
