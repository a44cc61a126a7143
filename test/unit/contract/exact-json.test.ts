import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { keptDigits, parseExactJson } from '../../../src/contract/exact-json.ts'

const again = (text: string): string => JSON.stringify(parseExactJson(text))

describe('JSON that is passed on', () => {
  test.each([
    ['an identifier of 64 bits', '{"id":12345678901234567890}'],
    ['nanoseconds', '[1763856000000000001]'],
    ['more digits than a double has', '3.14159265358979323846'],
    ['what would be infinite, and then null', '[1e400,-1E+999]'],
    ['what would be nothing', '1e-400'],
    ['more digits than are compared', `[${'1234567890'.repeat(100)}]`],
    ['a number behind a string that looks like its end', '["\\\\\\"",12345678901234567890,"\\\\",9007199254740993]'],
    ['the key __proto__', '{"__proto__":9007199254740993}'],
  ])('keeps the digits of a number that no double holds: %s', (_what, text) => {
    expect(again(text)).toBe(text)
  })

  test.each([
    ['0.1', 0.1],
    ['21.500000000000004', 21.500000000000004],
    ['1.10', 1.1],
    ['1e3', 1000],
    ['9007199254740992', 2 ** 53],
    ['10000000000000000000000', 1e22],
    ['123456789.000000000000', 123456789],
    ['0.000000000000000000000000000001', 1e-30],
    ['-0.0', -0],
  ])('has %s as the number that it is', (text, number) => {
    expect(parseExactJson(text)).toBe(number)
  })

  test('is otherwise what JSON.parse makes of it', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(parseExactJson(text)).toEqual(JSON.parse(text))
      }),
    )
  })

  test('leaves texts alone that hold such digits', () => {
    const value = { id: '12345678901234567890', 'a"b\\': '1e400' }
    expect(parseExactJson(JSON.stringify(value))).toEqual(value)
  })

  test('tells the digits that it kept', () => {
    expect(keptDigits(parseExactJson('12345678901234567890'))).toBe('12345678901234567890')
    for (const value of [1, '1', null, { rawJSON: '1' }]) expect(keptDigits(value)).toBeUndefined()
  })

  test('throws what JSON.parse throws', () => {
    for (const text of ['', '{', '-', '1e', '12345678901234567890x', '"\\']) expect(() => parseExactJson(text), text).toThrow(SyntaxError)
  })
})
