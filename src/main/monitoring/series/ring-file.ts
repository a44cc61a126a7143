import { type FileHandle, open, readFile } from 'node:fs/promises'
import { renameDurably, writeFileDurably } from '../../base/durable-file.ts'
import type { Log } from '../../base/log.ts'
import { Ring } from './ring.ts'
import { decodeHeader, encodeHeader, fileBytes, headerBytes, type RingShape } from './ring-layout.ts'

/** A disk that failed is tried again after so many flushes. */
const flushesBetweenTries = 60

/**
 * A ring that survives a restart. All rows are in memory; the file follows, without a sync: what a kill leaves is whole, and power loss costs the last
 * half minute, told by the checksum of each row. A disk that is full or broken costs the file and nothing else.
 */
export class RingFile {
  readonly ring: Ring
  readonly #path: string | null
  readonly #log: Log
  #handle: FileHandle | undefined
  #mustRewrite: boolean
  #writing: Promise<void> | undefined
  #flushesToWait = 0

  private constructor(ring: Ring, path: string | null, log: Log, mustRewrite: boolean) {
    this.ring = ring
    this.#path = path
    this.#log = log
    this.#mustRewrite = mustRewrite
  }

  /** Without a path the ring is in memory only. Never rejects: what cannot be read is set aside, what is newer is left alone. */
  static async open(path: string | null, shape: RingShape, log: Log): Promise<RingFile> {
    if (path === null) return RingFile.inMemory(shape, log)
    try {
      const bytes = await readFile(path)
      const filed = decodeHeader(bytes)
      if (typeof filed === 'object' && filed.stepSeconds === shape.stepSeconds && filed.cellFloats === shape.cellFloats) {
        const { ring, isAsFiled } = await Ring.from(shape, filed, bytes.subarray(headerBytes))
        return new RingFile(ring, path, log, !isAsFiled)
      }
      if (filed === 'newer') {
        log.warn(
          { file: path },
          'These series were kept by a newer Holdfast; they are left as they are, and new ones are kept in memory only.',
        )
        return RingFile.inMemory(shape, log)
      }
      await renameDurably(path, `${path}.damaged`)
      log.error({ file: `${path}.damaged` }, 'The series in this file cannot be understood; it was put aside and a new one begun.')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') {
        log.warn({ err: error, file: path }, 'The series cannot be read; new ones are kept in memory only.')
        return RingFile.inMemory(shape, log)
      }
    }
    return new RingFile(new Ring(shape), path, log, true)
  }

  static inMemory(shape: RingShape, log: Log): RingFile {
    return new RingFile(new Ring(shape), null, log, false)
  }

  /** Writes what has changed; one write at a time. Never rejects. */
  flush(): Promise<void> {
    if (this.#path === null) return Promise.resolve()
    if (this.#flushesToWait > 0) {
      this.#flushesToWait--
      return Promise.resolve()
    }
    this.#writing ??= this.#write(this.#path).finally(() => {
      this.#writing = undefined
    })
    return this.#writing
  }

  /** Writes what is left and lets go of the file. */
  async close(): Promise<void> {
    await this.#writing
    await this.flush()
    await this.#letGo()
  }

  async #write(path: string): Promise<void> {
    let pending: ReturnType<Ring['takeChanges']> = []
    try {
      if (this.#mustRewrite) await this.#rewrite(path)
      this.#handle ??= await open(path, 'r+')
      pending = this.ring.takeChanges()
      for (const { at, bytes } of pending) await this.#handle.write(bytes, 0, bytes.length, headerBytes + at)
    } catch (error) {
      for (const { slots } of pending) this.ring.giveBack(slots)
      this.#flushesToWait = flushesBetweenTries
      this.#log.warn(
        { err: error, file: path },
        'The series cannot be written; they go on in memory and are written when the disk takes them.',
      )
      await this.#letGo()
      // The file may have gone with its disk.
      this.#mustRewrite ||= (error as NodeJS.ErrnoException).code === 'ENOENT'
    }
  }

  // A new file is a header and a hole: room is taken as rows come. One of another shape is replaced as a whole or stays.
  async #rewrite(path: string): Promise<void> {
    await this.#letGo()
    const isEmpty = this.ring.extent(Number.MAX_SAFE_INTEGER) === null
    const header = encodeHeader(this.ring.shape)
    await writeFileDurably(path, isEmpty ? header : Buffer.concat([header, this.ring.everything()]))
    this.#handle = await open(path, 'r+')
    await this.#handle.truncate(fileBytes(this.ring.shape))
    this.#mustRewrite = false
  }

  async #letGo(): Promise<void> {
    const handle = this.#handle
    this.#handle = undefined
    await handle?.close().catch(() => {})
  }
}
