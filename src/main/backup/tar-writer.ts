import type { FileHandle } from 'node:fs/promises'
import { pipeline } from 'node:stream/promises'
import { TarArchive } from 'archiver'
import { sha256 } from './archive-format.ts'
import { SyncedSink } from './synced-sink.ts'
import { blockBytes, nextContentOffset } from './tar-layout.ts'

/** Where an entry lies, and the checksum of its content. */
export interface WrittenEntry {
  readonly name: string
  readonly offset: number
  readonly bytes: number
  readonly sha256: string
}

/** Writes the entries of a tar one after another, and knows where each one lies. */
export class TarWriter {
  readonly #archive = new TarArchive()
  readonly #date: Date
  readonly #written: Promise<void>
  #failure: { readonly error: unknown } | undefined
  #onFailure: ((error: unknown) => void) | undefined
  #offset = blockBytes

  /** `date` is the time of every entry, so that the same content gives the same bytes. */
  constructor(handle: FileHandle, date: Date) {
    this.#date = date
    this.#written = pipeline(this.#archive, new SyncedSink(handle))
    this.#written.catch((error: unknown) => {
      this.#failure = { error }
      this.#onFailure?.(error)
    })
  }

  /** Resolves when the tar has taken the content, so that at most one entry waits for the disk. Throws what the file system throws. */
  async append(name: string, content: Buffer): Promise<WrittenEntry> {
    if (this.#failure !== undefined) throw this.#failure.error
    const entry = { name, offset: this.#offset, bytes: content.length, sha256: sha256(content) }
    this.#offset = nextContentOffset(entry.offset, entry.bytes)
    await new Promise<void>((resolve, reject) => {
      this.#onFailure = reject
      this.#archive.once('entry', () => resolve())
      this.#archive.append(content, { name, date: this.#date, mode: 0o600 })
    })
    return entry
  }

  /** When it resolves, the whole file survives power loss (its name does not yet). */
  async finish(): Promise<void> {
    await Promise.all([this.#archive.finalize(), this.#written])
  }

  /** Stops writing; what was written is of no use. */
  async abort(): Promise<void> {
    this.#archive.destroy()
    await this.#written.catch(() => {})
  }
}
