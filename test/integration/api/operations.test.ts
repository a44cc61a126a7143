import { pack, unpack } from 'msgpackr'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { errorCodes, problemSchema } from '../../../src/contract/index.ts'
import { type HttpClient, startTestHost, type TestHost } from '../../support/host.ts'

let started: TestHost
let api: HttpClient

beforeAll(async () => {
  started = await startTestHost()
  api = started.api
})
afterAll(() => started.close())

interface List {
  items: { key: string; value?: unknown; encoding?: string }[]
  next: string | null
}

async function finished(id: string) {
  await expect.poll(async () => (await api.get(`/api/jobs/${id}`)).json().state, { timeout: 20_000 }).toMatch(/succeeded|failed|cancelled/)
  return (await api.get(`/api/jobs/${id}`)).json()
}

describe('lists', () => {
  const keys = ['p:a', 'p:b c', 'p:b+c', 'p:é', 'p:日', 'p:🌍']
  beforeAll(async () => {
    for (const key of [...keys].reverse()) await api.post('/api/data', { key, value: { of: key } })
  })

  it('are in the order of UTF-8 bytes, page by page', async () => {
    const seen: string[] = []
    let after = ''
    for (;;) {
      const page = (await api.get(`/api/data?prefix=p%3A&limit=2${after}`)).json<List>()
      seen.push(...page.items.map(({ key }) => key))
      if (page.next === null) break
      after = `&after=${encodeURIComponent(page.next)}`
    }
    expect(seen).toEqual(keys)
    const reversed = (await api.get('/api/data?prefix=p:&reverse=true')).json<List>()
    expect(reversed.items.map(({ key }) => key)).toEqual([...keys].reverse())
  })

  it('decode their query as a form', async () => {
    expect((await api.get('/api/data?prefix=p:b+c')).json<List>().items.map(({ key }) => key)).toEqual(['p:b c'])
    expect((await api.get('/api/data?prefix=p:b%2Bc')).json<List>().items.map(({ key }) => key)).toEqual(['p:b+c'])
  })

  it('carry values when asked to', async () => {
    const [item] = (await api.get('/api/data?prefix=p:a&values=true')).json<List>().items
    expect(item).toMatchObject({ key: 'p:a', value: { of: 'p:a' }, encoding: 'json', contentType: 'application/json', size: 12 })
    expect((await api.get('/api/data?prefix=p:a')).json<List>().items[0]).not.toHaveProperty('value')
  })

  it.each(['limit=0', 'limit=1001', 'limit=two', 'values=yes', 'reverse=1', 'order=up', 'limit=1&limit=2', `prefix=${'x'.repeat(1025)}`])(
    'refuse %s',
    async (query) => {
      const answer = await api.get(`/api/data?${query}`)
      expect(answer.status).toBe(400)
      expect(answer.json()).toMatchObject({ code: 'invalid_request', field: query.split('=')[0] })
    },
  )
})

describe('records as JSON', () => {
  it('are stored as JSON text', async () => {
    const made = await api.post('/api/data', { key: 'j', value: { b: 1, a: [true, null] }, ttlSeconds: 60 })
    expect(made.status).toBe(201)
    const got = await api.get('/api/data/j')
    expect(got.text).toBe('{"b":1,"a":[true,null]}')
    expect(got.headers['content-type']).toBe('application/json')
    expect(got.headers.etag).toBe(made.headers.etag)
  })

  it('keep the digits of numbers that no double holds, in batches and imports too', async () => {
    const digits = '{"id":12345678901234567890,"at":[1763856000000000001,1e400]}'
    await api.post('/api/data', `{"key":"digits:1","value":${digits}}`)
    await api.post('/api/batch', `{"operations":[{"op":"put","key":"digits:2","value": ${digits}}]}`)
    await api.post('/api/import', `{"key":"digits:3","value":${digits}}\n`, { 'content-type': 'application/x-ndjson' })
    for (const key of ['digits:1', 'digits:2', 'digits:3']) expect((await api.get(`/api/data/${key}`)).text, key).toBe(digits)
  })

  it.each([
    ['{"key":"x"}', 400],
    ['{"value":1}', 400],
    ['{"key":"","value":1}', 400],
    ['{"key":"x","value":1,"ttl":5}', 400],
    ['{"key":"x","value":1', 400],
    ['[]', 400],
    ['', 400],
  ])('%s is refused', async (body, status) => {
    const answer = await api.post('/api/data', body)
    expect(answer.status).toBe(status)
    expect(answer.json()).toMatchObject({ code: 'invalid_request' })
  })

  it('are JSON by their type', async () => {
    expect((await api.post('/api/data', '{}', { 'content-type': 'text/plain' })).status).toBe(415)
    expect((await api.post('/api/data', '{"key":"t","value":1}', { 'content-type': 'application/json; charset=utf-8' })).status).toBe(201)
    expect((await api.post('/api/data', '{"key":"t","value":1}', {})).status).toBe(201)
    expect((await api.post('/api/data', '{"key":"t","value":1}', { 'content-encoding': 'gzip' })).status).toBe(415)
  })
})

describe('batches', () => {
  it('answer each operation in order', async () => {
    const operations = [
      { op: 'put', key: 'b:1', value: { n: 1 } },
      { op: 'put', key: 'b:2', value: '//79', encoding: 'base64' },
      { op: 'put', key: 'b:3', value: 'text', encoding: 'text' },
      { op: 'get', key: 'b:2' },
      { op: 'delete', key: 'b:1' },
      { op: 'get', key: 'b:1' },
      { op: 'delete', key: 'b:none' },
    ]
    const answer = await api.post('/api/batch', { atomic: true, operations })
    expect(answer.status).toBe(200)
    const { results } = answer.json<{ results: { status: number; value?: unknown; encoding?: string }[] }>()
    expect(results.map(({ status }) => status)).toEqual([201, 201, 201, 200, 204, 404, 404])
    expect(results[3]).toMatchObject({ value: '//79', encoding: 'base64' })
  })

  it('that are atomic apply nothing when one condition fails, and say which', async () => {
    const operations = [
      { op: 'put', key: 'b:whole', value: 1 },
      { op: 'put', key: 'b:refused', value: 1, ifVersion: 'nope' },
    ]
    const answer = await api.post('/api/batch', { operations })
    expect(answer.status).toBe(412)
    expect(answer.json()).toMatchObject({ code: 'precondition_failed', index: 1, key: 'b:refused' })
    expect((await api.get('/api/data/b:whole')).status).toBe(404)
  })

  it('that are not atomic answer 200 and a status each', async () => {
    const operations = [
      { op: 'put', key: 'b:part', value: 1 },
      { op: 'put', key: 'b:refused', value: 1, ifVersion: 'nope' },
    ]
    const { results } = (await api.post('/api/batch', { atomic: false, operations })).json<{
      results: { status: number; error?: unknown }[]
    }>()
    expect(results).toMatchObject([{ status: 201 }, { status: 412, error: { code: 'precondition_failed' } }])
    expect((await api.get('/api/data/b:part')).status).toBe(200)
  })

  it('that are malformed name the index; that are too long are 413', async () => {
    const malformed = await api.post('/api/batch', {
      operations: [
        { op: 'get', key: 'a' },
        { op: 'put', key: '', value: 1 },
      ],
    })
    expect(malformed.status).toBe(400)
    expect(malformed.json()).toMatchObject({ index: 1 })
    const notText = await api.post('/api/batch', { operations: [{ op: 'put', key: 'a', value: '%%', encoding: 'base64' }] })
    expect(notText.status).toBe(400)
    expect(notText.json()).toMatchObject({ index: 0 })
    const long = await api.post('/api/batch', { operations: Array.from({ length: 10_001 }, () => ({ op: 'get', key: 'a' })) })
    expect(long.status).toBe(413)
  })
})

describe('batches in msgpack', () => {
  const types = { 'content-type': 'application/msgpack', accept: 'application/msgpack' }
  const send = (operations: unknown[], headers: Record<string, string> = types) =>
    api.send('POST', '/api/batch', { headers, body: pack({ operations }) })

  it('store and give back bytes as they are, and answer in JSON to who does not ask', async () => {
    const bytes = Buffer.from([0, 255, 1])
    const answer = await send([
      { op: 'put', key: 'm:bytes', value: bytes },
      { op: 'put', key: 'm:json', value: { celsius: 21.5, tags: ['a'] } },
      { op: 'put', key: 'm:text', value: 'as it is', encoding: 'text' },
      { op: 'get', key: 'm:bytes' },
      { op: 'get', key: 'm:json' },
    ])
    expect(answer.status).toBe(200)
    expect(answer.headers['content-type']).toBe('application/msgpack')
    const { results } = unpack(answer.bytes) as { results: { status: number; value?: unknown; encoding?: string }[] }
    expect(results.map(({ status }) => status)).toEqual([201, 201, 201, 200, 200])
    expect(results[3]?.value).toEqual(bytes)
    expect(results[4]).toMatchObject({ value: { celsius: 21.5, tags: ['a'] }, encoding: 'json' })
    const stored = await api.get('/api/data/m:bytes')
    expect(stored.bytes).toEqual(bytes)
    expect(stored.headers['content-type']).toBe('application/octet-stream')
    expect((await api.get('/api/data/m:text')).text).toBe('as it is')
    const inJson = await send([{ op: 'get', key: 'm:bytes' }], { 'content-type': 'application/msgpack' })
    expect(inJson.json()).toMatchObject({ results: [{ value: 'AP8B', encoding: 'base64' }] })
  })

  it('have the limits and the refusals of JSON, as JSON', async () => {
    const malformed = await send([
      { op: 'get', key: 'a' },
      { op: 'put', key: 'b', value: [new Date(0)] },
    ])
    expect(malformed.status).toBe(400)
    expect(malformed.headers['content-type']).toBe('application/problem+json')
    expect(malformed.json()).toMatchObject({ code: 'invalid_request', index: 1 })
    const both = await send([{ op: 'put', key: 'b', value: Buffer.from([1]), encoding: 'base64' }])
    expect(both.json()).toMatchObject({ code: 'invalid_request', index: 0 })
    const condition = await send([{ op: 'put', key: 'b', value: 1, ifVersion: 'nope' }])
    expect(condition.json()).toMatchObject({ code: 'precondition_failed', index: 0 })
    const long = await send(Array.from({ length: 10_001 }, () => ({ op: 'get', key: 'a' })))
    expect(long.status).toBe(413)
    expect((await api.send('POST', '/api/data', { headers: types, body: pack({ key: 'a', value: 1 }) })).status).toBe(415)
  })
})

describe('import and export', () => {
  it('give back the same bytes', async () => {
    const lines = [
      '{"key":"e:1","value":{"a":1}}',
      '',
      '{"key":"e:2","value":"//79","encoding":"base64"}',
      'nonsense',
      '{"key":"e:3","value":"ü","encoding":"text"}',
    ]
    const report = await api.post('/api/import', lines.join('\n'), { 'content-type': 'application/x-ndjson' })
    expect(report.status).toBe(200)
    expect(report.json()).toMatchObject({ imported: 3, failed: 1, errors: [{ line: 4, code: 'invalid_request' }] })
    const first = await api.get('/api/export?prefix=e:')
    expect(first.headers['content-type']).toContain('application/x-ndjson')
    expect(first.text.trim().split('\n')).toHaveLength(3)
    await api.send('POST', '/api/import', { body: first.bytes, headers: { 'content-type': 'application/x-ndjson' } })
    expect((await api.get('/api/export?prefix=e:')).text).toBe(first.text)
  })

  it('leave, count or stop at keys that exist, as the query says', async () => {
    const ndjson = { 'content-type': 'application/x-ndjson' }
    const lines = '{"key":"x:1","value":"new"}\n{"key":"x:2","value":"new"}\n'
    await api.put('/api/data/x:1', 'old')
    const dry = await api.post('/api/import?existing=skip&dryRun=true', lines, ndjson)
    expect(dry.json()).toEqual({ imported: 1, created: 1, replaced: 0, skipped: 1, failed: 0, errors: [] })
    expect((await api.get('/api/data/x:2')).status).toBe(404)
    const stopped = await api.post('/api/import?existing=stop&firstLine=7', lines, ndjson)
    expect(stopped.status).toBe(409)
    expect(stopped.json()).toMatchObject({ code: 'conflict', line: 7, key: 'x:1', imported: 0 })
    expect((await api.post('/api/import?existing=skip', lines, ndjson)).json()).toEqual(dry.json())
    expect((await api.get('/api/data/x:1')).text).toBe('old')
    expect((await api.post('/api/import', lines, ndjson)).json()).toMatchObject({ imported: 2, created: 0, replaced: 2 })
    expect((await api.post('/api/import?existing=perhaps', lines, ndjson)).json()).toMatchObject({
      code: 'invalid_request',
      field: 'existing',
    })
  })

  it('are strict about what they are given', async () => {
    expect((await api.post('/api/import', '{}', { 'content-type': 'text/csv' })).status).toBe(415)
    expect((await api.post('/api/import', '{"key":"a","value":1}', { 'content-type': 'application/jsonl' })).status).toBe(200)
    expect((await api.get('/api/export?prefx=a')).status).toBe(400)
    expect((await api.send('HEAD', '/api/export')).status).toBe(200)
  })
})

describe('jobs over HTTP', () => {
  it('delete by prefix, after a look at how many', async () => {
    for (let index = 0; index < 5; index++) await api.put(`/api/data/del:${index}`, 'x')
    const look = await api.send('DELETE', '/api/data?prefix=del%3A&dryRun=true')
    expect(look.status).toBe(202)
    expect(await finished(String(look.json().id))).toMatchObject({
      kind: 'delete-prefix',
      state: 'succeeded',
      result: { matched: 5, deleted: 0 },
    })
    const run = await api.send('DELETE', '/api/data?prefix=del%3A')
    expect(await finished(String(run.json().id))).toMatchObject({ state: 'succeeded', result: { matched: 5, deleted: 5 } })
    expect((await api.get('/api/data?prefix=del:')).json<List>().items).toEqual([])
    const { items } = (await api.get('/api/jobs?limit=1')).json<{ items: { id: string }[] }>()
    expect(items[0]?.id).toBe(run.json().id)
    const again = await api.send('DELETE', `/api/jobs/${run.json().id}`)
    expect(again.status).toBe(409)
    expect(again.json()).toMatchObject({ code: 'job_finished' })
  })

  it('need a prefix to delete by', async () => {
    expect((await api.send('DELETE', '/api/data')).json()).toMatchObject({ code: 'invalid_request', field: 'prefix' })
  })

  it('back up, restore and undo, with and without a body', async () => {
    await api.put('/api/data/kept', 'before')
    const backup = await api.send('POST', '/api/backups')
    expect(backup.status).toBe(202)
    expect(await finished(String(backup.json().id))).toMatchObject({ kind: 'backup', state: 'succeeded' })
    const { items } = (await api.get('/api/backups')).json<{ items: { id: string }[] }>()
    const id = items[0]?.id
    expect((await api.get(`/api/backups/${id}`)).json()).toMatchObject({ id, state: 'verified' })
    expect(await finished(String((await api.post(`/api/backups/${id}/verify`, {})).json().id))).toMatchObject({ state: 'succeeded' })

    const old = await api.put('/api/data/kept', 'after')
    expect(await finished(String((await api.send('POST', '/api/backups/latest/restore')).json().id))).toMatchObject({ state: 'succeeded' })
    expect((await api.get('/api/data/kept')).text).toBe('before')
    expect((await api.put('/api/data/kept', 'x', { 'if-match': String(old.headers.etag) })).status).toBe(412)
    expect(await finished(String((await api.post('/api/restore/undo', {})).json().id))).toMatchObject({ state: 'succeeded' })
    expect((await api.get('/api/data/kept')).text).toBe('after')
  })

  it('refuse a body that asks for what there is not', async () => {
    expect((await api.post('/api/backups', { encrypt: true })).json()).toMatchObject({ code: 'invalid_request', unknown: ['encrypt'] })
    expect((await api.post('/api/backups/none/verify', {})).status).toBe(404)
    expect((await api.post('/api/backups/none/restore', { id: 'other' })).status).toBe(400)
  })
})

describe('what the host says of itself', () => {
  it('is its status, health, configuration and figures', async () => {
    const status = (await api.get('/api/status')).json()
    expect(status).toMatchObject({
      pid: process.pid,
      dataFolder: started.folder,
      socket: started.host.socket,
      url: started.host.url,
      store: { mode: 'running' },
    })
    expect((await api.get('/api/health')).json()).toMatchObject({ checks: expect.any(Array) })
    expect((await api.get('/api/config')).json()).toMatchObject({ file: null, entries: expect.any(Array) })
    expect((await api.get('/api/metrics/series?names=reads_per_second')).json()).toMatchObject({ stepSeconds: 1 })
    expect((await api.get('/metrics')).text).toContain('holdfast_operations_total')
    expect((await api.get('/api/openapi.json')).json()).toMatchObject({ openapi: '3.1.0' })
  })

  it('is nothing where there is nothing, and never a page', async () => {
    for (const path of [
      '/nope',
      '/api',
      '/api/',
      '/api/Data',
      '/api/data2',
      '/api/status/',
      '/API/status',
      '/api/%73tatus',
      '/index.html',
    ]) {
      const answer = await api.get(path)
      expect(answer.status, path).toBe(404)
      expect(answer.headers['content-type']).toBe('application/problem+json')
    }
  })

  it.each([
    ['POST', '/api/status'],
    ['PUT', '/api/data'],
    ['PATCH', '/api/data/x'],
    ['OPTIONS', '/api/data/x'],
    ['DELETE', '/api/backups'],
    ['GET', '/api/batch'],
    ['TRACE', '/metrics'],
  ])('%s %s does not exist, and the answer says what does', async (method, path) => {
    const answer = await api.send(method, path)
    expect(answer.status).toBe(405)
    expect(answer.headers.allow).toBeTruthy()
    expect(answer.json()).toMatchObject({ code: 'method_not_allowed' })
  })

  it('has HEAD wherever it has GET', async () => {
    for (const path of [
      '/api/status',
      '/api/health',
      '/api/data',
      '/api/jobs',
      '/api/backups',
      '/api/config',
      '/metrics',
      '/api/openapi.json',
      '/api/events',
    ]) {
      const answer = await api.send('HEAD', path)
      expect(answer.status, path).toBe(200)
      expect(answer.bytes).toHaveLength(0)
    }
  })

  it('is a problem in one form for every error', async () => {
    for (const answer of [
      await api.get('/nope'),
      await api.get('/api/data/'),
      await api.put('/api/data', ''),
      await api.get('/api/data?x=1'),
    ]) {
      const problem = problemSchema.parse(answer.json())
      expect(problem.status).toBe(answer.status)
      expect(errorCodes).toHaveProperty(problem.code)
      expect(answer.headers['holdfast-request-id']).toBeTruthy()
    }
  })
})
