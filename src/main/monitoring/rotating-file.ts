import { type FileHandle, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type Clock, toIso } from '../base/clock.ts'
import { makeFolder } from '../base/make-folder.ts'

export interface RotatingFileOptions {
  /** `holdfast.log`; older ones are `holdfast.log.1` (the newest of them) to `holdfast.log.N`. */
  readonly path: string
  readonly maxFileBytes: number
  /** All files together, the current one included. */
  readonly maxFiles: number
  readonly clock: Clock
}

const maxWaitingCharacters = 1024 * 1024
const retryAfterMs = 5000

/**
 * A log file that never grows beyond its size and number of files, and that never gets in the way: lines are taken at once and written
 * behind the caller's back; a disk that is full or slow costs lines, not time and not the host. What was lost is said in the log once
 * it can be written again. (It is not written durably: a log that waits for the disk would slow down what it describes.)
 */
export class RotatingFile {
  readonly #options: RotatingFileOptions
  #waiting: string[] = []
  #waitingCharacters = 0
  #lost = 0
  #handle: FileHandle | undefined
  #fileBytes = 0
  #writing: Promise<void> | undefined
  #failedAtMs = Number.NEGATIVE_INFINITY

  constructor(options: RotatingFileOptions) {
    this.#options = options
  }

  /** Lines lost since the last one that could be written. */
  get lost(): number {
    return this.#lost
  }

  /** pino's side: a whole line with its end. */
  write(line: string): void {
    if (this.#waitingCharacters + line.length > Math.min(maxWaitingCharacters, this.#options.maxFileBytes)) {
      this.#lost++
      return
    }
    this.#waiting.push(line)
    this.#waitingCharacters += line.length
    if (this.#writing === undefined && !this.#isResting()) this.#startWriting()
  }

  /** Waits until everything taken so far is in the file or lost. */
  async flush(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing
    if (this.#waiting.length > 0) await this.#startWriting()
  }

  async close(): Promise<void> {
    await this.flush()
    await this.#handle?.close()
    this.#handle = undefined
  }

  // After a failure the disk is left in peace for a moment; lines wait, up to the bound.
  #isResting(): boolean {
    return this.#options.clock.monotonicMs() - this.#failedAtMs < retryAfterMs
  }

  #startWriting(): Promise<void> {
    const writing = this.#writeWaiting().finally(() => {
      this.#writing = undefined
    })
    this.#writing = writing
    return writing
  }

  async #writeWaiting(): Promise<void> {
    while (this.#waiting.length > 0) {
      const lines = this.#waiting
      this.#waiting = []
      this.#waitingCharacters = 0
      try {
        await this.#append(this.#withLossReport(lines))
        this.#lost = 0
      } catch {
        // There is no log to write this to: the count is the report, and it is written as soon as the disk takes lines again.
        this.#lost += lines.length
        this.#failedAtMs = this.#options.clock.monotonicMs()
        await this.#handle?.close().catch(() => {})
        this.#handle = undefined
        return
      }
    }
  }

  #withLossReport(lines: readonly string[]): Buffer {
    if (this.#lost === 0) return Buffer.from(lines.join(''))
    const time = toIso(this.#options.clock.wallMs())
    const report = { level: 'warn', time, lost: this.#lost, msg: `${this.#lost} lines of this log were lost: the disk did not take them.` }
    // What failed may have left half a line.
    return Buffer.from(`\n${JSON.stringify(report)}\n${lines.join('')}`)
  }

  async #append(bytes: Buffer): Promise<void> {
    this.#handle ??= await this.#open()
    if (this.#fileBytes > 0 && this.#fileBytes + bytes.length > this.#options.maxFileBytes) await this.#rotate()
    await this.#handle.appendFile(bytes)
    this.#fileBytes += bytes.length
  }

  async #open(): Promise<FileHandle> {
    const { path } = this.#options
    await makeFolder(dirname(path))
    const handle = await open(path, 'a', 0o600)
    this.#fileBytes = (await handle.stat()).size
    return handle
  }

  async #rotate(): Promise<void> {
    const { path, maxFiles } = this.#options
    await this.#handle?.close()
    this.#handle = undefined
    // With one file there is nothing to keep of the old one.
    await rm(maxFiles > 1 ? `${path}.${maxFiles - 1}` : path, { force: true })
    for (let number = maxFiles - 2; number >= 1; number--) await renameIfThere(`${path}.${number}`, `${path}.${number + 1}`)
    if (maxFiles > 1) await renameIfThere(path, `${path}.1`)
    this.#handle = await this.#open()
  }
}

async function renameIfThere(from: string, to: string): Promise<void> {
  try {
    await rename(from, to)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}
