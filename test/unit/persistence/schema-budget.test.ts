import { describe, expect, test } from 'vitest'
import { compileSchema } from '../../../src/main/persistence/indexes/schema-check.ts'

const times = <T>(count: number, make: (at: number) => T): T[] => Array.from({ length: count }, (_none, at) => make(at))
const inList = (schema: object) => ({ properties: { list: schema } })
const numbers = times(20_000, (at) => at)

const costly: readonly (readonly [what: string, schema: Record<string, unknown>, document: unknown])[] = [
  ['many demands on each element', inList({ items: { allOf: times(300, () => ({ type: 'number', minimum: 0 })) } }), { list: numbers }],
  ['many passes over a list', inList({ allOf: times(300, () => ({ items: { minimum: 0 } })) }), { list: numbers }],
  ['many searches in a list', inList({ anyOf: times(200, () => ({ contains: { const: -1 } })) }), { list: numbers }],
  ['many comparisons of all elements', inList({ allOf: times(200, () => ({ uniqueItems: true })) }), { list: numbers }],
  ['many values to choose from for each element', inList({ items: { enum: times(3000, (at) => at) } }), { list: numbers.map(() => 2999) }],
  [
    'many patterns for each member',
    { patternProperties: Object.fromEntries(times(300, (at) => [`^k${at}.*x$`, {}])) },
    Object.fromEntries(times(20_000, (at) => [`k${at}`, 1])),
  ],
  ['many counts of a long text', inList({ allOf: times(300, () => ({ maxLength: 1e9 })) }), { list: 'x'.repeat(1_000_000) }],
  ['many patterns of a long text', inList({ allOf: times(200, (at) => ({ pattern: `^(a|b${at})*$` })) }), { list: 'a'.repeat(60_000) }],
  [
    'members that bring schemas of their own',
    { dependentSchemas: Object.fromEntries(times(200, (at) => [`k${at}`, { propertyNames: { minLength: 1 } }])) },
    Object.fromEntries(times(20_000, (at) => [`k${at}`, 1])),
  ],
]

describe('the check of a schema', () => {
  test.each(costly)('is given up for %s, not done for minutes', (_what, schema, document) => {
    expect(compileSchema(schema)(document)).toEqual({ field: '', expected: expect.stringContaining('bounded work') })
  })

  test('is done to its end for a large record and an ordinary schema', () => {
    const row = {
      type: 'object',
      required: ['id', 'name', 'kind', 'tags'],
      additionalProperties: false,
      properties: {
        id: { type: 'integer', minimum: 0 },
        name: { type: 'string', minLength: 1, maxLength: 64, pattern: '^row [0-9]+$' },
        kind: { enum: ['a', 'b', 'c'] },
        tags: { type: 'array', uniqueItems: true, items: { type: 'string' }, contains: { const: 'x' } },
        place: { anyOf: [{ type: 'null' }, { type: 'object', properties: { hall: { type: 'string' } } }] },
      },
    }
    const check = compileSchema({ properties: { rows: { items: { $ref: '#/$defs/row' } } }, $defs: { row } })
    const rows = times(60_000, (at) => ({ id: at, name: `row ${at}`, kind: 'b', tags: ['x', 'y'], place: at % 2 ? null : { hall: 'A' } }))
    expect(check({ rows })).toBeUndefined()
    expect(check({ rows: [...rows, { ...rows[0], kind: 'd' }] })).toEqual({ field: 'rows.60000.kind', expected: 'one of ["a","b","c"]' })
  })

  test('counts the elements that contains asks for', () => {
    const check = compileSchema(inList({ contains: { type: 'string' }, minContains: 2, maxContains: 3 }))
    expect([1, 2, 3, 4].map((count) => check({ list: [0, ...times(count, () => 'x'), 1] }) === undefined)).toEqual([
      false,
      true,
      true,
      false,
    ])
    expect(compileSchema(inList({ contains: true }))({ list: [] })).toMatchObject({ field: 'list' })
  })
})

test.each([
  ['nested too deep', times(200, () => 0).reduce<object>((inner) => ({ not: inner }), {})],
  ['too large', inList({ enum: times(10_001, (at) => at) })],
])('a schema that is %s is refused when it is defined', (_what, schema) => {
  expect(() => compileSchema(schema as Record<string, unknown>)).toThrow(
    expect.objectContaining({ code: 'invalid_request', message: expect.stringContaining('too large or nested too deep') }),
  )
})
