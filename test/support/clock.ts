import type { Clock } from '../../src/main/base/clock.ts'

/** A clock that moves only when it is told to. */
export class ManualClock implements Clock {
  #wallMs: number
  #monotonicMs = 0

  constructor(wallMs = Date.UTC(2026, 0, 1)) {
    this.#wallMs = wallMs
  }

  wallMs(): number {
    return this.#wallMs
  }

  monotonicMs(): number {
    return this.#monotonicMs
  }

  /** Time passes. */
  advance(ms: number): void {
    this.#wallMs += ms
    this.#monotonicMs += ms
  }

  /** Somebody sets the system's clock, in either direction; no time passes. */
  jump(ms: number): void {
    this.#wallMs += ms
  }
}
