import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { HoldfastError } from '../../../src/main/base/errors.ts'
import { migrateCollection } from '../../../src/main/collections/migration-run.ts'
import { bytesOf, encodeOrdered } from '../../../src/main/persistence/indexes/index-order.ts'
import { encodeEntryValue, entryOf, spanOf } from '../../../src/main/persistence/indexes/index-plan.ts'
import { LmdbEnvironment } from '../../../src/main/persistence/lmdb-environment.ts'
import type { GenerationalStore } from '../../../src/main/persistence/record-store.ts'
import { CollectionsOf } from '../../support/collections.ts'
import { buildGeneration, commit, drain, put, remove, StoreHome, textOf } from '../../support/stores.ts'

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
const stateOf = (name: string) => collections.manager.get('people').indexes.find((one) => one.name === name)
const buildOne = (name: string) =>
  store.collections.build(collections.manager.indexId('people', name), { signal: new AbortController().signal, onSeen: () => {} })

describe('a unique index', () => {
  beforeEach(() => collections.define(people({ indexes: [{ ...index('mail', 'mail'), unique: true, sparse: true }] })))

  it('lets one of many writers at once have a value, whether it is drained or not', async () => {
    await collections.build()
    for (const isDrained of [false, true]) {
      const mail = `m${isDrained}`
      const writes = Array.from({ length: 20 }, (_, n) => commit(store, json(`p:${mail}${n}`, { mail })))
      const outcomes = await Promise.allSettled(writes)
      expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
      if (isDrained) await drain(store)
      await expect(commit(store, json('p:late', { mail }))).rejects.toMatchObject({
        code: 'unique_violation',
        details: { index: 0, key: 'p:late', other: `p:${mail}0`, indexName: 'mail' },
      })
    }
  })

  it('lets a value go on to another record, in one transaction too, and says nothing of records without it', async () => {
    await collections.build()
    await commit(store, json('p:1', { mail: 'a' }), json('p:2', { mail: 'b' }), json('p:3', {}), json('p:4', {}))
    await commit(store, json('p:1', { mail: 'b' }), json('p:2', { mail: 'a' }))
    await drain(store)
    await commit(store, remove('p:1'))
    await commit(store, json('p:5', { mail: 'b' }))
    await expect(commit(store, json('p:6', { mail: 'x' }), json('p:7', { mail: 'x' }))).rejects.toMatchObject({ code: 'unique_violation' })
    expect(await collections.keys('people', { where: { mail: { $exists: true } } })).toEqual(['p:2', 'p:5'])
  })

  it('lets the value of an expired record be taken', async () => {
    await commit(store, put('p:1', '{"mail":"a"}', { expiresAtMs: home.clock.wallMs() + 1000 }))
    await drain(store)
    home.clock.advance(1000)
    await commit(store, json('p:2', { mail: 'a' }))
    expect(await collections.keys('people', { where: { mail: 'a' } })).toEqual(['p:2'])
  })

  it('fails to be built over records that have the same, says which, and can be built once they differ', async () => {
    await collections.define(people())
    await commit(store, json('p:1', { mail: 'a' }), json('p:2', { mail: 'a' }))
    await collections.define(people({ indexes: [{ ...index('mail', 'mail'), unique: true }] }))
    await expect(buildOne('mail')).rejects.toMatchObject({ code: 'unique_violation', details: { key: 'p:1', other: 'p:2' } })
    expect(stateOf('mail')).toMatchObject({ state: 'failed', problem: expect.stringContaining('"p:2"') })
    // Nothing is refused on its account, and queries go another way.
    await commit(store, json('p:3', { mail: 'a' }))
    const found = await collections.query('people', { where: { mail: 'a' } })
    expect(found).toMatchObject({ explain: { plan: 'scan' }, warnings: [{ code: 'index_building' }, { code: 'full_scan' }] })
    await commit(store, json('p:2', { mail: 'b' }), json('p:3', { mail: 'c' }))
    await buildOne('mail')
    expect(stateOf('mail')).toMatchObject({ state: 'ready', entries: 3 })
  })
})

describe('a collection', () => {
  it('takes only what fits its schema, in whatever way it comes, and leaves what lies there', async () => {
    await commit(store, json('p:old', { age: 'seven' }))
    await collections.define(
      people({ schema: { type: 'object', required: ['age'], properties: { age: { type: 'number' } } }, id: { path: 'id' } }),
    )
    await commit(store, json('p:7', { id: 7, age: 1 }), json('q:1', 'anything'))
    const refused = async (key: string, value: unknown) => commit(store, json('p:1', { id: '1', age: 2 }), json(key, value))
    await expect(refused('p:2', { id: '2', age: 'x' })).rejects.toMatchObject({
      code: 'schema_violation',
      details: { index: 1, key: 'p:2', field: 'age', expected: 'number' },
    })
    await expect(refused('p:2', { id: '2' })).rejects.toMatchObject({ details: { field: 'age', expected: 'a value: it is missing' } })
    await expect(refused('p:2', { id: '3', age: 1 })).rejects.toMatchObject({ details: { field: 'id' } })
    await expect(refused('p:2', 'text')).rejects.toMatchObject({ code: 'schema_violation' })
    expect(store.get('p:1')).toBeUndefined()
    // The same bytes with another lifetime are no new record.
    await commit(store, put('p:old', '{"age":"seven"}', { expiresAtMs: home.clock.wallMs() + 1000 }))
  })

  it('gives records without a lifetime its own', async () => {
    await collections.define(people({ defaultTtlSeconds: 60 }))
    await commit(store, json('p:1', {}), put('p:2', '{}', { expiresAtMs: home.clock.wallMs() + 1000 }), json('q:1', {}))
    const lifeOf = (key: string) => (store.getMeta(key)?.expiresAtMs ?? Number.NaN) - home.clock.wallMs()
    expect([lifeOf('p:1'), lifeOf('p:2'), store.getMeta('q:1')?.expiresAtMs]).toEqual([60_000, 1000, null])
  })

  it('overlaps with no other, is changed only from the state that was seen, and leaves its records when it goes', async () => {
    const made = await collections.define(people({ ifVersion: null }))
    await expect(collections.define({ name: 'others', prefix: 'p:x' })).rejects.toMatchObject({ details: { field: 'prefix' } })
    await expect(collections.define(people({ ifVersion: null }))).rejects.toMatchObject({ code: 'precondition_failed' })
    await collections.define(people({ ifVersion: made.version, schema: { type: 'object' } }))
    await expect(collections.define(people({ schema: { type: 'objekt' } }))).rejects.toMatchObject({ details: { field: 'schema' } })
    await commit(store, json('p:1', {}))
    await collections.manager.remove({ name: 'people' })
    expect(textOf(store, 'p:1')).toBe('{}')
    expect(() => collections.manager.get('people')).toThrow(/no collection/)
    await commit(store, json('p:2', 'no object'))
  })

  it('of encrypted data gets an index only from those who know what it keeps readable', async () => {
    const encrypted = new CollectionsOf(store, home.clock, { isEncrypted: true })
    const wanted = people({ indexes: [index('mail', 'mail')] })
    await expect(encrypted.define(wanted)).rejects.toMatchObject({ code: 'plaintext_index', details: { fields: 'mail' } })
    await encrypted.define({ ...wanted, acceptPlaintextIndex: true })
    await encrypted.define({ ...wanted, defaultTtlSeconds: 5 })
  })
})

describe('an index', () => {
  const fill = async (from: number, to: number) => {
    await commit(store, ...Array.from({ length: to - from }, (_, n) => json(`p:${from + n}`, { n: (from + n) % 10, at: from + n })))
  }

  it('is built while records are written, changed and deleted', async () => {
    await fill(0, 300)
    await drain(store)
    await collections.define(people({ indexes: [index('n', 'n', 'at')] }))
    const building = buildOne('n')
    for (let n = 0; n < 300; n += 3) {
      await commit(store, json(`p:${n}`, { n: 99, at: n }), remove(`p:${n + 1}`), json(`p:new${n}`, { n: 7, at: -n }))
    }
    await building
    expect(stateOf('n')?.state).toBe('ready')
    await drain(store)
    const { all, sound } = collections.entries('people', 'n')
    expect([all, sound, stateOf('n')?.entries]).toEqual([300, 300, 300])
    expect(await collections.all('people', { where: { n: 99 } })).toHaveLength(100)
  })

  it('goes on to be built after a stop, and is refused a record that it cannot take before that is written', async () => {
    await fill(0, 1200)
    await collections.define(people({ indexes: [index('n', 'n')] }))
    const stop = new AbortController()
    const id = collections.manager.indexId('people', 'n')
    await expect(store.collections.build(id, { signal: stop.signal, onSeen: () => stop.abort() })).rejects.toMatchObject({
      code: 'cancelled',
    })
    await store.close()
    store = await home.open()
    collections = new CollectionsOf(store, home.clock)
    expect(stateOf('n')).toMatchObject({ state: 'building', entries: 500 })
    expect(await buildOne('n')).toEqual({ records: 700, entries: 1200 })
    await expect(commit(store, json('p:long', { n: 'x'.repeat(2000) }))).rejects.toMatchObject({
      code: 'index_key_too_long',
      details: { key: 'p:long', indexName: 'n' },
    })
  })

  it('is built anew in a generation that has none, and there again after an undo', async () => {
    await collections.define(people({ indexes: [index('n', 'n')] }))
    await fill(0, 10)
    await collections.build()
    const built = await buildGeneration(store, { 'p:1': '{"n":5}' })
    await store.switchGeneration({ id: built, reason: { kind: 'restore', backupId: 'b' } })
    // The built generation has no definitions: a backup brings its own.
    expect(store.collections.plans).toEqual([])
    await collections.define(people({ indexes: [index('n', 'n')] }))
    expect(await collections.query('people', { where: { n: 5 } })).toMatchObject({ items: [{ key: 'p:1' }], explain: { plan: 'scan' } })
    await collections.build()
    expect(await collections.query('people', { where: { n: 5 } })).toMatchObject({ items: [{ key: 'p:1' }], explain: { plan: 'index' } })
    const back = store.previousGeneration?.id ?? ''
    await store.switchGeneration({ id: back, reason: { kind: 'undo' } })
    expect(await collections.query('people', { where: { n: 5 } })).toMatchObject({ items: [{ key: 'p:5' }], explain: { plan: 'index' } })
  })

  it('whose entries are behind gives nothing wrong: an entry only leads to a record', async () => {
    await collections.define(people({ indexes: [{ ...index('n', 'n'), unique: true }] }))
    await commit(store, json('p:1', { n: 1 }))
    await collections.build()
    const [plan] = collections.manager.plan('people').indexes
    const folder = join(home.databaseFolder, store.figures().generation)
    await store.close()
    const environment = LmdbEnvironment.open(folder)
    const puts = ['p:1', 'p:gone'].map((key) => {
      const head = `${plan?.id}${encodeOrdered(2)}`
      return { key: bytesOf(entryOf(head, key)), value: encodeEntryValue(head) }
    })
    await environment.apply([], [], environment.state, [], { puts, removes: [] })
    await environment.close()
    store = await home.open()
    collections = new CollectionsOf(store, home.clock)
    expect(collections.entries('people', 'n')).toEqual({ all: 3, sound: 1 })
    expect(await collections.query('people', { where: { n: 2 } })).toMatchObject({ items: [], explain: { plan: 'index', examined: 2 } })
    expect(await collections.keys('people', { where: { n: { $gte: 0 } } })).toEqual(['p:1'])
    await commit(store, json('p:2', { n: 2 }))
  })

  it('that is not defined any more leaves nothing', async () => {
    await collections.define(people({ indexes: [index('n', 'n')] }))
    await fill(0, 20)
    await collections.build()
    const id = collections.manager.indexId('people', 'n')
    await collections.define(people())
    await store.collections.dropUnused(new AbortController().signal)
    expect(store.collections.marker(id)).toBeUndefined()
    await store.eraseTraces({ keepsPrevious: false })
    expect(await collections.all('people', {})).toHaveLength(20)
  })

  it('goes along when the database is written anew', async () => {
    await collections.define(people({ indexes: [index('n', 'n')] }))
    await fill(0, 20)
    await collections.build()
    await store.eraseTraces({ keepsPrevious: false })
    expect(collections.entries('people', 'n')).toEqual({ all: 20, sound: 20 })
    expect(stateOf('n')).toMatchObject({ state: 'ready', entries: 20 })
  })
})

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

describe('a record of an older schema version', () => {
  const definition = people({
    schemaVersion: 3,
    schema: { type: 'object', required: ['fullName'], properties: { age: { type: 'number' } } },
    migrations: [
      { to: 2, steps: [{ rename: { from: 'name', to: 'fullName' } }, { convert: { path: 'age', to: 'number' } }] },
      { to: 3, steps: [{ setDefault: { path: 'country', value: 'CN' } }, { remove: { path: 'fax' } }] },
    ],
    indexes: [index('age', 'age')],
  })

  it('is read, indexed and checked in the newest, and written so by a job', async () => {
    await commit(store, json('p:1', { name: 'Li', age: '40', fax: '1' }), json('p:2', { fullName: 'Wu', age: 30, schemaVersion: 2 }))
    await collections.define(definition)
    await collections.build()
    await commit(store, json('p:3', { name: 'Xu', age: '20' }))
    await expect(commit(store, json('p:4', { age: 1 }))).rejects.toMatchObject({ details: { field: 'fullName' } })
    const sort = [{ path: 'age', descending: false }]
    const newest = [
      { fullName: 'Xu', age: 20, country: 'CN', schemaVersion: 3 },
      { fullName: 'Wu', age: 30, country: 'CN', schemaVersion: 3 },
      { fullName: 'Li', age: 40, country: 'CN', schemaVersion: 3 },
    ]
    const values = async () => (await collections.query('people', { sort })).items.map(({ value }) => value)
    expect(await values()).toEqual(newest)
    const job = { id: 'j', signal: new AbortController().signal, log: undefined as never, report: () => {} }
    const deps = {
      commit: (operations: Parameters<typeof commit>[1][]) => commit(store, ...operations),
      pages: async function* () {
        yield store.page({ prefix: 'p:', limit: 100, reverse: false, values: true }).items
      },
    }
    const { stored } = collections.manager.plan('people')
    expect(await migrateCollection(deps as never, stored, job)).toEqual({ records: 3, changed: 3, left: 0, failed: 0 })
    expect(JSON.parse(textOf(store, 'p:1') ?? '')).toEqual(newest[2])
    expect(await values()).toEqual(newest)
    expect(await migrateCollection(deps as never, stored, job)).toMatchObject({ changed: 0 })
  })
})
