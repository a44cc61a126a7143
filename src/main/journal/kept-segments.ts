import { type SegmentPool, segmentName } from './segment-pool.ts'

/** A segment that holds part of the journal. `lastSequence` is one less than `firstSequence` when it holds no frame. */
export interface KeptSegment {
  readonly number: number
  readonly bytes: number
  readonly firstSequence: number
  readonly lastSequence: number
}

/** The segments that are no longer written, oldest first, and how they go (JN7). */
export class KeptSegments {
  readonly #segments: KeptSegment[]
  readonly #pool: SegmentPool
  #releasing: Promise<void> = Promise.resolve()

  constructor(deps: { segments: readonly KeptSegment[]; pool: SegmentPool }) {
    this.#segments = [...deps.segments]
    this.#pool = deps.pool
  }

  get bytes(): number {
    return this.#segments.reduce((sum, { bytes }) => sum + bytes, 0)
  }

  add(segment: KeptSegment): void {
    this.#segments.push(segment)
  }

  /**
   * Gives back those whose frames are all at or below `sequence`, one after the other and the oldest first: a hole in the row would be taken for damage.
   * `hasCurrent`: whether another one is being written; else the newest stays, since a store without any segment has lost its journal (JN5).
   */
  release(sequence: number, hasCurrent: () => boolean): Promise<void> {
    const released = this.#releasing.then(() => this.#releaseUpTo(sequence, hasCurrent))
    this.#releasing = released.catch(() => undefined)
    return released
  }

  /** Waits for what is being given back. */
  settle(): Promise<void> {
    return this.#releasing
  }

  async #releaseUpTo(sequence: number, hasCurrent: () => boolean): Promise<void> {
    for (;;) {
      const [oldest] = this.#segments
      if (oldest === undefined || oldest.lastSequence > sequence) return
      if (this.#segments.length === 1 && !hasCurrent()) return
      await this.#pool.giveBack(segmentName(oldest.number), oldest.bytes)
      this.#segments.shift()
    }
  }
}
