import { once } from 'node:events'
import type { FileHandle } from 'node:fs/promises'
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
  readonly #sink: SyncedSink
  readonly #date: Date
  #offset = blockBytes
  #failure: { readonly error: unknown } | undefined
  #rejectStep: ((error: unknown) => void) | undefined

  /** `date` is the time of every entry, so that the same content gives the same bytes. */
  constructor(handle: FileHandle, date: Date) {
    this.#date = date
    this.#sink = new SyncedSink(handle, (error) => this.#fail(error))
    this.#archive.on('error', (error) => this.#fail(error))
    this.#archive.pipe(this.#sink)
  }

  /** Resolves when the tar has taken the content, so that at most one entry waits for the disk. Throws what the file system throws. */
  async append(name: string, content: Buffer): Promise<WrittenEntry> {
    const entry = { name, offset: this.#offset, bytes: content.length, sha256: sha256(content) }
    this.#offset = nextContentOffset(entry.offset, entry.bytes)
    await this.#step(async () => {
      const taken = once(this.#archive, 'entry')
      this.#archive.append(content, { name, date: this.#date, mode: 0o600 })
      await taken
    })
    return entry
  }

  /** When it resolves, the whole content survives power loss (its name does not yet). */
  async finish(): Promise<void> {
    await this.#step(async () => {
      const finished = once(this.#sink, 'finish')
      await this.#archive.finalize()
      await finished
    })
  }

  /** Stops writing; what was written is of no use. */
  abort(): void {
    // Not `archive.abort()`: with an entry in flight, archiver 8 throws where nobody can catch it.
    this.#sink.drop()
  }

  /** Does one step, or throws the failure that came before or comes meanwhile. */
  async #step(work: () => Promise<void>): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    this.#rejectStep = reject
    if (this.#failure !== undefined) reject(this.#failure.error)
    else work().then(resolve, reject)
    await promise
    // The last write of the step may have failed in the very turn in which it ended.
    if (this.#failure !== undefined) throw this.#failure.error
  }

  #fail(error: unknown): void {
    this.#failure ??= { error }
    this.#rejectStep?.(error)
  }
}
