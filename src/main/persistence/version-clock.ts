import type { Clock } from '../base/clock.ts'

/** A moment of the hybrid logical clock: milliseconds since 1970 and a counter within them. */
export interface HybridTime {
  readonly ms: number
  readonly counter: number
}

const maxCounter = 0xffff

export const laterOf = (one: HybridTime, other: HybridTime): HybridTime =>
  other.ms > one.ms || (other.ms === one.ms && other.counter > one.counter) ? other : one

// Each version that is read goes through here; a buffer of its own would be most of the cost.
const versionBytes = Buffer.alloc(12)

/** 12 hex digits of milliseconds, 4 of the counter, 8 of the node: compares as a string in the order of commits. */
export function formatVersion({ ms, counter }: HybridTime, node: number): string {
  versionBytes.writeUIntBE(ms, 0, 6)
  versionBytes.writeUInt16BE(counter, 6)
  versionBytes.writeUInt32BE(node, 8)
  return versionBytes.toString('hex')
}

/**
 * Gives moments that only grow, also when the system's clock goes back (hosts boot in 1970): the wall clock where it is ahead, else the last moment
 * plus one. Kulkarni et al., "Logical Physical Clocks", 2014.
 */
export class VersionClock {
  readonly #clock: Clock
  #last: HybridTime

  /** `floor`: the highest moment ever persisted. */
  constructor(clock: Clock, floor: HybridTime) {
    this.#clock = clock
    this.#last = floor
  }

  get last(): HybridTime {
    return this.#last
  }

  /** What is given from now on is later than `moment` too: a backup may come from a host whose clock was ahead. */
  raiseTo(moment: HybridTime): void {
    this.#last = laterOf(this.#last, moment)
  }

  next(): HybridTime {
    const wallMs = Math.floor(this.#clock.wallMs())
    const { ms, counter } = this.#last
    if (wallMs > ms) this.#last = { ms: wallMs, counter: 0 }
    else this.#last = counter < maxCounter ? { ms, counter: counter + 1 } : { ms: ms + 1, counter: 0 }
    return this.#last
  }
}
