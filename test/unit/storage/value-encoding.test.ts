import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeValue, encodeValue } from '../../../src/main/storage/value-encoding.ts'

const encodingOf = (value: string | Uint8Array) => encodeValue(Buffer.from(value)).encoding

describe('a value in JSON', () => {
  test('any bytes come back as they were', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (value) => {
        const encoded = encodeValue(value)
        expect(Buffer.from(decodeValue(encoded.value, encoded.encoding))).toEqual(Buffer.from(value))
      }),
    )
  })

  test('any JSON that is written without spaces is given as JSON and comes back to the byte', () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        const canonical = JSON.stringify(JSON.parse(json))
        const encoded = encodeValue(Buffer.from(canonical))
        expect(encoded).toMatchObject({ encoding: 'json', text: canonical })
        expect(Buffer.from(decodeValue(encoded.value, 'json')).toString()).toBe(canonical)
      }),
    )
  })

  test('JSON that would come back different is text', () => {
    for (const text of [
      '{"a": 1}',
      '1.0',
      '-0',
      '1e400',
      '{"a":1,"a":2}',
      '{"2":1,"1":2}',
      '"\\u0041"',
      ' 1',
      '\ufeff1',
      '1\n',
      '12345678901234567890',
    ]) {
      expect(encodingOf(text), text).toBe('text')
    }
  })

  test('other UTF-8 is text, a byte order mark included', () => {
    for (const text of ['', 'plain', '\ufeffwith a mark', '汉字 🚚', 'true story', '\u0000']) {
      expect(encodeValue(Buffer.from(text))).toMatchObject({ encoding: 'text', value: text })
    }
  })

  test('what is not UTF-8 is base64', () => {
    for (const value of [[0xff], [0xc3], [0xed, 0xa0, 0x80], [0xf5, 0x80, 0x80, 0x80]])
      expect(encodingOf(Uint8Array.from(value))).toBe('base64')
  })

  test('JSON nested a hundred thousand deep is text and breaks nothing', () => {
    const deep = '['.repeat(100_000) + ']'.repeat(100_000)
    expect(encodingOf(deep)).toBe('text')
    expect(encodingOf(`"${'['.repeat(1000)}"`)).toBe('json')
    expect(encodingOf('['.repeat(256) + ']'.repeat(256))).toBe('json')
    expect(encodingOf('['.repeat(257) + ']'.repeat(257))).toBe('text')
  })

  test('a value nested too deeply to be written down is refused', () => {
    let deep: unknown = 1
    for (let level = 0; level < 200_000; level++) deep = [deep]
    expect(() => decodeValue(deep, 'json')).toThrow('nested too deeply')
  })

  test('a missing value is refused, null is a value', () => {
    expect(() => decodeValue(undefined, 'json')).toThrow('missing')
    expect(Buffer.from(decodeValue(null, 'json')).toString()).toBe('null')
  })

  test('base64 is taken only as it is written by the book', () => {
    expect(Buffer.from(decodeValue('/+8=', 'base64'))).toEqual(Buffer.from([0xff, 0xef]))
    for (const wrong of ['/+8', '/+8==', '_-8=', 'QQ==\n', ' QQ==', 'QR==', 'Q', '====', '!!!!', 12, null]) {
      expect(() => decodeValue(wrong, 'base64'), String(wrong)).toThrow('base64')
    }
  })

  test('text that is no well-formed Unicode is refused instead of being altered', () => {
    expect(() => decodeValue('\ud800', 'text')).toThrow('well-formed')
    expect(() => decodeValue(5, 'text')).toThrow('string')
  })

  test('a property named __proto__ survives', () => {
    const text = '{"__proto__":{"a":1}}'
    const encoded = encodeValue(Buffer.from(text))
    expect(encoded.encoding).toBe('json')
    expect(Buffer.from(decodeValue(encoded.value, 'json')).toString()).toBe(text)
  })
})
