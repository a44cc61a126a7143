import { type FileHandle, open } from 'node:fs/promises'
import { HoldfastError } from '../base/errors.ts'

/** Bytes of a backup, fetched by place: a file here, a bucket later. */
export interface RangeSource {
  readonly bytes: number
  /** Exactly `length` bytes; shorter only where the file ends. */
  read(offset: number, length: number): Promise<Buffer>
  close(): Promise<void>
}

export class FileRangeSource implements RangeSource {
  readonly bytes: number
  readonly #handle: FileHandle
  readonly #path: string

  private constructor(handle: FileHandle, path: string, bytes: number) {
    this.#handle = handle
    this.#path = path
    this.bytes = bytes
  }

  /** Throws `not_found`, and `unavailable` when the system does not let it be read. */
  static async open(path: string): Promise<FileRangeSource> {
    try {
      const handle = await open(path, 'r')
      return new FileRangeSource(handle, path, (await handle.stat()).size)
    } catch (error) {
      throw unreadable(path, error)
    }
  }

  async read(offset: number, length: number): Promise<Buffer> {
    const bytes = Buffer.allocUnsafe(Math.max(0, Math.min(length, this.bytes - offset)))
    let filled = 0
    while (filled < bytes.length) {
      const { bytesRead } = await this.#handle.read(bytes, filled, bytes.length - filled, offset + filled).catch((error: unknown) => {
        throw unreadable(this.#path, error)
      })
      if (bytesRead === 0) return bytes.subarray(0, filled)
      filled += bytesRead
    }
    return bytes
  }

  async close(): Promise<void> {
    await this.#handle.close()
  }
}

function unreadable(path: string, error: unknown): HoldfastError {
  const { code } = error as NodeJS.ErrnoException
  if (code === 'ENOENT') return new HoldfastError('not_found', `The backup file ${path} is not there any more.`, { cause: error })
  // The disk itself says that the bytes are lost.
  if (code === 'EIO') return new HoldfastError('backup_damaged', `The disk cannot read the backup file ${path} (EIO).`, { cause: error })
  return new HoldfastError('unavailable', `The backup file ${path} cannot be read (${code}). Check its disk and permissions.`, {
    cause: error,
  })
}
