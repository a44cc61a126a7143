import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Collection, Job, Status } from '../../../src/contract/index.ts'
import { type HttpClient, startTestHost, type TestHost } from '../../support/host.ts'

let started: TestHost
let api: HttpClient

beforeAll(async () => {
  started = await startTestHost()
  api = started.api
})
afterAll(() => started.close())

const asJson = { 'content-type': 'application/json' }
const define = (name: string, definition: object) => api.put(`/api/collections/${name}`, JSON.stringify(definition), asJson)
const collection = async (name: string) => (await api.get(`/api/collections/${name}`)).json<Collection>()
const put = (key: string, value: unknown) => api.put(`/api/data/${key}`, JSON.stringify(value), asJson)
const query = (name: string, wish: object = {}) => api.post(`/api/collections/${name}/query`, wish)

async function whenReady(name: string): Promise<Collection> {
  for (;;) {
    const found = await collection(name)
    if (found.indexes.every(({ state }) => state !== 'building')) return found
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

async function ended(job: Job): Promise<Job> {
  for (;;) {
    const now = (await api.get(`/api/jobs/${job.id}`)).json<Job>()
    if (now.state !== 'queued' && now.state !== 'running') return now
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

const sensors = {
  prefix: 'sensor:',
  schema: { type: 'object', required: ['room'], properties: { room: { type: 'string' }, celsius: { type: 'number' } } },
  indexes: [
    { name: 'room', fields: [{ path: 'room' }, { path: 'celsius', descending: true }] },
    { name: 'serial', fields: [{ path: 'serial' }], unique: true, sparse: true },
  ],
}

describe('collections over HTTP', () => {
  it('has a name in any script, whichever way its letters are put together', async () => {
    const name = encodeURIComponent('温度.Gera\u0308t')
    expect((await define(name, { prefix: '温:' })).status).toBe(200)
    await put(encodeURIComponent('温:1'), { celsius: 21 })
    const composed = encodeURIComponent('温度.Ger\u00e4t')
    expect(await collection(composed)).toMatchObject({ name: '温度.Ger\u00e4t', prefix: '温:' })
    expect((await query(composed)).json<{ items: object[] }>().items).toMatchObject([{ key: '温:1' }])
    expect((await api.send('DELETE', `/api/collections/${name}`)).status).toBe(200)
    expect((await define(encodeURIComponent('🌡'), { prefix: 'x:' })).json()).toMatchObject({ code: 'invalid_request' })
  })

  it('are defined, built by a job, listed, queried and explained', async () => {
    for (let n = 0; n < 9; n++) await put(`sensor:${n}`, { room: `r${n % 3}`, celsius: n })
    const made = await define('sensors', sensors)
    expect(made.status).toBe(200)
    expect(made.json()).toMatchObject({ name: 'sensors', prefix: 'sensor:', indexes: [{ name: 'room' }, { name: 'serial' }] })
    expect(await whenReady('sensors')).toMatchObject({
      indexes: [
        { state: 'ready', entries: 9 },
        { state: 'ready', entries: 0 },
      ],
    })
    expect((await api.get('/api/collections')).json()).toMatchObject({ items: [{ name: 'sensors', records: 9 }] })
    const found = await query('sensors', { where: { room: 'r1' }, limit: 2, count: true, explain: true, select: ['celsius'] })
    expect(found.json()).toMatchObject({
      items: [
        { key: 'sensor:7', value: { celsius: 7 }, encoding: 'json' },
        { key: 'sensor:4', value: { celsius: 4 } },
      ],
      next: expect.any(String),
      count: 3,
      explain: { plan: 'index', indexes: ['room'], examined: 3, returned: 2 },
    })
    const rest = await query('sensors', { where: { room: 'r1' }, after: found.json().next })
    expect(rest.json()).toMatchObject({ items: [{ key: 'sensor:1' }], next: null })
    const jobs = (await api.get('/api/jobs')).json<{ items: Job[] }>().items.filter(({ kind }) => kind === 'index-build')
    // The indexes are ready a moment before it is over.
    expect(await Promise.all(jobs.map(ended))).toMatchObject([{ state: 'succeeded', result: { indexes: 2, records: 18 } }])
    const activity = (await api.get('/api/activity')).json<{ items: { action: string }[] }>().items.map(({ action }) => action)
    expect(activity).toEqual(expect.arrayContaining(['collection.changed', 'index.built']))
  })

  it('refuse what does not fit, through every door', async () => {
    const alone = await put('sensor:bad', { celsius: 1 })
    expect(alone.status).toBe(422)
    expect(alone.json()).toMatchObject({ code: 'schema_violation', key: 'sensor:bad', field: 'room', collection: 'sensors' })
    const good = { op: 'put', key: 'sensor:good', value: { room: 'x' } }
    const bad = { op: 'put', key: 'sensor:bad', value: { room: 5 } }
    const atomic = await api.post('/api/batch', { operations: [{ op: 'get', key: 'x' }, good, bad] })
    expect(atomic.status).toBe(422)
    expect(atomic.json()).toMatchObject({ code: 'schema_violation', index: 2 })
    const each = await api.post('/api/batch', { atomic: false, operations: [good, bad] })
    expect(each.json()).toMatchObject({ results: [{ status: 201 }, { status: 422, error: { code: 'schema_violation' } }] })
    const { id } = (await api.post('/api/transactions', {})).json<{ id: string }>()
    await api.post(`/api/transactions/${id}/write`, { operations: [bad] })
    expect((await api.post(`/api/transactions/${id}/commit`, {})).json()).toMatchObject({ code: 'schema_violation' })
    const line = (key: string, value: object) => JSON.stringify({ key, value })
    const lines = [
      line('sensor:i1', { room: 'a', serial: 's1' }),
      line('sensor:i2', { room: 7 }),
      line('sensor:i3', { room: 'a', serial: 's1' }),
      line('sensor:i4', { room: 'b' }),
    ]
    const imported = await api.send('POST', '/api/import', { body: lines.join('\n'), headers: { 'content-type': 'application/x-ndjson' } })
    expect(imported.json()).toMatchObject({
      imported: 2,
      failed: 2,
      errors: [
        { line: 2, code: 'schema_violation' },
        { line: 3, code: 'unique_violation' },
      ],
    })
    expect((await api.get('/api/data/sensor:bad')).status).toBe(404)
  })

  it('come back with a restore, whose database has no indexes until they are built', async () => {
    await ended((await api.post('/api/backups', {})).json<Job>())
    await put('sensor:later', { room: 'r1', celsius: 99 })
    const restored = await ended((await api.post('/api/backups/latest/restore', {})).json<Job>())
    expect(restored.state).toBe('succeeded')
    await whenReady('sensors')
    const found = await query('sensors', { where: { room: 'r1' }, explain: true })
    expect(found.json()).toMatchObject({
      items: [{ key: 'sensor:7' }, { key: 'sensor:4' }, { key: 'sensor:1' }],
      explain: { plan: 'index' },
    })
    await ended((await api.post('/api/restore/undo', {})).json<Job>())
    expect((await query('sensors', { where: { room: 'r1' }, explain: true })).json()).toMatchObject({
      items: [{ key: 'sensor:later' }, { key: 'sensor:7' }, { key: 'sensor:4' }, { key: 'sensor:1' }],
      explain: { plan: 'index' },
    })
  })

  it('are removed without their records', async () => {
    await define('old', { prefix: 'old:', indexes: [{ name: 'a', fields: [{ path: 'a' }] }] })
    await put('old:1', { a: 1 })
    expect((await api.send('DELETE', '/api/collections/old')).json()).toMatchObject({ name: 'old', prefix: 'old:', recordsKept: 1 })
    expect((await api.get('/api/data/old:1')).status).toBe(200)
    expect((await query('old')).status).toBe(404)
  })

  it('warn of an index that cannot be built, with what to do, until it is mended', async () => {
    const integrity = async () => (await api.get('/api/status')).json<Status>().health.checks?.find(({ id }) => id === 'integrity')
    const warned = { level: 'warning', code: 'index_failed', action: expect.stringContaining('holdfast collections rebuild twins by-') }
    const rebuild = async (index: string) => ended((await api.post(`/api/collections/twins/indexes/${index}/rebuild`, {})).json<Job>())
    for (const n of [1, 2]) await put(`twin:${n}`, { serial: 'same', text: 'x'.repeat(n * 1500) })
    const indexes = ['serial', 'text'].map((path) => ({ name: `by-${path}`, fields: [{ path }], unique: path === 'serial' }))
    await define('twins', { prefix: 'twin:', indexes })
    expect(await whenReady('twins')).toMatchObject({ indexes: [{ state: 'failed' }, { state: 'failed' }] })
    const reason = expect.stringMatching(
      /by-serial of the collection twins .*"twin:1" and "twin:2" have the same serial.* 1 more failed too/,
    )
    expect(await integrity()).toMatchObject({ ...warned, reason, facts: { collection: 'twins', index: 'by-serial', failed: 2 } })
    await put('twin:2', { serial: 'other', text: 'x'.repeat(3000) })
    expect((await rebuild('by-serial')).state).toBe('succeeded')
    expect(await integrity()).toMatchObject({
      ...warned,
      reason: expect.stringContaining('"twin:2" would have 3'),
      facts: { index: 'by-text' },
    })
    await put('twin:2', { serial: 'other', text: 'short' })
    expect((await rebuild('by-text')).state).toBe('succeeded')
    expect(await integrity()).not.toMatchObject({ code: 'index_failed' })
  })

  it('do not keep from coming back what was deleted before they changed: others come back, and it is said which cannot and why', async () => {
    const expiresOf = async (key: string) => (await api.get(`/api/data/${key}`)).headers['holdfast-expires']
    await put('back:old', { serial: 's0', size: 'large' })
    for (const n of [1, 2, 3]) await put(`back:${n}`, { serial: `s${n}`, size: n })
    await api.put('/api/data/back:short', '{"serial":"short","size":1}', { ...asJson, 'holdfast-ttl': '9000' })
    const taken = Array.from({ length: 12 }, (_, n) => `t${n}`)
    for (const serial of taken) await put(`back:${serial}`, { serial })
    const expiry = await expiresOf('back:short')
    const deletion = await ended((await api.send('DELETE', '/api/data?prefix=back:')).json<Job>())
    await define('back', {
      prefix: 'back:',
      schema: { type: 'object', properties: { size: { type: 'number' } } },
      indexes: [{ name: 'serial', fields: [{ path: 'serial' }], unique: true }],
      defaultTtlSeconds: 60,
    })
    await whenReady('back')
    await put('back:other', { serial: 's2', size: 0 })
    for (const serial of taken) await put(`back:x-${serial}`, { serial })

    const undo = await ended((await api.post(`/api/undo/${deletion.id}`, {})).json<Job>())
    const failure = { key: 'back:2', code: 'unique_violation', detail: expect.stringContaining('"back:other"') }
    expect(undo).toMatchObject({ state: 'succeeded', result: { restored: 4, failed: 13, failures: expect.arrayContaining([failure]) } })
    expect((await api.get('/api/data/back:old')).json()).toEqual({ serial: 's0', size: 'large' })
    const expiries = ['back:old', 'back:1', 'back:3', 'back:short'].map(expiresOf)
    expect(await Promise.all(expiries)).toEqual([undefined, undefined, undefined, expiry])
    expect(await expiresOf('back:other')).toBeDefined()
    const found = await query('back', { where: { serial: { $prefix: 's' } }, explain: true })
    expect(found.json()).toMatchObject({ explain: { plan: 'index', returned: 5 } })

    // Once nothing is in its way, the same undo brings it back too.
    for (const name of ['other', ...taken.map((serial) => `x-${serial}`)]) await api.send('DELETE', `/api/data/back:${name}`)
    const again = await ended((await api.post(`/api/undo/${deletion.id}`, {})).json<Job>())
    expect(again).toMatchObject({ state: 'succeeded', result: { undoes: deletion.id, restored: 13, left: 4, failed: 0 } })
    expect((await api.get('/api/data/back:2')).json()).toEqual({ serial: 's2', size: 2 })
  })

  it('leave their lifetime to records that a migration, or another type, writes again', async () => {
    await put('keep:1', { a: 1 })
    await put('keep:2', { a: 1 })
    await define('keep', { prefix: 'keep:', schemaVersion: 2, defaultTtlSeconds: 60 })
    await ended((await api.post('/api/collections/keep/migrate', {})).json<Job>())
    const amended = { key: 'keep:2', contentType: 'application/vnd.own+json' }
    expect((await api.send('PATCH', '/api/value', { body: JSON.stringify(amended), headers: asJson })).status).toBe(200)
    await put('keep:3', { a: 1 })
    const records = await Promise.all([1, 2, 3].map((n) => api.get(`/api/data/keep:${n}`)))
    expect(records.map(({ headers }) => 'holdfast-expires' in headers)).toEqual([false, false, true])
    expect(records[0]?.json()).toEqual({ a: 1, schemaVersion: 2 })
  })

  it('keep queries under names', async () => {
    const saved = { collection: 'sensors', where: { room: 'r1' }, sort: [{ path: 'celsius' }] }
    expect((await api.put('/api/queries/warm', JSON.stringify(saved), asJson)).json()).toMatchObject({ name: 'warm', limit: 100 })
    expect((await api.put('/api/queries/wrong', JSON.stringify({ ...saved, where: { $x: 1 } }), asJson)).status).toBe(400)
    expect((await api.get('/api/queries')).json()).toMatchObject({ items: [{ name: 'warm', ...saved, sort: [{ descending: false }] }] })
    await api.send('DELETE', '/api/queries/warm')
    expect((await api.get('/api/queries')).json()).toEqual({ items: [] })
    expect((await api.send('DELETE', '/api/queries/warm')).status).toBe(404)
  })

  it('are migrated by a job', async () => {
    await put('doc:1', { name: 'a' })
    await define('docs', { prefix: 'doc:', schemaVersion: 2, migrations: [{ to: 2, steps: [{ rename: { from: 'name', to: 'title' } }] }] })
    const job = await ended((await api.post('/api/collections/docs/migrate', {})).json<Job>())
    expect(job).toMatchObject({ state: 'succeeded', result: { records: 1, changed: 1 } })
    expect((await api.get('/api/data/doc:1')).json()).toEqual({ title: 'a', schemaVersion: 2 })
  })
})
