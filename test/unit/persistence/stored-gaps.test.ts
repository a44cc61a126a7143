import { crc32 } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compareKeys, lowerBound } from '../../../src/main/persistence/key-order.ts'
import { smallCrc } from '../../../src/main/persistence/small-crc.ts'
import { StoredGaps } from '../../../src/main/persistence/stored-gaps.ts'

const key = fc.string({ unit: fc.constantFrom('a', 'b', 'é', '\ue000', '\u{10000}'), minLength: 1, maxLength: 3 })

/** Looks keys up as the one writer does, and counts what that costs. */
function lookUp(stored: readonly string[], wanted: readonly string[]) {
  const sorted = [...new Set(stored)].sort(compareKeys)
  let looks = 0
  const gaps = new StoredGaps((from) => {
    looks++
    return sorted[lowerBound(sorted, from)]
  })
  const found = wanted.map((one) => {
    if (gaps.hold(one)) return false
    looks++
    const isThere = sorted.includes(one)
    if (!isThere) gaps.missed(one)
    return isThere
  })
  return { found, looks }
}

describe('gaps between the keys of the database', () => {
  test('never hide a record', () => {
    fc.assert(
      fc.property(fc.array(key, { maxLength: 20 }), fc.array(key, { maxLength: 60 }), (stored, wanted) => {
        expect(lookUp(stored, wanted).found).toEqual(wanted.map((one) => stored.includes(one)))
      }),
      { numRuns: 1000 },
    )
  })

  test('make a load into an empty stretch cost two looks, and one among records hardly more than without them', () => {
    const keys = Array.from({ length: 1000 }, (_, place) => `k${String(place).padStart(4, '0')}`)
    expect(lookUp(['a', 'z'], keys).looks).toBe(2)
    const even = keys.filter((_, place) => place % 2 === 0)
    const odd = keys.filter((_, place) => place % 2 === 1)
    expect(lookUp(even, odd).looks).toBeLessThan(odd.length * 1.1)
  })
})

test('a checksum that is computed here is the one of zlib, from any place to any other and going on from any', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 70 }), fc.nat(70), fc.nat(70), (bytes, one, other) => {
      const from = Math.min(one, other, bytes.length)
      const to = Math.min(Math.max(one, other), bytes.length)
      expect(smallCrc(bytes, from, to, smallCrc(bytes, 0, from))).toBe(crc32(bytes.subarray(0, to)))
    }),
  )
})
