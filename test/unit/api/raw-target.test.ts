import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decodeKey, parseTarget } from '../../../src/main/api/http/raw-target.ts'

const refusal = (raw: string) => {
  try {
    decodeKey(raw)
    return undefined
  } catch (error) {
    return (error as { code?: string }).code
  }
}

/** As a client writes a key that holds anything at all. */
const escaped = (key: string) => [...Buffer.from(key, 'utf8')].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('')

describe('the key of a raw target', () => {
  it.each([
    ['a..b', 'a..b'],
    ['..', '..'],
    ['../x', '../x'],
    ['a//b/', 'a//b/'],
    ['a+b', 'a+b'],
    ['a%2Fb', 'a/b'],
    ['a%2fb', 'a/b'],
    ['%2e%2e', '..'],
    ['%252F', '%2F'],
    ['%3F', '?'],
    ['%20', ' '],
    ['%00', '\0'],
    ['%E6%97%A5', '日'],
    ['%F0%9F%8C%8D', '🌍'],
    ['a#b', 'a#b'],
  ])('%s is %j', (raw, key) => {
    expect(decodeKey(raw)).toBe(key)
  })

  it.each([
    ['an empty one', ''],
    ['a lone percent sign', '%'],
    ['half an escape', 'a%4'],
    ['letters that are no digits', '%zz'],
    ['a sign inside an escape', '%+1'],
    ['an overlong form', '%C0%80'],
    ['an escaped surrogate', '%ED%A0%80'],
    ['half a character', '%E6%97'],
    ['a byte that begins nothing', '%FF'],
    ['1,025 bytes', 'x'.repeat(1025)],
    ['1,025 bytes in escapes', '%61'.repeat(1025)],
  ])('refuses %s', (_what, raw) => {
    expect(refusal(raw)).toBe('invalid_request')
  })

  it('takes 1,024 bytes, however they are written', () => {
    expect(decodeKey('x'.repeat(1024))).toHaveLength(1024)
    expect(decodeKey('%61'.repeat(1024))).toHaveLength(1024)
    expect(decodeKey('%C3%A9'.repeat(512))).toHaveLength(512)
  })

  it('gives back every key that was escaped byte by byte', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 100 }), (key) => {
        fc.pre(key.isWellFormed())
        expect(decodeKey(escaped(key))).toBe(key)
      }),
    )
  })

  it('is what encodeURIComponent makes of it too', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }), (key) => {
        fc.pre(key.isWellFormed())
        expect(decodeKey(encodeURIComponent(key))).toBe(key)
      }),
    )
  })
})

describe('a raw target', () => {
  it('is cut at its first question mark and nowhere else', () => {
    expect(parseTarget('/api/data/a%3Fb?x=1?2')).toEqual({ path: '/api/data/a%3Fb', query: 'x=1?2', authority: undefined })
    expect(parseTarget('/api/data//a/../b/')).toEqual({ path: '/api/data//a/../b/', query: undefined, authority: undefined })
  })

  it('may be absolute', () => {
    expect(parseTarget('http://host:1/api/data/../x?y')).toEqual({ path: '/api/data/../x', query: 'y', authority: 'host:1' })
    expect(parseTarget('HTTP://host')).toEqual({ path: '/', query: undefined, authority: 'host' })
    expect(parseTarget('http://host?x')).toEqual({ path: '/', query: 'x', authority: 'host' })
  })

  it('with two slashes in front is a path and no authority', () => {
    expect(parseTarget('//evil/api').authority).toBeUndefined()
  })
})
