import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Job, OutputOf } from '../../../src/contract/index.ts'
import { type HttpClient, startTestHost, type TestHost } from '../../support/host.ts'

let started: TestHost
let api: HttpClient

beforeAll(async () => {
  started = await startTestHost()
  api = started.api
  const line = (key: string, value: unknown) => `${JSON.stringify({ key, value })}\n`
  const readings = Array.from({ length: 3000 }, (_, place) => line(`r:${String(place).padStart(4, '0')}`, { celsius: place / 10 }))
  const others = [line('r', 'also a record'), line('towns/上海', { name: 'Shanghai' }), line('towns/Zürich', { name: 'Zürich' })]
  await api.send('POST', '/api/import', { body: [...readings, ...others].join(''), headers: { 'content-type': 'application/x-ndjson' } })
})
afterAll(() => started.close())

async function finished(answer: { json<T>(): T }): Promise<Job> {
  const { id } = answer.json<Job>()
  await expect
    .poll(async () => (await api.get(`/api/jobs/${id}`)).json<Job>().state, { timeout: 20_000 })
    .toMatch(/succeeded|failed|cancelled/)
  return (await api.get(`/api/jobs/${id}`)).json<Job>()
}

describe('the tree', () => {
  it('has the next segments, their number of records, and the record of the same name', async () => {
    await expect
      .poll(async () => (await api.get('/api/tree')).json<OutputOf<'records.children'>>().items, { timeout: 20_000 })
      .toEqual([
        { id: 'r:', name: 'r:', prefix: 'r:', key: 'r', count: 3000, exact: true },
        { id: 'towns/', name: 'towns/', prefix: 'towns/', count: 2, exact: true },
      ])
  })

  it('goes on behind the last child of the page before', async () => {
    const first = (await api.get('/api/tree?prefix=r:&limit=2')).json<OutputOf<'records.children'>>()
    expect(first).toMatchObject({ items: [{ key: 'r:0000' }, { key: 'r:0001' }], next: 'r:0001' })
    const second = (await api.get('/api/tree?prefix=r:&limit=2&after=r:0001')).json<OutputOf<'records.children'>>()
    expect(second.items.map(({ key }) => key)).toEqual(['r:0002', 'r:0003'])
  })

  it('refuses too many delimiters', async () => {
    expect((await api.get('/api/tree?delimiters=abcdefghi')).status).toBe(400)
  })
})

describe('positions', () => {
  it('say which key stands where', async () => {
    await expect
      .poll(async () => (await api.get('/api/position?prefix=r:&rank=1234')).json())
      .toEqual({ key: 'r:1234', before: 1234, total: 3000, exact: true, complete: true })
    expect((await api.get('/api/position?prefix=r:&key=r:0500x')).json()).toMatchObject({ before: 501 })
  })
})

describe('a search', () => {
  it('is a job whose hits are listed by page', async () => {
    const job = await finished(await api.post('/api/search', { text: 'r:12', in: 'keys' }))
    expect(job).toMatchObject({ kind: 'search', state: 'succeeded', result: { found: 100, full: false } })
    const page = (await api.get(`/api/search/${job.id}?skip=99&limit=10`)).json<OutputOf<'records.searchHits'>>()
    expect(page).toMatchObject({ items: [{ key: 'r:1299' }], found: 100, state: 'done' })
  })

  it('finds text in values', async () => {
    const job = await finished(await api.post('/api/search', { text: 'zürich', in: 'values' }))
    const { items } = (await api.get(`/api/search/${job.id}`)).json<OutputOf<'records.searchHits'>>()
    expect(items).toMatchObject([{ key: 'towns/Zürich', snippet: { text: '{"name":"Zürich"}', from: 9, to: 15 } }])
  })

  it('that is not kept is not found', async () => {
    expect((await api.get('/api/search/nothing')).status).toBe(404)
  })

  it('refuses a pattern that is none', async () => {
    const answer = await api.post('/api/search', { text: '(', mode: 'regex' })
    expect(answer.status).toBe(400)
    expect(answer.json()).toMatchObject({ code: 'invalid_request', field: 'text' })
  })

  it('says why it ended when its pattern takes too long', async () => {
    await api.post('/api/data', { key: `${'a'.repeat(60)}!`, value: 1 })
    const job = await finished(await api.post('/api/search', { text: '^(a+)+$', mode: 'regex' }))
    expect(job).toMatchObject({ state: 'failed', error: { code: 'invalid_request' } })
    expect((await api.get(`/api/search/${job.id}`)).json()).toMatchObject({
      state: 'stopped',
      problem: expect.stringContaining('it takes too long'),
    })
  })
})

describe('a bulk change', () => {
  it('of nothing named, or of two things, is refused', async () => {
    expect((await api.post('/api/bulk', { action: 'delete' })).status).toBe(400)
    expect((await api.post('/api/bulk', { action: 'delete', prefix: 'r:', keys: ['r'] })).status).toBe(400)
    expect((await api.post('/api/bulk', { action: 'ttl', prefix: 'r:' })).status).toBe(400)
  })

  it('counts first, then changes what a search has found', async () => {
    const search = await finished(await api.post('/api/search', { text: 'r:00*', mode: 'glob' }))
    const dryRun = await finished(await api.post('/api/bulk', { action: 'delete', searchId: search.id, dryRun: true }))
    expect(dryRun).toMatchObject({ kind: 'bulk-check', result: { matched: 100, changed: 0 } })
    const run = await finished(await api.post('/api/bulk', { action: 'delete', searchId: search.id }))
    expect(run).toMatchObject({ kind: 'bulk-delete', result: { matched: 100, changed: 100, skipped: 0 } })
    const count = await finished(await api.post('/api/count', { prefix: 'r:' }))
    expect(count.result).toMatchObject({ records: 2900 })
  })

  it('gives records of a prefix a life', async () => {
    await finished(await api.post('/api/bulk', { action: 'ttl', prefix: 'towns/', ttlSeconds: 3600 }))
    const { items } = (await api.get('/api/data?prefix=towns/')).json<OutputOf<'records.list'>>()
    expect(items.every(({ expiresAt }) => expiresAt !== undefined)).toBe(true)
  })

  it('takes as many keys as the contract says', async () => {
    const keys = Array.from({ length: 10_000 }, (_, place) => `${'absent'.repeat(20)}:${place}`)
    const job = await finished(await api.post('/api/bulk', { action: 'delete', keys, dryRun: true }))
    expect(job.result).toMatchObject({ matched: 0 })
  })
})
