import { describe, expect, test } from 'vitest'
import { type Where, whereSchema } from '../../../src/contract/index.ts'
import { holds, parseWhere } from '../../../src/main/collections/where.ts'

const parsed = (json: string) => {
  const read = whereSchema.safeParse(JSON.parse(json))
  return read.success ? parseWhere(read.data) : read.error.issues[0]
}

const refusals: readonly (readonly [what: string, where: string, field: string])[] = [
  ['an unknown operator', '{"age":{"$ge":5}}', 'where.age.$ge'],
  ['an operator as the name of a field', '{"$gt":5}', 'where.$gt'],
  ['a misspelt connection', '{"$orr":[{"age":5}]}', 'where.$orr'],
  ['an empty $or', '{"$or":[]}', 'where.$or'],
  ['an empty $and', '{"$and":[]}', 'where.$and'],
  ['an $or that is no list', '{"$or":{"age":5}}', 'where.$or'],
  ['an $or of something else than conditions', '{"$or":[5]}', 'where.$or[0]'],
  ['a name behind an operator', '{"age":{"$gt":5,"unit":"years"}}', 'where.age.unit'],
  ['a name before an operator', '{"age":{"unit":"years","$gt":5}}', 'where.age'],
  ['a name beside $contains', '{"tags":{"$contains":"a","unit":1}}', 'where.tags'],
  ['an unknown operator in $contains', '{"tags":{"$contains":{"$like":"a"}}}', 'where.tags.$contains.$like'],
  ['an operator deep in a value', '{"address":{"city":{"$in":["Rome"]}}}', 'where.address'],
  ['an operator in a list of values', '{"age":{"$in":[1,{"$gt":5}]}}', 'where.age.$in[1]'],
  ['$in without a list', '{"age":{"$in":5}}', 'where.age.$in'],
  ['$exists with a text', '{"age":{"$exists":"no"}}', 'where.age.$exists'],
  ['$prefix with a number', '{"age":{"$prefix":5}}', 'where.age.$prefix'],
  ['an order of what has none', '{"age":{"$gt":null}}', 'where.age.$gt'],
  ['a date that is none', '{"at":{"$date":"yesterday"}}', 'where.at.$date'],
  ['a whole number that is none', '{"n":{"$in":[{"$bigint":5}]}}', 'where.n.$in[0].$bigint'],
]

describe('a query', () => {
  test.each(refusals)('is refused for %s, with its place', (_what, where, field) => {
    let refused: unknown
    try {
      parsed(where)
    } catch (error) {
      refused = error
    }
    expect(refused).toMatchObject({ code: 'invalid_request', details: { field } })
  })

  test.each(['[]', '[{"age":5}]', '"age"', 'null', '{"__proto__":{"age":5}}', '{"__proto__":5,"age":5}'])(
    'is refused for the conditions %s, which would else be passed over',
    (where) => {
      expect(whereSchema.safeParse(JSON.parse(where)).success).toBe(false)
    },
  )

  test('finds an object with the name of an operator by $eq, and a date that could not be kept by null', () => {
    const rule = { $gt: 5 }
    expect(holds(parseWhere({ rule: { $eq: rule } }), { rule })).toBe(true)
    expect(holds(parseWhere({ at: { $date: null } } satisfies Where), { at: { $date: null } })).toBe(true)
  })
})
