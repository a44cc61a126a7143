import type { FileHandle } from 'node:fs/promises'
import { Writable } from 'node:stream'

/**
 * Dirty pages that pile up make the next sync of any file slow, that of the journal too: they are pushed out bit by bit, so that writers
 * on the host do not notice the backup.
 */
const syncEveryBytes = 32 * 1024 * 1024

/** Writes to a file that the caller opened, and leaves it open. When it has finished, every byte survives power loss. */
export class SyncedSink extends Writable {
  readonly #handle: FileHandle
  #unsyncedBytes = 0

  constructor(handle: FileHandle) {
    super({ highWaterMark: 1024 * 1024 })
    this.#handle = handle
  }

  override _write(bytes: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#append(bytes).then(() => done(), done)
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#handle.sync().then(() => done(), done)
  }

  async #append(bytes: Buffer): Promise<void> {
    for (let at = 0; at < bytes.length; ) at += (await this.#handle.write(bytes, at)).bytesWritten
    this.#unsyncedBytes += bytes.length
    if (this.#unsyncedBytes < syncEveryBytes) return
    this.#unsyncedBytes = 0
    await this.#handle.datasync()
  }
}
