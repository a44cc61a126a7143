import { describe, expect, test } from 'vitest'
import { assertPlainData } from '../../../src/main/shell/plain-data.ts'

const codeOf = (value: unknown): string => {
  try {
    assertPlainData(value)
    return 'accepted'
  } catch (error) {
    return (error as { code: string }).code
  }
}

const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)])

describe('what the page may send', () => {
  test('is what JSON can say', () => {
    const value = { key: 'a', value: [1, 'two', null, true, { three: 3.5 }], absent: undefined }
    expect(codeOf(value)).toBe('accepted')
    expect(codeOf(undefined)).toBe('accepted')
    expect(codeOf(Object.assign(Object.create(null), { a: 1 }))).toBe('accepted')
  })

  test.each([
    ['a map', new Map()],
    ['a date', new Date()],
    ['bytes', new Uint8Array(3)],
    ['a big integer', 1n],
    ['not a number', Number.NaN],
    ['infinity', { value: Number.POSITIVE_INFINITY }],
    ['an error', new Error('x')],
  ])('is not %s', (_name, value) => {
    expect(codeOf({ value })).toBe('invalid_request')
  })

  test('is not a circle, and not nested without end', () => {
    const circle: { self?: unknown } = {}
    circle.self = circle
    expect(codeOf(circle)).toBe('invalid_request')
    expect(codeOf(nested(250))).toBe('accepted')
    expect(codeOf(nested(2000))).toBe('invalid_request')
  })

  test('is not larger than the largest batch', () => {
    expect(codeOf({ value: 'x'.repeat(80 * 1024 * 1024) })).toBe('accepted')
    const piece = 'x'.repeat(50 * 1024 * 1024)
    expect(codeOf([piece, piece])).toBe('too_large')
    expect(codeOf(new Array(2_100_000).fill(0))).toBe('too_large')
  })
})
