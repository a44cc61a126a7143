import { createHash } from 'node:crypto'
import { access, constants, realpath, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { syncFolder, writeFileDurably } from '../base/durable-file.ts'
import { HoldfastError } from '../base/errors.ts'
import { maxFileBytes, readBounded } from './load-settings.ts'

/** The configuration file as it is at one moment. `bytes` null: it does not exist. */
export interface FileState {
  readonly bytes: Uint8Array | null
  /** Names the content. */
  readonly version: string
}

const absent = 'none'

const versionOf = (bytes: Uint8Array | null): string =>
  bytes === null ? absent : createHash('sha256').update(bytes).digest('hex').slice(0, 32)

export const stateOf = (bytes: Uint8Array | null): FileState => ({ bytes, version: versionOf(bytes) })

/** @throws HoldfastError `config_invalid` when it is there and cannot be read. */
export const readConfigFile = async (path: string): Promise<FileState> => stateOf(await readBounded(path, { mayBeAbsent: true }))

/**
 * Puts `bytes` in the place of the file, or removes it for null; a crash leaves the old or the new one, whole. A link is followed, and
 * the permissions of the file stay as they are. Between the last look at `expected` and the rename lies a moment in which an editor
 * may save: systems have no rename that compares.
 * @throws HoldfastError `config_not_writable`, `disk_full`, `too_large`, `config_changed`
 */
export async function replaceConfigFile(path: string, expected: FileState, bytes: Uint8Array | null): Promise<void> {
  if (bytes !== null && bytes.byteLength > maxFileBytes) {
    throw new HoldfastError(
      'too_large',
      `The configuration file would have ${bytes.byteLength} bytes, and at most ${maxFileBytes} are allowed.`,
    )
  }
  try {
    const target = expected.bytes === null ? path : await realpath(path)
    const mode = expected.bytes === null ? 0o600 : await modeOf(target)
    if ((await readConfigFile(path)).version !== expected.version) throw editedMeanwhile(path)
    if (bytes === null) await removeDurably(target)
    else await writeFileDurably(target, bytes, { mode })
  } catch (error) {
    throw error instanceof HoldfastError ? error : notWritable(path, error as NodeJS.ErrnoException)
  }
}

const editedMeanwhile = (path: string): HoldfastError =>
  new HoldfastError('config_changed', `${path} was edited at this moment; nothing was changed. Look at it and try again.`)

/** A rename would replace a file that is marked as read-only: the mark is what somebody wants. */
async function modeOf(target: string): Promise<number> {
  await access(target, constants.W_OK)
  const { mode } = await stat(target)
  if ((mode & 0o222) === 0) throw Object.assign(new Error('The file is read-only.'), { code: 'EACCES' })
  return mode & 0o777
}

async function removeDurably(target: string): Promise<void> {
  await rm(target)
  await syncFolder(dirname(target))
}

function notWritable(path: string, cause: NodeJS.ErrnoException): HoldfastError {
  if (cause.code === 'ENOSPC' || cause.code === 'EDQUOT') {
    return new HoldfastError('disk_full', `${path} was not changed: the disk is full. Free some space and try again.`, { cause })
  }
  const reasons: Record<string, string> = {
    EACCES: 'it or its folder is read-only for the user of the host',
    EPERM: 'it or its folder is read-only for the user of the host',
    EROFS: 'it lies on a disk that only reads',
    ENOENT: 'its folder does not exist',
  }
  const reason = reasons[cause.code ?? ''] ?? `the system says ${cause.code}`
  const sentence = `${path} was not changed: ${reason}. Let that user write there, or change the file by hand and restart.`
  return new HoldfastError('config_not_writable', sentence, { details: { file: path }, cause })
}
