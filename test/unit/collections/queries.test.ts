import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { HoldfastError } from '../../../src/main/base/errors.ts'
import { spanOf } from '../../../src/main/persistence/indexes/index-plan.ts'
import type { GenerationalStore } from '../../../src/main/persistence/record-store.ts'
import { CollectionsOf } from '../../support/collections.ts'
import { commit, put, remove, StoreHome } from '../../support/stores.ts'

let home: StoreHome
let store: GenerationalStore
let collections: CollectionsOf
beforeEach(async () => {
  home = await StoreHome.make()
  store = await home.open()
  collections = new CollectionsOf(store, home.clock)
})
afterEach(() => home.remove())

const json = (key: string, value: unknown) => put(key, JSON.stringify(value), { contentType: 'application/json' })
const index = (name: string, ...paths: string[]) => ({ name, fields: paths.map((path) => ({ path })) })
const people = (more: object = {}) => ({ name: 'people', prefix: 'p:', ...more })

describe('a query', () => {
  const readings = (indexes: object[]) => ({ name: 'readings', prefix: 'r:', indexes }) as never

  it('that nobody waits for any more is ended', async () => {
    await collections.define(readings([]))
    await commit(store, ...Array.from({ length: 3000 }, (_, n) => json(`r:${n}`, { n })))
    const gone = new AbortController()
    const reads = vi.spyOn(store, 'page')
    const counting = collections.manager.query({ name: 'readings', limit: 100, count: true, explain: false }, gone.signal)
    gone.abort(new HoldfastError('cancelled', 'The client went away.'))
    await expect(counting).rejects.toMatchObject({ code: 'cancelled' })
    expect(reads.mock.calls.length).toBeLessThan(3)
  })

  it('looks at what it gives and no more, and says so', async () => {
    await collections.define(readings([index('sensor', 'sensor', 'at')]))
    await commit(store, ...Array.from({ length: 60 }, (_, n) => json(`r:${n}`, { sensor: `s${n % 3}`, at: n })))
    await collections.build()
    const found = await collections.query('readings', {
      where: { sensor: 's1', at: { $gte: 30 } },
      sort: [{ path: 'at', descending: true }],
      limit: 5,
      select: ['at'],
    })
    expect(found.items.map(({ value }) => value)).toEqual([58, 55, 52, 49, 46].map((at) => ({ at })))
    expect(found.explain).toMatchObject({
      plan: 'index',
      indexes: ['sensor'],
      range: 'sensor = "s1", at ≥ 30',
      sorted: 'by index',
      returned: 5,
    })
    expect(found.explain?.examined).toBe(5)
    expect(found.warnings).toEqual([])
    const either = await collections.query('readings', { where: { $or: [{ sensor: 's1' }, { sensor: 's2', at: 5 }] } })
    expect(either).toMatchObject({ explain: { plan: 'union', examined: 21, returned: 21 } })
  })

  it('without an index answers, and names the one that would help', async () => {
    await collections.define(readings([]))
    for (let n = 0; n < 5; n++) await commit(store, json(`r:${n}`, { sensor: 's', at: n }))
    const found = await collections.query('readings', { where: { sensor: 's' }, sort: [{ path: 'at', descending: true }] })
    expect(found.items.map(({ key }) => key)).toEqual(['r:4', 'r:3', 'r:2', 'r:1', 'r:0'])
    const helpful = [
      { path: 'sensor', descending: false },
      { path: 'at', descending: true },
    ]
    expect(found).toMatchObject({ warnings: [{ code: 'full_scan', index: helpful }], explain: { plan: 'scan', sorted: 'in memory' } })
  })

  it('stops where it has looked at as much as it may: with a page to go on from, or a clear refusal', async () => {
    const few = new CollectionsOf(store, home.clock, { maxExamined: 300 })
    await few.define(readings([]))
    await commit(store, ...Array.from({ length: 600 }, (_, n) => json(`r:${String(n).padStart(3, '0')}`, { at: n })))
    const page = await few.query('readings', { where: { at: 599 } })
    expect(page).toMatchObject({ items: [], next: expect.any(String), warnings: [{ code: 'full_scan' }, { code: 'ended_early' }] })
    expect((await few.all('readings', { where: { at: 599 } })).map(({ key }) => key)).toEqual(['r:599'])
    await expect(few.query('readings', { sort: [{ path: 'at', descending: false }] })).rejects.toMatchObject({ code: 'query_too_broad' })
    await expect(few.query('readings', { count: true })).rejects.toMatchObject({ code: 'query_too_broad' })
  })

  it('goes on behind its cursor while records come and go, and takes no other cursor', async () => {
    await collections.define(readings([index('at', 'at')]))
    await commit(store, ...Array.from({ length: 30 }, (_, n) => json(`r:${n}`, { at: n })))
    await collections.build()
    const wish = { where: { at: { $gte: 0 } }, sort: [{ path: 'at', descending: false }], limit: 10 }
    const first = await collections.query('readings', wish)
    await commit(store, json('r:new', { at: 5.5 }), remove('r:12'), remove('r:9'))
    const rest = await collections.query('readings', { ...wish, limit: 100, after: first.next ?? '' })
    expect(rest.items.map(({ key }) => key)).toEqual(Array.from({ length: 20 }, (_, n) => `r:${n + 10}`).filter((key) => key !== 'r:12'))
    expect(rest.next).toBeNull()
    await expect(collections.query('readings', { after: first.next ?? '' })).rejects.toMatchObject({ details: { field: 'after' } })
    await collections.define(readings([]))
    await expect(collections.query('readings', { ...wish, after: first.next ?? '' })).rejects.toMatchObject({ code: 'conflict' })
  })

  it.each([
    [{ $nor: [] }, 'where.$nor'],
    [{ a: { $regex: 'x' } }, 'where.a.$regex'],
    [{ a: { $gt: null } }, 'where.a.$gt'],
    [{ $or: [] }, 'where.$or'],
    [{ a: { $in: 5 } }, 'where.a.$in'],
    [{ 'a..b': 1 }, 'where.a..b'],
  ])('that says %j is told where it is wrong', async (where, field) => {
    await collections.define(readings([]))
    await expect(collections.query('readings', { where: where as never })).rejects.toMatchObject({
      code: 'invalid_request',
      details: { field },
    })
  })

  it('comes to its end page by page where records that were sorted go away before they are given', async () => {
    await collections.define(people())
    await commit(store, ...[1, 2, 3, 4, 5].map((n) => json(`p:${n}`, { n, room: 'one' })))
    const get = store.get.bind(store)
    vi.spyOn(store, 'get').mockImplementation((key) => (key === 'p:1' || key === 'p:4' ? undefined : get(key)))
    const sort = [{ path: 'room', descending: false }]
    expect((await collections.all('people', { sort, limit: 2 })).map(({ key }) => key)).toEqual(['p:2', 'p:3', 'p:5'])
  })

  it('reads large records by an index a few at a time, and each once', async () => {
    await collections.define(people({ indexes: [index('room', 'room')] }))
    await collections.build()
    const note = 'x'.repeat(400_000)
    const keys = Array.from({ length: 9 }, (_, n) => `p:${n}`)
    for (const key of keys) await commit(store, json(key, { room: 'one', note }))
    const collection = collections.manager.plan('people')
    const [plan] = collection.indexes
    if (plan === undefined) throw new Error('There is no index.')
    const hits = store.collections.scan({ collection, index: plan, ...spanOf(plan), reverse: false, limit: 100 })
    expect(hits.examined).toBe(3)
    const wish = { where: { room: 'one' }, limit: 4, select: ['room'] }
    expect((await collections.all('people', wish)).map(({ key }) => key)).toEqual(keys)
  })

  it('sorts dates, long integers and bytes as what they are, in JSON and in msgpack', async () => {
    await collections.define(readings([index('v', 'v')]))
    const msgpack = Buffer.from('81a176d6ff00000001', 'hex') // {v: timestamp 1970-01-01T00:00:01Z}
    await commit(
      store,
      json('r:big', { v: { $bigint: '9007199254740993' } }),
      json('r:less', { v: 9007199254740992 }),
      json('r:day', { v: { $date: '1969-12-31T00:00:00.000Z' } }),
      put('r:msgpack', msgpack, { contentType: 'application/msgpack' }),
      json('r:bytes', { v: { $binary: 'AA==' } }),
      json('r:text', { v: 'z' }),
    )
    await collections.build()
    const ordered = ['r:less', 'r:big', 'r:text', 'r:day', 'r:msgpack', 'r:bytes']
    expect(await collections.keys('readings', { sort: [{ path: 'v', descending: false }] })).toEqual(ordered)
    const since = await collections.query('readings', { where: { v: { $gte: { $date: '1970-01-01' } } } })
    expect(since.items).toMatchObject([{ key: 'r:msgpack', value: { v: { $date: '1970-01-01T00:00:01.000Z' } }, encoding: 'json' }])
  })
})
