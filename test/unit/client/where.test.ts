import { expect, test } from 'vitest'
import { toSentWhere } from '../../../src/client/where.ts'

test.each([
  [{ owner: undefined }, 'where.owner'],
  [{ name: 'a', size: { $gt: undefined } }, 'where.size.$gt'],
  [{ $or: [{ name: 'a' }, { owner: undefined }] }, 'where.$or[1].owner'],
  [{ owner: { $in: ['a', undefined] } }, 'where.owner.$in[1]'],
])('a query with a condition that is undefined is refused, not sent without it: %o', (where, field) => {
  expect(() => toSentWhere(where)).toThrow(expect.objectContaining({ code: 'invalid_request', details: { field } }))
})

test('a query is sent with its dates and whole numbers as what they are', () => {
  const sent = toSentWhere({ at: { $gte: new Date(0) }, n: 5n, bytes: new Uint8Array([1]) })
  expect(sent).toEqual({ at: { $gte: { $date: '1970-01-01T00:00:00.000Z' } }, n: { $bigint: '5' }, bytes: { $binary: 'AQ==' } })
})
