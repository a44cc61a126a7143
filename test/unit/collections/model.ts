import fc from 'fast-check'
import type { CollectionDefinitionInput, FieldOrder, Where } from '../../../src/contract/index.ts'

/** What a query means, said once more and as plainly as it can be: nothing here is shared with the engine. */
export type Doc = Record<string, unknown>

type Rank = readonly [kind: number, value: number | string]

function rankOf(value: unknown): Rank {
  if (value === undefined) return [1, 0]
  if (value === null) return [2, 0]
  if (typeof value === 'boolean') return [3, value ? 1 : 0]
  if (typeof value === 'number') return [5, value]
  if (typeof value === 'string') return [6, value]
  if (!Array.isArray(value) && typeof (value as Doc).$date === 'string') return [7, new Date((value as { $date: string }).$date).getTime()]
  return [9, JSON.stringify(value)]
}

/** Texts by code points. */
function compareTexts(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other))
}

export function compareValues(one: unknown, other: unknown): number {
  const [kind, value] = rankOf(one)
  const [otherKind, otherValue] = rankOf(other)
  if (kind !== otherKind) return kind - otherKind
  return typeof value === 'string' ? compareTexts(value, String(otherValue)) : value - Number(otherValue)
}

export const at = (doc: Doc, path: string): unknown =>
  path.split('.').reduce<unknown>((value, name) => (typeof value === 'object' && value !== null ? (value as Doc)[name] : undefined), doc)

const isSame = (one: unknown, other: unknown): boolean => compareValues(one, other) === 0
const isSameKind = (one: unknown, other: unknown): boolean => rankOf(one)[0] === rankOf(other)[0]

export function fits(where: Where, doc: Doc): boolean {
  return Object.entries(where).every(([name, wanted]) => {
    if (name === '$and') return (wanted as Where[]).every((one) => fits(one, doc))
    if (name === '$or') return (wanted as Where[]).some((one) => fits(one, doc))
    return fitsValue(at(doc, name), wanted)
  })
}

function fitsValue(value: unknown, wanted: unknown): boolean {
  const isOperators =
    typeof wanted === 'object' && wanted !== null && Object.keys(wanted).some((name) => name.startsWith('$') && name !== '$date')
  if (!isOperators) return isSame(value, wanted)
  return Object.entries(wanted as Doc).every(([operator, operand]) => {
    if (operator === '$contains') return Array.isArray(value) && value.some((element) => fitsValue(element, operand))
    if (operator === '$in') return (operand as unknown[]).some((one) => isSame(value, one))
    if (operator === '$prefix') return typeof value === 'string' && value.startsWith(String(operand))
    if (operator === '$exists') return (value !== undefined) === operand
    const order = compareValues(value, operand)
    if (!isSameKind(value, operand)) return false
    return operator === '$gt' ? order > 0 : operator === '$gte' ? order >= 0 : operator === '$lt' ? order < 0 : order <= 0
  })
}

export function compareDocs(sort: readonly FieldOrder[]): (one: Doc, other: Doc) => number {
  return (one, other) => {
    for (const { path, descending } of sort) {
      const order = compareValues(at(one, path), at(other, path))
      if (order !== 0) return descending ? -order : order
    }
    return 0
  }
}

const word = fc.constantFrom('a', 'ab', 'b', 'é', '\uffee', '😀', 'a\0b', '')
const scalar: fc.Arbitrary<unknown> = fc.oneof(
  fc.integer({ min: -3, max: 3 }),
  fc.constantFrom(0.5, -0.5, 1e300, -1e300),
  word,
  fc.constantFrom<unknown>(null, true, false, { $date: '2026-01-01T00:00:00.000Z' }, { $date: '2025-06-01T00:00:00.000Z' }),
)

export const doc: fc.Arbitrary<Doc> = fc.record(
  {
    a: scalar,
    b: fc.integer({ min: 0, max: 2 }),
    n: fc.record({ c: scalar }, { requiredKeys: [] }),
    tags: fc.array(word, { maxLength: 3 }),
  },
  { requiredKeys: [] },
)

const ordered = fc.oneof(fc.integer({ min: -3, max: 3 }), word, fc.constant({ $date: '2025-12-01T00:00:00.000Z' }))
const operator = fc.oneof(
  fc.record({ $gt: ordered }),
  fc.record({ $gte: ordered }),
  fc.record({ $lt: ordered }),
  fc.record({ $gte: fc.integer({ min: -2, max: 1 }), $lt: fc.integer({ min: 0, max: 3 }) }),
  fc.record({ $in: fc.array(scalar, { maxLength: 4 }) }),
  fc.record({ $prefix: word }),
  fc.record({ $exists: fc.boolean() }),
)
const condition: fc.Arbitrary<Where> = fc.oneof(
  fc.record({ a: fc.oneof(scalar, operator) }),
  fc.record({ b: fc.oneof(fc.integer({ min: 0, max: 2 }), operator) }),
  fc.record({ 'n.c': fc.oneof(scalar, operator) }),
  fc.record({
    tags: fc.oneof(fc.record({ $contains: fc.oneof(word, fc.record({ $prefix: word })) }), fc.record({ $exists: fc.boolean() })),
  }),
  fc.record({ a: scalar, b: fc.integer({ min: 0, max: 2 }) }),
)

export const where: fc.Arbitrary<Where> = fc.oneof(
  { weight: 4, arbitrary: condition },
  { weight: 1, arbitrary: fc.constant({}) },
  { weight: 2, arbitrary: fc.record({ $or: fc.array(condition, { minLength: 1, maxLength: 3 }) }) },
  { weight: 1, arbitrary: fc.record({ $and: fc.array(condition, { minLength: 1, maxLength: 3 }) }) },
)

const order = fc.record({ path: fc.constantFrom('a', 'b', 'n.c'), descending: fc.boolean() })
export const sort = fc.uniqueArray(order, { maxLength: 3, selector: ({ path }) => path })

type Index = NonNullable<CollectionDefinitionInput['indexes']>[number]
const up = (path: string) => ({ path })
const down = (path: string) => ({ path, descending: true })
const pool: Index[] = [
  { name: 'a', fields: [up('a')] },
  { name: 'a-down', fields: [down('a')] },
  { name: 'a-sparse', fields: [up('a')], sparse: true },
  { name: 'b-a', fields: [up('b'), up('a')] },
  { name: 'b-a-down', fields: [up('b'), down('a')] },
  { name: 'a-b-c', fields: [down('a'), up('b'), up('n.c')] },
  { name: 'c', fields: [down('n.c')] },
  { name: 'tags', fields: [up('tags')], multi: true },
  { name: 'tags-b', fields: [down('tags'), up('b')], multi: true },
]

export const indexes: fc.Arbitrary<Index[]> = fc.subarray(pool, { minLength: 2, maxLength: 5 })
