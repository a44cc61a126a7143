import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Collection, definitionNameSchema, type QueryItem } from '../../../src/contract/index.ts'
import { fieldsOf, fieldsText, indexName, withIndex, withoutIndex } from '../../../src/renderer/features/query/definition.ts'
import { blankDefinition, definedBy, definitionInWay, draftOfCollection } from '../../../src/renderer/features/query/definition-draft.ts'
import { type Filter, filterOf, meantBy, operators, typedOf, whereOf } from '../../../src/renderer/features/query/filter-rows.ts'
import { blankDraft, draftOf, inWay, questionOf } from '../../../src/renderer/features/query/query-draft.ts'
import { cellText, columnsOf, fieldOf, isNumeric } from '../../../src/renderer/features/query/result-cells.ts'

const scalar = fc.oneof(fc.string(), fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean(), fc.constant(null))
const field = fc.constantFrom('status', 'total', 'customer.name', 'tags')
const row = fc.record({ field, operator: fc.constantFrom(...operators), value: scalar.map(typedOf) })
const filter: fc.Arbitrary<Filter> = fc.record({ joint: fc.constantFrom('all', 'any'), rows: fc.array(row, { maxLength: 5 }) })

describe('a filter in rows', () => {
  it('is the same condition after it was read back from it', () => {
    fc.assert(
      fc.property(filter, (rows) => {
        const where = whereOf(rows)
        const back = filterOf(where)
        expect(back).toBeDefined()
        expect(whereOf(back as Filter)).toEqual(where)
        expect(back?.rows.length).toBe(rows.rows.length)
      }),
    )
  })

  it('takes what is typed for what it looks like, and in quotes for text', () => {
    expect(['42', 'true', 'null', '"42"', 'a b', ''].map(meantBy)).toEqual([42, true, null, '42', 'a b', ''])
    fc.assert(
      fc.property(scalar, (value) => {
        expect(meantBy(typedOf(value))).toEqual(Object.is(value, -0) ? 0 : value)
      }),
    )
  })

  it('is one object where that can say it, and leaves out what is not finished', () => {
    const rows = [
      { field: 'total', operator: 'gte', value: '1' },
      { field: 'total', operator: 'lt', value: '5' },
      { field: 'status', operator: 'in', value: 'open, 7' },
      { field: ' ', operator: 'eq', value: 'x' },
    ] as const
    expect(whereOf({ joint: 'all', rows })).toEqual({ total: { $gte: 1, $lt: 5 }, status: { $in: ['open', 7] } })
    expect(whereOf({ joint: 'all', rows: [rows[0], { ...rows[0], value: '2' }] })).toEqual({
      $and: [{ total: { $gte: 1 } }, { total: { $gte: 2 } }],
    })
    expect(whereOf({ joint: 'any', rows: [] })).toBeUndefined()
  })

  it('does not pretend to say what only JSON can', () => {
    expect(filterOf({ $or: [{ a: 1, b: 2 }, { c: 3 }] })).toBeUndefined()
    expect(filterOf({ $and: [{ $or: [{ a: 1 }, { b: 2 }] }] })).toBeUndefined()
    expect(filterOf({ a: { $date: '2026-01-01' } })).toBeUndefined()
    expect(filterOf({ a: { $contains: { $gt: 1 } } })).toBeUndefined()
  })
})

describe('a query', () => {
  it('goes from rows to JSON and back without a change', () => {
    const draft = {
      ...blankDraft,
      sort: [{ path: 'total', descending: true }],
      filter: { joint: 'any', rows: [{ field: 'a', operator: 'prefix', value: '4' }] },
    } as const
    const json = inWay(draft, 'json')
    expect(JSON.parse(json?.json ?? '')).toEqual({ where: { a: { $prefix: '4' } }, sort: [{ path: 'total', descending: true }] })
    expect(questionOf(inWay(json ?? blankDraft, 'rows') ?? blankDraft)).toEqual(questionOf(draft))
  })

  it('stays JSON where rows cannot say it, and says what is wrong with its text', () => {
    const nested = draftOf({ where: { $or: [{ a: 1, b: 2 }] }, limit: 5 })
    expect(nested.way).toBe('json')
    expect(inWay(nested, 'rows')).toBeUndefined()
    expect(questionOf({ ...blankDraft, way: 'json', json: '{"where": {' })).toMatchObject({ ok: false })
    expect(questionOf({ ...blankDraft, way: 'json', json: '{"wher": {}}' })).toMatchObject({
      ok: false,
      problem: expect.stringContaining('wher'),
    })
    expect(questionOf({ ...blankDraft, way: 'json', json: '' })).toEqual({ ok: true, question: { limit: 100 } })
    const inChinese = questionOf({ ...blankDraft, way: 'json', json: '{"limit": 0}' }, 'zh-CN')
    expect(inChinese).toMatchObject({ ok: false, problem: expect.stringMatching(/^limit: .*[\u4e00-\u9fff]/) })
  })
})

const orders: Collection = {
  name: 'orders',
  prefix: 'order:',
  schemaVersion: 1,
  versionPath: 'schemaVersion',
  migrations: [],
  indexes: [
    {
      name: 'by_status',
      fields: [{ path: 'status', descending: false }],
      unique: false,
      multi: false,
      sparse: true,
      state: 'ready',
      entries: 7,
    },
  ],
  version: 'v1',
  createdAt: '2026-01-01T00:00:00.000Z',
  changedAt: '2026-01-01T00:00:00.000Z',
  records: 7,
  recordsExact: true,
  saved: null,
}

describe('a definition', () => {
  it('is edited in fields and as JSON, and is the same in both', () => {
    const draft = draftOfCollection(orders)
    const rows = definedBy(draft)
    expect(rows).toMatchObject({
      ok: true,
      definition: { name: 'orders', prefix: 'order:', indexes: [{ name: 'by_status', sparse: true }] },
    })
    const json = definitionInWay(draft, 'json')
    expect(json && definedBy(json)).toEqual(rows)
    expect(json && definitionInWay(json, 'rows')).toEqual(draft)
  })

  it('is not accepted without a prefix, or with a lifetime that is no number', () => {
    expect(definedBy({ ...blankDefinition, name: 'x' })).toMatchObject({ ok: false, problem: expect.stringContaining('prefix') })
    expect(definedBy({ ...blankDefinition, name: 'x', prefix: 'x:', ttl: 'soon' })).toMatchObject({ ok: false })
  })

  it('gives an index without a name one that is free', () => {
    const draft = {
      ...draftOfCollection(orders),
      indexes: ['status', 'status, -total'].map((fields) => ({ name: '', fields, unique: false, multi: false, sparse: false })),
    }
    expect(definedBy(draft)).toMatchObject({ definition: { indexes: [{ name: 'by_status' }, { name: 'by_status_total' }] } })
    expect(indexName([{ path: 'status', descending: false }], ['by_status'])).toBe('by_status_2')
    expect(indexName([{ path: '名 称', descending: false }], [])).toBe('by_名_称')
    for (const letter of ['𐐀', 'x𐐀']) {
      const name = indexName([{ path: letter.repeat(40), descending: false }], [])
      expect(definitionNameSchema.parse(name)).toBe(name)
    }
  })

  it('keeps its other parts when an index comes or goes', () => {
    const more = withIndex(orders, [{ path: 'total', descending: true }])
    expect(more.indexes.map(({ name }) => name)).toEqual(['by_status', 'by_total'])
    expect(Object.keys(more.indexes[0] ?? {})).not.toContain('state')
    expect(withoutIndex(orders, 'by_status')).toMatchObject({ prefix: 'order:', indexes: [] })
  })

  it('reads fields as they are typed', () => {
    expect(fieldsOf(' a.b , -c,, -')).toEqual([
      { path: 'a.b', descending: false },
      { path: 'c', descending: true },
    ])
    expect(fieldsText(fieldsOf('a, -b'))).toBe('a, -b')
  })
})

describe('the rows of a result', () => {
  const items = [{ value: { a: 1, b: { c: 'x' } } }, { value: { a: null, 'd.e': true } }, { value: 'text' }] as unknown as QueryItem[]

  it('have a column for each field that is met', () => {
    expect(columnsOf(items)).toEqual(['a', 'b', 'd.e'])
    expect(columnsOf(items, ['b.c']).at(0)).toBe('b.c')
    expect(isNumeric(items, 'a')).toBe(true)
    expect(isNumeric(items, 'b')).toBe(false)
  })

  it('show what a path leads to, and nothing where it leads nowhere', () => {
    expect(fieldOf(items[0]?.value, 'b.c')).toBe('x')
    expect(fieldOf(items[1]?.value, 'd.e')).toBe(true)
    expect(fieldOf('text', 'constructor')).toBeUndefined()
    expect([undefined, 'x', { a: 1 }, null].map(cellText)).toEqual(['', 'x', '{"a":1}', 'null'])
    expect(cellText('x'.repeat(5000)).length).toBeLessThan(300)
  })
})
