import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareKeys } from '../../../src/main/persistence/key-order.ts'
import { keyBetween, shareBetween } from '../../../src/main/storage/key-interpolation.ts'

describe('a guess at a place among keys', () => {
  it('reads fixed-width numbers as numbers', () => {
    const key = (place: number) => `sensor:${String(place).padStart(4, '0')}:temp`
    for (const place of [100, 2500, 4999, 7321]) {
      expect(shareBetween(key(0), key(place), key(9999), [])).toBeCloseTo(place / 9999, 3)
      const guess = keyBetween(key(0), key(9999), place / 9999, [])
      expect(Math.abs(Number(guess.slice(7, 11)) - place)).toBeLessThanOrEqual(1)
    }
  })

  it('lies between its neighbours, for any keys', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.string({ unit: 'binary' }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (one, other, fraction) => {
          fc.pre(one.isWellFormed() && other.isWellFormed())
          const [low, high] = compareKeys(one, other) <= 0 ? [one, other] : [other, one]
          const guess = keyBetween(low, high, fraction, [])
          expect(guess.isWellFormed()).toBe(true)
          expect(compareKeys(guess, high)).toBeLessThanOrEqual(0)
        },
      ),
    )
  })
})
