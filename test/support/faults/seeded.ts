/** Chance that can be had again: everything random in a fault test comes from one seed, which every failure prints. */
export class Chance {
  #state: number

  constructor(seed: number) {
    this.#state = seed >>> 0
  }

  /** From 0 up to and without 1. */
  next(): number {
    // mulberry32
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let mixed = this.#state
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  /** A whole number from `low` to `high`, both included. */
  whole(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1))
  }

  yes(probability: number): boolean {
    return this.next() < probability
  }

  pick<T>(choices: readonly T[]): T {
    const choice = choices[this.whole(0, choices.length - 1)]
    if (choice === undefined) throw new Error('There is nothing to choose from.')
    return choice
  }

  /** A chance of its own, so that what one part draws does not shift what another draws. */
  fork(): Chance {
    return new Chance(this.whole(0, 2 ** 32 - 1))
  }
}

/** The seed of this run: `HOLDFAST_SEED` to have an earlier one again, else a new one. */
export function seedOfRun(): number {
  const given = process.env.HOLDFAST_SEED
  return given === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(given)
}
