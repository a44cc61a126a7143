import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseByteRange } from '../../../src/main/api/http/byte-range.ts'
import { parseHttpDate, parseTagCondition } from '../../../src/main/api/http/entity-tags.ts'
import { judgeRead, judgeWrite } from '../../../src/main/api/http/preconditions.ts'

const current = { etag: '"t.5"', updatedAtMs: Date.UTC(2026, 0, 2, 3, 4, 5, 678) }
const modified = 'Fri, 02 Jan 2026 03:04:05 GMT'
const before = 'Fri, 02 Jan 2026 03:04:04 GMT'

const writeOf = (headers: Record<string, string>, state: typeof current | undefined = current) => {
  try {
    judgeWrite(headers, state)
    return 'written'
  } catch (error) {
    return (error as { code: string }).code
  }
}

describe('entity tags', () => {
  it('are read from lists with spaces and empty places', () => {
    expect(parseTagCondition(' "a" ,, W/"b,c" ,"" ')).toEqual([
      { opaque: 'a', weak: false },
      { opaque: 'b,c', weak: true },
      { opaque: '', weak: false },
    ])
    expect(parseTagCondition(' * ')).toBe('*')
  })

  it.each(['abc', '"a" "b"', '"a', 'w/"a"', '*, "a"'])('are not what %s says', (header) => {
    expect(parseTagCondition(header)).toBe('malformed')
  })
})

describe('conditions of a write', () => {
  it.each([
    [{ 'if-match': '"t.5"' }, 'written'],
    [{ 'if-match': '"x", "t.5"' }, 'written'],
    [{ 'if-match': '*' }, 'written'],
    [{ 'if-match': 'W/"t.5"' }, 'precondition_failed'],
    [{ 'if-match': '"t.4"' }, 'precondition_failed'],
    [{ 'if-match': 't.5' }, 'precondition_failed'],
    [{ 'if-match': '' }, 'precondition_failed'],
    [{ 'if-none-match': '*' }, 'precondition_failed'],
    [{ 'if-none-match': '"t.5"' }, 'precondition_failed'],
    [{ 'if-none-match': '"t.4"' }, 'written'],
    [{ 'if-none-match': 't.4' }, 'invalid_request'],
    [{ 'if-unmodified-since': modified }, 'written'],
    [{ 'if-unmodified-since': before }, 'precondition_failed'],
    [{ 'if-unmodified-since': 'yesterday' }, 'written'],
    [{ 'if-match': '"t.5"', 'if-unmodified-since': before }, 'written'],
  ])('%j on a record: %s', (headers, outcome) => {
    expect(writeOf(headers as unknown as Record<string, string>)).toBe(outcome)
  })

  it('on no record: nothing matches, and "none" is met', () => {
    const absent = (headers: Record<string, string>) => {
      try {
        judgeWrite(headers, undefined)
        return 'written'
      } catch (error) {
        return (error as { code: string }).code
      }
    }
    expect(absent({ 'if-match': '*' })).toBe('precondition_failed')
    expect(absent({ 'if-match': '"t.5"' })).toBe('precondition_failed')
    expect(absent({ 'if-none-match': '*' })).toBe('written')
  })
})

describe('conditions of a read', () => {
  it.each([
    [{ 'if-none-match': '"t.5"' }, 'not-modified'],
    [{ 'if-none-match': 'W/"t.5"' }, 'not-modified'],
    [{ 'if-none-match': '"a", "t.5"' }, 'not-modified'],
    [{ 'if-none-match': '*' }, 'not-modified'],
    [{ 'if-none-match': '"t.4"' }, 'proceed'],
    [{ 'if-modified-since': modified }, 'not-modified'],
    [{ 'if-modified-since': before }, 'proceed'],
    [{ 'if-none-match': '"t.4"', 'if-modified-since': modified }, 'proceed'],
    [{ 'if-modified-since': 'garbage' }, 'proceed'],
  ])('%j: %s', (headers, outcome) => {
    expect(judgeRead(headers as unknown as Record<string, string>, current)).toBe(outcome)
  })
})

describe('dates of HTTP', () => {
  it.each(['Sun, 06 Nov 1994 08:49:37 GMT', 'Sunday, 06-Nov-94 08:49:37 GMT', 'Sun Nov  6 08:49:37 1994'])(
    'are read in the form %s',
    (text) => {
      expect(parseHttpDate(text)).toBe(Date.UTC(1994, 10, 6, 8, 49, 37))
    },
  )
})

describe('one range of bytes', () => {
  it.each([
    ['bytes=0-0', 10, { first: 0, last: 0 }],
    ['bytes=3-', 10, { first: 3, last: 9 }],
    ['bytes=3-99', 10, { first: 3, last: 9 }],
    ['bytes=-4', 10, { first: 6, last: 9 }],
    ['bytes=-99', 10, { first: 0, last: 9 }],
    ['bytes=10-', 10, 'unsatisfiable'],
    ['bytes=-0', 10, 'unsatisfiable'],
    ['bytes=0-', 0, 'unsatisfiable'],
    ['bytes=-1', 0, 'whole'],
    ['bytes=5-4', 10, 'whole'],
    ['bytes=0-1,3-4', 10, 'whole'],
    ['lines=0-1', 10, 'whole'],
    ['bytes=a-b', 10, 'whole'],
    ['bytes=-', 10, 'whole'],
  ] as const)('%s of %i bytes', (header, size, expected) => {
    expect(parseByteRange(header, size)).toEqual(expected)
  })

  it('never leaves the value', () => {
    fc.assert(
      fc.property(fc.nat(50), fc.nat(60), fc.nat(60), (size, first, last) => {
        const range = parseByteRange(`bytes=${first}-${last}`, size)
        if (typeof range === 'string') return
        expect(range.first).toBe(first)
        expect(range.last).toBeLessThan(size)
        expect(range.last).toBeGreaterThanOrEqual(range.first)
      }),
    )
  })
})
