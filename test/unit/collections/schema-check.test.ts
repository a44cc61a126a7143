import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { jsonSchemaOf } from '../../../src/client/json-schema.ts'
import { LinearPattern } from '../../../src/main/persistence/indexes/linear-pattern.ts'
import { compileSchema } from '../../../src/main/persistence/indexes/schema-check.ts'

const patterned = (pattern: string) => compileSchema({ type: 'object', properties: { code: { type: 'string', pattern } } })
const fits = (pattern: string, text: string) => new LinearPattern(pattern).test(text)

describe('a pattern of a schema', () => {
  it('that would take a backtracking engine for ever is answered in a moment', () => {
    for (const pattern of ['^(a+)+$', '^(a|a)*$', '^(a|aa)+$', '(x+x+)+y', '^(\\w+\\s?)*$', '^(.*a){20}$']) {
      expect(fits(pattern, `${'a'.repeat(50_000)}!`), pattern).toBe(false)
    }
  })

  it('that cannot be followed in one pass, or would be too much for every character, is refused when it is defined, with what is meant', () => {
    const refused = { code: 'invalid_request', details: expect.objectContaining({ field: 'schema' }) }
    for (const pattern of ['^(?=a)', '^(?!a)', '(a)\\1', '(?<=a)b']) {
      expect(() => patterned(pattern), pattern).toThrow(
        expect.objectContaining({ ...refused, message: expect.stringContaining('one pass') }),
      )
    }
    for (const pattern of ['(?:.{1000}){50}', '(?:[ab]{1000}){2}c'])
      expect(() => patterned(pattern), pattern).toThrow(expect.objectContaining(refused))
    expect(() => compileSchema({ patternProperties: { '(?=a)': {} } })).toThrow(expect.objectContaining(refused))
  })

  it('means what it means in JavaScript', () => {
    const cases = [
      ['^[A-Z]{2}-\\d{3,5}$', ['AB-123', 'AB-123456', 'AB-12', 'ab-123', 'AB-123\n']],
      ['^\\u4e2d\\p{L}+$', ['中文', '中1', '文中']],
      ['^.$', ['😀', 'ab', '']],
      ['(?<year>\\d{4})/', ['in 2026/', '26/']],
      ['^[^/]+\\/x$', ['a/x', '/x']],
      ['ab', ['xxabxx', 'a b']],
    ] as const
    for (const [pattern, texts] of cases) {
      for (const text of texts) expect(fits(pattern, text), `${pattern} ${text}`).toBe(new RegExp(pattern, 'u').test(text))
    }
  })

  it('is told from another one beside it', () => {
    const check = compileSchema({ properties: { a: { type: 'string', pattern: '^a' }, b: { type: 'string', pattern: '^b' } } })
    expect(check({ a: 'a', b: 'b' })).toBeUndefined()
    expect(check({ a: 'a', b: 'a' })).toMatchObject({ field: 'b' })
  })

  it('is that of every format that zod knows', () => {
    const shape = z.object({
      mail: z.email(),
      host: z.hostname(),
      emoji: z.emoji(),
      lasts: z.iso.duration(),
      at: z.iso.datetime(),
      ids: z.tuple([z.uuid(), z.nanoid(), z.ulid(), z.cuid2()]),
      nets: z.tuple([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6(), z.e164(), z.base64()]),
    })
    expect(() => compileSchema(jsonSchemaOf(shape))).not.toThrow()
    expect(() => compileSchema(jsonSchemaOf(z.object({ own: z.string().regex(/^(?=a)/) })))).toThrow('one pass')
  })
})

it('uniqueItems of a schema are told in a moment, however many there are', () => {
  const check = compileSchema({ properties: { list: { type: 'array', uniqueItems: true } } })
  const list = Array.from({ length: 20_000 }, (_, n) => ({ n, also: [n] }))
  expect(check({ list })).toBeUndefined()
  expect(check({ list: [...list, { also: [7], n: 7 }] })).toEqual({ field: 'list', expected: 'a list that has each element once' })
})
