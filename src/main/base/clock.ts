/** The only source of time. Tests pass a clock of their own; no other file reads the system's. */
export interface Clock {
  /** Milliseconds since 1970, as the system believes. May jump in both directions. */
  wallMs(): number
  /** Milliseconds since some start, never backwards. */
  monotonicMs(): number
}

export const systemClock: Clock = {
  wallMs: () => Date.now(),
  monotonicMs: () => performance.now(),
}

export const toIso = (ms: number): string => new Date(ms).toISOString()
