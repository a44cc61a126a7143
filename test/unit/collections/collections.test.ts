import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { migrateCollection } from '../../../src/main/collections/migration-run.ts'
import { bytesOf, encodeOrdered } from '../../../src/main/persistence/indexes/index-order.ts'
import { encodeEntryValue, entryOf } from '../../../src/main/persistence/indexes/index-plan.ts'
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
