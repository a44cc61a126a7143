import { type FileHandle, open } from 'node:fs/promises'
import type { ErrorsFormat, SourceItem } from './import-source.ts'
import type { ImportState } from './import-state.ts'

const maxBytes = 64 * 1024 * 1024

/** The file of what an import could not take. It begins with the first such item; what was written behind the last noted position is cut off again. */
export class FailedItems {
  readonly #path: string
  readonly #format: ErrorsFormat
  #handle: FileHandle | undefined
  #bytes: number
  #items: number
  #leftOut: number
  #waiting: string[] = []

  constructor(path: string, format: ErrorsFormat, { bytes, items, leftOut }: Omit<ImportState['errors'], 'ending'>) {
    this.#path = path
    this.#format = format
    this.#bytes = bytes
    this.#items = items
    this.#leftOut = leftOut
  }

  get facts(): ImportState['errors'] {
    return { ending: this.#format.ending, bytes: this.#bytes, items: this.#items, leftOut: this.#leftOut }
  }

  add(item: SourceItem, place: string, reason: string): void {
    if (this.#bytes >= maxBytes) {
      this.#leftOut++
      return
    }
    if (this.#items === 0) this.#write(this.#format.head())
    this.#write((this.#items === 0 ? '' : this.#format.separator) + this.#format.item(item.raw(), `${place}: ${reason}`))
    this.#items++
  }

  /** Everything added so far is on disk. */
  async flush(): Promise<void> {
    if (this.#waiting.length === 0) return
    const text = this.#waiting.join('')
    this.#waiting = []
    const handle = await this.#open(this.#bytes - Buffer.byteLength(text))
    await handle.appendFile(text)
    await handle.datasync()
  }

  /** Makes it a file that can be imported. */
  async finish(): Promise<void> {
    if (this.#items === 0) return
    this.#write(this.#format.tail)
    await this.flush()
  }

  async close(): Promise<void> {
    await this.#handle?.close()
    this.#handle = undefined
  }

  #write(text: string): void {
    if (text === '') return
    this.#waiting.push(text)
    this.#bytes += Buffer.byteLength(text)
  }

  async #open(bytes: number): Promise<FileHandle> {
    if (this.#handle !== undefined) return this.#handle
    this.#handle = await open(this.#path, 'a', 0o600)
    await this.#handle.truncate(bytes)
    return this.#handle
  }
}
