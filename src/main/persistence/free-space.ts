import { statfs } from 'node:fs/promises'
import type { Log } from '../base/log.ts'

const checkEveryMs = 1000

/**
 * Watches that the disks of the store have room for what was promised: the overlay, two journal segments, and a reserve in which deletes and compaction
 * still work (DN6). Writes stop before the disk is full, and go on by themselves when there is room again.
 */
export class FreeSpace {
  readonly #folders: readonly string[]
  readonly #neededBytes: () => number
  readonly #onChange: (isLow: boolean) => void
  readonly #log: Log
  #isLow = false
  #checking: Promise<void> | undefined
  #couldMeasure = true
  #timer: NodeJS.Timeout | undefined

  constructor(deps: { folders: readonly string[]; neededBytes: () => number; onChange: (isLow: boolean) => void; log: Log }) {
    this.#folders = deps.folders
    this.#neededBytes = deps.neededBytes
    this.#onChange = deps.onChange
    this.#log = deps.log
  }

  async start(): Promise<void> {
    await this.check()
    this.#timer = setInterval(() => {
      // A disk that hangs must not be asked again and again.
      this.#checking ??= this.check().finally(() => {
        this.#checking = undefined
      })
    }, checkEveryMs)
    this.#timer.unref()
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  /** Looks now, and tells whether room is short, each time: something else may have run full meanwhile. */
  async check(): Promise<void> {
    try {
      const free = await Promise.all(this.#folders.map((folder) => statfs(folder).then(({ bavail, bsize }) => bavail * bsize)))
      this.#isLow = Math.min(...free) < this.#neededBytes()
      this.#couldMeasure = true
    } catch (error) {
      if (this.#couldMeasure) this.#log.warn({ err: error }, 'The free space of the disk cannot be measured.')
      this.#couldMeasure = false
    }
    this.#onChange(this.#isLow)
  }
}
