import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeOrdered, inverted, successor } from '../../../src/main/persistence/indexes/index-order.ts'
import { compareValues } from './model.ts'

interface Row {
  readonly value?: unknown
  readonly bytes: string
}
const fixture = JSON.parse(readFileSync(new URL('../../fixtures/index-order-v1.json', import.meta.url), 'utf8')) as {
  ordered: Row[]
  others: Row[]
}
const hex = (value: unknown) => Buffer.from(encodeOrdered(value), 'latin1').toString('hex')
const signOf = (order: number) => Math.sign(order) + 0

const value = fc.oneof(
  fc.double({ noNaN: true }),
  fc.integer(),
  fc.string({ unit: 'binary' }),
  fc.constantFrom<unknown>(undefined, null, true, false, '', '\0', '\0\0', 'a\0', 'a'),
  fc.date({ noInvalidDate: true, min: new Date('0001-01-01'), max: new Date('9999-12-31') }).map((date) => ({ $date: date.toISOString() })),
)

describe('the order of an index', () => {
  it.each([...fixture.ordered, ...fixture.others])('keeps $value as it always did', ({ value: one, bytes }) => {
    expect(hex(one)).toBe(bytes)
  })

  it('is that of the values: missing, null, booleans, numbers, texts, dates, bytes, others', () => {
    const bytes = [...fixture.ordered, fixture.others[0] as Row].map((row) => row.bytes)
    expect([...bytes].sort()).toEqual(bytes)
  })

  it('compares bytes as values compare, and the other way round when they are turned', () => {
    fc.assert(
      fc.property(value, value, (one, other) => {
        const order = signOf(compareValues(one, other))
        const [a, b] = [encodeOrdered(one), encodeOrdered(other)]
        expect(a < b ? -1 : a > b ? 1 : 0).toBe(order)
        const [x, y] = [inverted(a), inverted(b)]
        expect(x < y ? 1 : x > y ? -1 : 0).toBe(order)
        // Neither begins the other, so a further field may stand behind it.
        if (order !== 0) expect(a.startsWith(b) || b.startsWith(a)).toBe(false)
        expect(successor(a) > a).toBe(true)
        if (order > 0) expect(successor(b) <= a).toBe(true)
      }),
      { numRuns: 2000 },
    )
  })

  it('has long integers at their places among the numbers', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 200n), max: 2n ** 200n }), fc.bigInt({ min: -(2n ** 70n), max: 2n ** 70n }), (one, by) => {
        const other = one + by
        const [a, b] = [one, other].map((integer) => encodeOrdered({ $bigint: String(integer) })) as [string, string]
        expect(a < b ? -1 : a > b ? 1 : 0).toBe(one < other ? -1 : one > other ? 1 : 0)
        if (Number.isSafeInteger(Number(one))) expect(a).toBe(encodeOrdered(Number(one)))
      }),
    )
  })
})
