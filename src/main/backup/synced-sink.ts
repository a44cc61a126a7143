import type { FileHandle } from 'node:fs/promises'
import { Writable } from 'node:stream'

/**
 * Dirty pages that pile up make the next sync of any file slow, that of the journal too: they are pushed out bit by bit, so that writers
 * on the host do not notice the backup.
 */
const syncEveryBytes = 32 * 1024 * 1024

/**
 * Writes to a file that the caller opened, and leaves it open. When it has finished, every byte survives power loss. It never fails as a stream
 * (archiver appends to what was destroyed, and throws where nobody can catch it): the first failure is told, and what comes after is dropped.
 */
export class SyncedSink extends Writable {
  readonly #handle: FileHandle
  readonly #onFailure: (error: unknown) => void
  #unsyncedBytes = 0
  #isDropping = false

  constructor(handle: FileHandle, onFailure: (error: unknown) => void) {
    super({ highWaterMark: 1024 * 1024 })
    this.#handle = handle
    this.#onFailure = onFailure
  }

  /** Nothing more is written; what comes is dropped. */
  drop(): void {
    this.#isDropping = true
  }

  override _write(bytes: Buffer, _encoding: BufferEncoding, done: () => void): void {
    void this.#unlessFailed(() => this.#append(bytes)).then(done)
  }

  override _final(done: () => void): void {
    void this.#unlessFailed(() => this.#handle.sync()).then(done)
  }

  async #unlessFailed(work: () => Promise<void>): Promise<void> {
    if (this.#isDropping) return
    try {
      await work()
    } catch (error) {
      this.#isDropping = true
      this.#onFailure(error)
    }
  }

  async #append(bytes: Buffer): Promise<void> {
    for (let at = 0; at < bytes.length; ) at += (await this.#handle.write(bytes, at)).bytesWritten
    this.#unsyncedBytes += bytes.length
    if (this.#unsyncedBytes < syncEveryBytes) return
    this.#unsyncedBytes = 0
    await this.#handle.datasync()
  }
}
