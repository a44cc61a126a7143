import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareKeys } from '../../../src/main/persistence/key-order.ts'
import { UsageMeter } from '../../../src/main/space/usage-meter.ts'

const nowMs = Date.UTC(2026, 5, 1)
const input = { prefix: '', delimiters: ':/', limit: 200 }
const key = fc.string({ unit: fc.constantFrom('a', 'b', ':', '/', 'é', '😀', '\uffee'), minLength: 1, maxLength: 6 })
const size = fc.record({ bytes: fc.nat(1000), valueBytes: fc.nat(2000), ageSeconds: fc.nat(400 * 86_400) })
const sizes = fc.dictionary(key, size, { maxKeys: 60 }).map((all) =>
  Object.entries(all)
    .map(([name, { ageSeconds, ...rest }]) => ({ key: name, ...rest, updatedAtMs: nowMs - ageSeconds * 1000 }))
    .toSorted((one, other) => compareKeys(one.key, other.key)),
)
const sumOf = (all: readonly { bytes: number }[]) => all.reduce((sum, { bytes }) => sum + bytes, 0)

describe('what takes how much', () => {
  it('adds up to the total, by segment, by age and with what the limit left out', () => {
    fc.assert(
      fc.property(sizes, fc.integer({ min: 1, max: 5 }), fc.constantFrom('', 'a', 'b:'), (all, limit, prefix) => {
        const below = all.filter((one) => one.key.startsWith(prefix))
        const meter = new UsageMeter({ ...input, limit, prefix }, { nowMs, every: 1 })
        for (const one of below) meter.add(one)
        const { total, items, others, ages, lookedAt, exact } = meter.result('now')
        const expected = new Map<string, { records: number; bytes: number; rest: boolean }>()
        for (const one of below) {
          const end = [...one.key.slice(prefix.length).matchAll(/[:/]/g)][0]?.index
          const name = end === undefined ? 'rest' : one.key.slice(0, prefix.length + end + 1)
          const known = expected.get(name) ?? { records: 0, bytes: 0, rest: end === undefined }
          expected.set(name, { ...known, records: known.records + 1, bytes: known.bytes + one.bytes })
        }
        const largest = [...expected.values()].map(({ bytes }) => bytes).toSorted((one, other) => other - one)
        expect(items.map(({ bytes }) => bytes)).toEqual(largest.slice(0, limit))
        for (const item of items)
          expect(expected.get(item.rest ? 'rest' : item.prefix)).toMatchObject({ records: item.records, bytes: item.bytes })
        expect([lookedAt, exact, total.records, total.bytes]).toEqual([below.length, true, below.length, sumOf(below)])
        expect(sumOf(items) + others.bytes).toBe(total.bytes)
        expect(others.items).toBe(Math.max(0, expected.size - limit))
        expect(sumOf(ages)).toBe(total.bytes)
      }),
    )
  })

  it('is told for the prefixes that are asked for, and what lies in none of them as others', () => {
    const meter = new UsageMeter({ ...input, prefixes: ['z:', 'a:'] }, { nowMs, every: 10 })
    for (const name of ['a:1', 'a:2', 'b', 'z:1', 'zz']) meter.add({ key: name, bytes: 10, valueBytes: 20, updatedAtMs: nowMs - 7200_000 })
    const { items, others, every, exact, ages } = meter.result('now')
    expect(items).toEqual([
      { prefix: 'a:', rest: false, records: 20, bytes: 200, valueBytes: 400 },
      { prefix: 'z:', rest: false, records: 10, bytes: 100, valueBytes: 200 },
    ])
    expect([others.records, every, exact]).toEqual([20, 10, false])
    expect(ages.filter(({ records }) => records > 0)).toEqual([
      { fromSeconds: 3600, toSeconds: 86_400, records: 50, bytes: 500, valueBytes: 1000 },
    ])
  })

  it('keeps few items, however many prefixes there are', () => {
    const meter = new UsageMeter({ ...input, limit: 10 }, { nowMs, every: 1 })
    for (let n = 0; n < 20_000; n++) meter.add({ key: `${String(n).padStart(6, '0')}:x`, bytes: n, valueBytes: n, updatedAtMs: nowMs })
    const { items, others } = meter.result('now')
    expect(items.map(({ bytes }) => bytes)).toEqual(Array.from({ length: 10 }, (_, n) => 19_999 - n))
    expect(others.items).toBe(19_990)
  })
})
