import { stat, statfs } from 'node:fs/promises'
import type { Log } from '../base/log.ts'

export interface DiskFigures {
  readonly folder: string
  readonly totalBytes: number
  /** What an ordinary user may still write. */
  readonly freeBytes: number
}

/** How full the disks are that the given folders lie on. Measured behind the scenes, since a network disk may take its time to answer. */
export class DiskWatch {
  readonly #folders: readonly string[]
  readonly #log: Log
  #figures: readonly DiskFigures[] | null = null
  #measuring: Promise<void> | undefined

  /** `folders`: the data folder first. Folders on the same disk are one. */
  constructor(deps: { folders: readonly string[]; log: Log }) {
    this.#folders = deps.folders
    this.#log = deps.log
  }

  /** Of every disk once, the data folder's first; null while it is not known. */
  get figures(): readonly DiskFigures[] | null {
    return this.#figures
  }

  /** Of the disk of the data folder. */
  get main(): { totalBytes: number; freeBytes: number } | null {
    const [first] = this.#figures ?? []
    return first === undefined ? null : { totalBytes: first.totalBytes, freeBytes: first.freeBytes }
  }

  /** One measurement at a time: while one is under way, this is that one. */
  measure(): Promise<void> {
    this.#measuring ??= this.#measureOnce().finally(() => {
      this.#measuring = undefined
    })
    return this.#measuring
  }

  async #measureOnce(): Promise<void> {
    try {
      const byDevice = new Map<number, DiskFigures>()
      for (const folder of this.#folders) {
        const { dev } = await stat(folder)
        if (byDevice.has(dev)) continue
        const { bsize, blocks, bavail } = await statfs(folder)
        byDevice.set(dev, { folder, totalBytes: blocks * bsize, freeBytes: bavail * bsize })
      }
      this.#figures = [...byDevice.values()]
    } catch (error) {
      if (this.#figures !== null) this.#log.warn({ err: error }, 'The free space of the disk cannot be read.')
      this.#figures = null
    }
  }
}
