/** What a pass of the sweep came to. */
export interface SweepFigures {
  /** When it began, milliseconds since 1970. */
  readonly atMs: number
  readonly intervalMs: number
  /** Of the records that had expired when it began, keys and records as they are stored; what it did not get to is about. */
  readonly reclaimableBytes: number
  /** Of these, deleted for good before the interval was over. */
  readonly reclaimedBytes: number
  /** The clock could not be trusted, so nothing was deleted. */
  readonly isPaused: boolean
}

/** The share that was reclaimed in time; null where nothing was reclaimable. */
export const reclaimedShare = ({ reclaimableBytes, reclaimedBytes }: SweepFigures): number | null =>
  reclaimableBytes === 0 ? null : reclaimedBytes / reclaimableBytes

/** Counts what one pass finds and does. */
export class SweepCount {
  readonly #intervalMs: number
  readonly #atMs: number
  readonly #startedMs: number
  readonly #nowMs: () => number
  #seen = 0
  #seenBytes = 0
  #inTimeBytes = 0
  #lateBytes = 0

  constructor(deps: { intervalMs: number; atMs: number; nowMs: () => number }) {
    this.#intervalMs = deps.intervalMs
    this.#atMs = deps.atMs
    this.#nowMs = deps.nowMs
    this.#startedMs = deps.nowMs()
  }

  /** Records that are due. */
  found(bytes: readonly number[]): void {
    this.#seen += bytes.length
    for (const one of bytes) this.#seenBytes += one
  }

  /** All that were found so far are deleted. */
  deleted(): void {
    const more = this.#seenBytes - this.#inTimeBytes - this.#lateBytes
    if (this.#nowMs() - this.#startedMs <= this.#intervalMs) this.#inTimeBytes += more
    else this.#lateBytes += more
  }

  /** `left`: entries that are still there; they are taken to be like those that were found. */
  end(left: number, isPaused: boolean): SweepFigures {
    const leftBytes = this.#seen === 0 ? 0 : Math.round((this.#seenBytes / this.#seen) * left)
    const reclaimableBytes = this.#inTimeBytes + this.#lateBytes + leftBytes
    return { atMs: this.#atMs, intervalMs: this.#intervalMs, reclaimableBytes, reclaimedBytes: this.#inTimeBytes, isPaused }
  }
}
