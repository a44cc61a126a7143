import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type HttpClient, startTestHost, type TestHost } from '../../support/host.ts'

let started: TestHost
let api: HttpClient

beforeAll(async () => {
  started = await startTestHost()
  api = started.api
})
afterAll(() => started.close())

describe('a record over HTTP', () => {
  it('comes back as the very bytes, with its type and state', async () => {
    const value = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))
    const put = await api.put('/api/data/bytes', value, { 'content-type': 'image/x-test; a=b' })
    expect(put.status).toBe(201)
    expect(put.json()).toEqual({ key: 'bytes', version: expect.any(String), created: true })
    const got = await api.get('/api/data/bytes')
    expect(got.status).toBe(200)
    expect(got.bytes).toEqual(value)
    expect(got.headers).toMatchObject({
      'content-type': 'image/x-test; a=b',
      'content-length': '256',
      etag: put.headers.etag,
      'accept-ranges': 'bytes',
      'x-content-type-options': 'nosniff',
      'content-security-policy': 'sandbox',
      'holdfast-version': put.json().version,
    })
    expect(Date.parse(got.headers['last-modified'] ?? '')).not.toBeNaN()
    expect(new Date(String(got.headers['holdfast-created'])).toISOString()).toBe(got.headers['holdfast-created'])
    const head = await api.send('HEAD', '/api/data/bytes')
    expect(head.status).toBe(200)
    expect(head.bytes).toHaveLength(0)
    const { date: _, 'holdfast-request-id': id, ...same } = head.headers
    expect(got.headers).toMatchObject(same)
    expect(id).not.toBe(got.headers['holdfast-request-id'])
  })

  it('is octets when nothing else is said, and may be empty', async () => {
    expect((await api.put('/api/data/empty', '')).status).toBe(201)
    const got = await api.get('/api/data/empty')
    expect(got.bytes).toHaveLength(0)
    expect(got.headers['content-type']).toBe('application/octet-stream')
  })

  it('that is replaced answers 200 with another ETag', async () => {
    const first = await api.put('/api/data/r', '1')
    const second = await api.put('/api/data/r', '2')
    expect(second.status).toBe(200)
    expect(second.json()).toMatchObject({ created: false })
    expect(second.headers.etag).not.toBe(first.headers.etag)
  })

  it('is deleted once', async () => {
    await api.put('/api/data/d', '1')
    const deleted = await api.send('DELETE', '/api/data/d')
    expect(deleted.status).toBe(204)
    expect(deleted.bytes).toHaveLength(0)
    expect((await api.send('DELETE', '/api/data/d')).status).toBe(404)
    expect((await api.get('/api/data/d')).json()).toMatchObject({ code: 'not_found', status: 404, retryable: false })
  })

  it.each(['a/../b', 'a//b', '../..', 'x+y', 'x/', 'a.b..c', '~', 'a:b;c=d', 'a%3Fb', '%252e'])(
    'keeps the key %s as it is',
    async (raw) => {
      const key = decodeURIComponent(raw)
      expect((await api.put(`/api/data/${raw}`, raw)).json()).toMatchObject({ key })
      expect((await api.get(`/api/data/${raw}`)).text).toBe(raw)
      const list = (await api.get(`/api/data?prefix=${encodeURIComponent(key)}&limit=1`)).json<{ items: { key: string }[] }>()
      expect(list.items[0]?.key).toBe(key)
    },
  )

  it('may be gone after a while, and says when', async () => {
    await api.put('/api/data/ttl', 'x', { 'holdfast-ttl': '3600' })
    const got = await api.get('/api/data/ttl')
    const seconds = (Date.parse(String(got.headers['holdfast-expires'])) - Date.parse(String(got.headers['holdfast-updated']))) / 1000
    expect(seconds).toBeCloseTo(3600, -1)
    await api.put('/api/data/ttl', 'x')
    expect((await api.get('/api/data/ttl')).headers['holdfast-expires']).toBeUndefined()
  })

  it.each([
    [{ 'holdfast-ttl': '0' }, 400, 'Holdfast-TTL'],
    [{ 'holdfast-ttl': '-1' }, 400, 'Holdfast-TTL'],
    [{ 'holdfast-ttl': '1.5' }, 400, 'Holdfast-TTL'],
    [{ 'holdfast-ttl': '999999999999' }, 400, 'Holdfast-TTL'],
    [{ 'holdfast-durability': 'maybe' }, 400, 'Holdfast-Durability'],
    [{ 'content-type': 'x'.repeat(256) }, 400, 'Content-Type'],
    [{ 'content-range': 'bytes 0-1/2' }, 400, 'Content-Range'],
    [{ 'content-encoding': 'gzip' }, 415, 'Content-Encoding'],
  ])('is refused with %j', async (headers, status, field) => {
    const answer = await api.put('/api/data/refused', 'x', headers as unknown as Record<string, string>)
    expect(answer.status).toBe(status)
    expect(answer.json()).toMatchObject({ field })
    expect((await api.get('/api/data/refused')).status).toBe(404)
  })

  it('takes no query, and names what was asked', async () => {
    expect((await api.get('/api/data/bytes?x=1')).json()).toMatchObject({ code: 'invalid_request', unknown: ['x'] })
  })

  it('of 16 MiB is taken, of one byte more not', async () => {
    const largest = Buffer.alloc(16 * 1024 * 1024, 7)
    expect((await api.put('/api/data/large', largest)).status).toBe(201)
    expect((await api.get('/api/data/large')).bytes.equals(largest)).toBe(true)
    const tooLarge = await api.put('/api/data/larger', Buffer.concat([largest, Buffer.of(1)]))
    expect(tooLarge.status).toBe(413)
    expect(tooLarge.json()).toMatchObject({ code: 'too_large', limitBytes: largest.length })
    expect((await api.get('/api/data/larger')).status).toBe(404)
  })
})

describe('conditions over HTTP', () => {
  it('let one of two writers win', async () => {
    const { headers } = await api.put('/api/data/c', '1')
    const etag = String(headers.etag)
    const both = await Promise.all([api.put('/api/data/c', '2', { 'if-match': etag }), api.put('/api/data/c', '3', { 'if-match': etag })])
    expect(both.map(({ status }) => status).sort()).toEqual([200, 412])
  })

  it('of creation let one of many win', async () => {
    const all = await Promise.all(
      Array.from({ length: 8 }, (_, index) => api.put('/api/data/new', String(index), { 'if-none-match': '*' })),
    )
    expect(all.filter(({ status }) => status === 201)).toHaveLength(1)
    expect(all.filter(({ status }) => status === 412)).toHaveLength(7)
  })

  it.each(['"unknown"', '"a.b", "c.d"', 'W/"x"', 'unquoted', '*'])('If-Match: %s on no record is 412', async (condition) => {
    expect((await api.put('/api/data/absent', 'x', { 'if-match': condition })).status).toBe(412)
  })

  it('take a list, and never a weak tag', async () => {
    const etag = String((await api.put('/api/data/l', '1')).headers.etag)
    expect((await api.put('/api/data/l', '2', { 'if-match': `W/${etag}` })).status).toBe(412)
    expect((await api.put('/api/data/l', '2', { 'if-match': `"x", ${etag}` })).status).toBe(200)
    expect((await api.put('/api/data/l', '3', { 'if-match': '*' })).status).toBe(200)
  })

  it('guard a delete', async () => {
    const etag = String((await api.put('/api/data/g', '1')).headers.etag)
    await api.put('/api/data/g', '2')
    expect((await api.send('DELETE', '/api/data/g', { headers: { 'if-match': etag } })).status).toBe(412)
    expect((await api.send('DELETE', '/api/data/g', { headers: { 'if-match': '*' } })).status).toBe(204)
    expect((await api.send('DELETE', '/api/data/g', { headers: { 'if-match': etag } })).status).toBe(404)
  })

  it('spare a read what the client has', async () => {
    const { headers } = await api.put('/api/data/n', 'value')
    const etag = String(headers.etag)
    const got = await api.get('/api/data/n', { 'if-none-match': `"x", W/${etag}` })
    expect(got.status).toBe(304)
    expect(got.bytes).toHaveLength(0)
    expect(got.headers.etag).toBe(etag)
    const modified = String((await api.get('/api/data/n')).headers['last-modified'])
    expect((await api.get('/api/data/n', { 'if-modified-since': modified })).status).toBe(304)
    expect((await api.get('/api/data/n', { 'if-none-match': '"x"', 'if-modified-since': modified })).status).toBe(200)
    expect((await api.get('/api/data/n', { 'if-match': '"x"' })).status).toBe(412)
  })
})

describe('ranges over HTTP', () => {
  beforeAll(() => api.put('/api/data/range', '0123456789', { 'content-type': 'text/plain' }))

  it.each([
    ['bytes=0-0', 206, '0', 'bytes 0-0/10'],
    ['bytes=7-', 206, '789', 'bytes 7-9/10'],
    ['bytes=-3', 206, '789', 'bytes 7-9/10'],
    ['bytes=5-100', 206, '56789', 'bytes 5-9/10'],
    ['bytes=0-1,4-5', 200, '0123456789', undefined],
    ['chapters=1-2', 200, '0123456789', undefined],
  ])('%s', async (range, status, text, contentRange) => {
    const got = await api.get('/api/data/range', { range })
    expect(got.status).toBe(status)
    expect(got.text).toBe(text)
    expect(got.headers['content-range']).toBe(contentRange)
    expect(got.headers['content-length']).toBe(String(text.length))
  })

  it('outside of the value are 416 with its size', async () => {
    const got = await api.get('/api/data/range', { range: 'bytes=10-' })
    expect(got.status).toBe(416)
    expect(got.headers['content-range']).toBe('bytes */10')
    expect(got.json()).toMatchObject({ code: 'range_not_satisfiable' })
  })

  it('of another state are the whole value', async () => {
    const etag = String((await api.get('/api/data/range')).headers.etag)
    expect((await api.get('/api/data/range', { range: 'bytes=0-1', 'if-range': etag })).status).toBe(206)
    expect((await api.get('/api/data/range', { range: 'bytes=0-1', 'if-range': `W/${etag}` })).status).toBe(200)
    expect((await api.get('/api/data/range', { range: 'bytes=0-1', 'if-range': '"x"' })).status).toBe(200)
  })
})
