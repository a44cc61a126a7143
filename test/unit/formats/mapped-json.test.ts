import { deepStrictEqual } from 'node:assert'
import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fromBase64, toBase64 } from '../../../src/formats/base64.ts'
import { type Mappable, parseMapped, stringifyMapped } from '../../../src/formats/mapped-json.ts'

const roundTrip = (value: unknown): unknown => parseMapped(stringifyMapped(value))

const fieldName = fc.oneof(
  fc.string({ maxLength: 6 }),
  fc.constantFrom(
    '$date',
    '$bigint',
    '$binary',
    '$map',
    '$set',
    '$number',
    '$undefined',
    '$object',
    '__proto__',
    'toString',
    'constructor',
  ),
)

/** Anything that can be stored, with the names of tags and what could stand behind them on purpose. */
const { value: anyValue } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.oneof(
      fc.constantFrom(
        null,
        true,
        false,
        -0,
        Number.NaN,
        Number.POSITIVE_INFINITY,
        Number.NEGATIVE_INFINITY,
        'NaN',
        '2026-03-01T08:00:00.000Z',
      ),
      fc.string({ unit: 'binary' }),
      fc.double(),
      fc.bigInt(),
      fc.date({ noInvalidDate: false }),
      fc.uint8Array({ maxLength: 20 }),
    ),
    fc.array(fc.oneof(tie('value'), fc.constant(undefined)), { maxLength: 4 }),
    fc.array(fc.tuple(tie('value'), tie('value')), { maxLength: 3 }).map((pairs) => new Map(pairs)),
    fc.array(tie('value'), { maxLength: 3 }).map((items) => new Set(items)),
    fc.array(fc.tuple(fieldName, tie('value')), { maxLength: 3 }).map((fields) => Object.fromEntries(fields)),
  ),
}))

describe('mapped JSON', () => {
  it('gives back every value that can be stored, by ordinary JSON', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        deepStrictEqual(roundTrip(value), value)
      }),
      { numRuns: 1000 },
    )
  })

  it('never reads JSON of others as what it does not say, and writes it again as the same', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 4 }), (text) => {
        deepStrictEqual(roundTrip(parseMapped(text)), parseMapped(text))
      }),
      { numRuns: 500 },
    )
    expect(parseMapped('{"$date":"tomorrow"}')).toEqual({ $date: 'tomorrow' })
    expect(parseMapped('{"$binary":"AQ"}')).toEqual({ $binary: 'AQ' })
    expect(parseMapped('{"$map":[["a"]]}')).toEqual({ $map: [['a']] })
    expect(parseMapped('{"$bigint":"1e3"}')).toEqual({ $bigint: '1e3' })
  })

  it('is what docs/formats.md says', () => {
    const text = readFileSync('test/fixtures/mapped-json-v1.json', 'utf8').trim()
    const value = {
      date: new Date('2026-03-01T08:00:00Z'),
      noMoment: new Date(Number.NaN),
      bigint: -12345678901234567890n,
      bytes: new Uint8Array([0, 1, 2, 255]),
      map: new Map([['a', new Set([1, undefined])]]),
      numbers: [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, -0, 0, 1.5],
      own: { $date: 'tomorrow' },
      notATag: { $price: 5 },
      twoFields: { $date: '2026-03-01T08:00:00.000Z', more: 1 },
      text: '城',
    }
    expect(stringifyMapped(value)).toBe(text)
    expect(parseMapped(text)).toStrictEqual(value)
  })

  it('leaves out fields that are undefined, keeps holes of lists as undefined, and asks toJSON', () => {
    // biome-ignore lint/suspicious/noSparseArray: that is what is tested
    expect(roundTrip({ a: undefined, list: [, 1] })).toStrictEqual({ list: [undefined, 1] })
    expect(roundTrip({ $date: '2026-03-01T08:00:00.000Z', gone: undefined })).toEqual({ $date: '2026-03-01T08:00:00.000Z' })
    expect(roundTrip({ at: new URL('http://a/b') })).toEqual({ at: 'http://a/b' })
  })

  it.each([
    [undefined, /^The value is undefined/],
    [{ a: [1, () => 1] }, /^The value at a\.1 is a function/],
    [{ a: Symbol('s') }, /a symbol/],
    [new (class Sensor {})(), /a Sensor, which would come back as another thing/],
    [new Float64Array(2), /a Float64Array/],
  ])('refuses %o, with the path to it', (value, sentence) => {
    expect(() => stringifyMapped(value)).toThrow(sentence)
  })

  it('refuses what holds itself, and what is nested without end; the same thing twice is fine', () => {
    const knot: Record<string, unknown> = {}
    knot.self = knot
    expect(() => stringifyMapped(knot)).toThrow('The value at self is an object that holds itself')
    let deep: unknown = 1
    for (let level = 0; level < 100_000; level++) deep = [deep]
    expect(() => stringifyMapped(deep)).toThrow('nested deeper than 200 levels')
    const twice = { a: 1 }
    expect(roundTrip([twice, twice])).toEqual([{ a: 1 }, { a: 1 }])
    expect(() => parseMapped(`${'['.repeat(5000)}${']'.repeat(5000)}`)).not.toThrow()
  })

  it('knows at compile time what it cannot keep', () => {
    const take = <T>(value: T & Mappable<T>): unknown => value
    interface Reading {
      at: Date
      values: number[]
      note?: string
    }
    const reading: Reading = { at: new Date(0), values: [1] }
    take(reading)
    take(new Map([['a', 1n]]))
    // @ts-expect-error a function does not survive
    take({ act: () => 1 })
    // @ts-expect-error a symbol does not survive
    take([Symbol('s')])
  })
})

describe('base64', () => {
  it('is that of everybody else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const text = Buffer.from(bytes).toString('base64')
        expect(toBase64(bytes)).toBe(text)
        expect(fromBase64(text)).toStrictEqual(bytes)
      }),
    )
    const large = new Uint8Array(3 * 4096 * 2 + 1).fill(77)
    expect(toBase64(large)).toBe(Buffer.from(large).toString('base64'))
  })

  it.each(['A', 'AA', 'AAA', 'A===', 'AA=A', 'AA\n=', 'AA-_', 'Ä==='])('refuses %j', (text) => {
    expect(fromBase64(text)).toBeUndefined()
  })
})
