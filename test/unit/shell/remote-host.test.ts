import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { parseEvent } from '../../../src/contract/event-stream.ts'
import { silentLog } from '../../../src/main/base/log.ts'
import { RemoteHost } from '../../../src/main/shell/remote-host.ts'

interface Seen {
  method: string
  url: string
  headers: IncomingMessage['headers']
  body: string
}

type Answer = (seen: Seen, response: ServerResponse) => void

const call = { requestId: 'r1' }

/** Another process's host: a real server on a real socket, whose answers the test gives. */
describe('a host in another process', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hf-remote-'))
  const socket = join(folder, 's')
  let server: Server
  let answers: Record<string, Answer>
  let seen: Seen[]
  let streams: ServerResponse[]
  let host: RemoteHost

  const listen = (): Promise<void> => {
    server = createServer((request, response) => void take(request, response))
    return new Promise((resolve, reject) => server.once('error', reject).listen(socket, resolve))
  }
  const stopListening = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  async function take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let body = ''
    for await (const piece of request) body += piece
    const one = { method: request.method ?? '', url: request.url ?? '', headers: request.headers, body }
    if (one.url === '/api/events') {
      streams.push(response)
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(`: hello ${request.headers['last-event-id'] ?? 'new'}\n\n`)
    }
    seen.push(one)
    if (one.url === '/api/events') return
    const answer = answers[`${one.method} ${one.url.split('?')[0]}`]
    if (answer) answer(one, response)
    else json(404, { code: 'not_found', title: 'Nothing here', detail: 'No such path.', status: 404, retryable: false })(one, response)
  }
  const json =
    (status: number, value: unknown): Answer =>
    (_seen, response) => {
      response.writeHead(status, { 'content-type': status < 400 ? 'application/json' : 'application/problem+json' })
      response.end(JSON.stringify(value))
    }
  const calls = () => seen.filter(({ url }) => url !== '/api/events' && url !== '/api/status')

  beforeEach(async () => {
    answers = { 'GET /api/status': json(200, { version: '0.1.0' }) }
    seen = []
    streams = []
    await listen()
    host = await RemoteHost.connect({ endpoint: { kind: 'socket', path: socket }, log: silentLog })
  })
  afterEach(async () => {
    await host.close()
    await stopListening()
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  test('answers queries from the table of the contract, without a token', async () => {
    answers['GET /api/backups'] = json(200, { items: [], next: null })
    expect(await host.invoke('backups.list', { limit: 5 }, call)).toEqual({ ok: true, value: { items: [], next: null } })
    expect(calls()[0]).toMatchObject({ url: '/api/backups?limit=5' })
    expect(calls()[0]?.headers.authorization).toBeUndefined()
  })

  test('escapes what stands in a path and in a query', async () => {
    answers['POST /api/backups/a%2Fb/restore'] = json(202, { id: 'j1' })
    expect(await host.invoke('backups.restore', { id: 'a/b' }, call)).toEqual({ ok: true, value: { id: 'j1' } })
    expect(calls()[0]?.body).toBe('{}')
    answers['DELETE /api/data'] = json(202, { id: 'j2' })
    await host.invoke('records.deletePrefix', { prefix: 'a+b c', dryRun: true }, call)
    expect(calls()[1]?.url).toBe('/api/data?prefix=a%2Bb+c&dryRun=true')
  })

  test('reads a record as the first of its prefix, and knows when it is another one', async () => {
    const item = { key: 'a', version: 'v1', value: 1, encoding: 'json' }
    answers['GET /api/data'] = json(200, { items: [item], next: null })
    expect(await host.invoke('records.get', { key: 'a' }, call)).toEqual({ ok: true, value: item })
    answers['GET /api/data'] = json(200, { items: [{ ...item, key: 'ab' }], next: null })
    expect(await host.invoke('records.get', { key: 'a' }, call)).toMatchObject({ ok: false, error: { code: 'not_found' } })
  })

  test('writes the bytes of a value, whole, with its conditions', async () => {
    answers['PUT /api/data/..%2Fx'] = (_seen, response) => response.writeHead(201, { 'holdfast-version': 'v9' }).end()
    const input = { key: '../x', value: 'grüße', encoding: 'text', ifAbsent: true, ttlSeconds: 60, durability: 'committed' }
    expect(await host.invoke('records.put', input, call)).toEqual({ ok: true, value: { key: '../x', version: 'v9', created: true } })
    expect(calls()[0]).toMatchObject({ method: 'PUT', body: 'grüße' })
    expect(calls()[0]?.headers).toMatchObject({
      'if-none-match': '*',
      'holdfast-ttl': '60',
      'holdfast-durability': 'committed',
      'content-type': 'text/plain; charset=utf-8',
    })
  })

  test('writes and deletes on a version as an atomic batch of one', async () => {
    answers['POST /api/batch'] = json(200, { results: [{ status: 200, version: 'v2' }] })
    const put = await host.invoke('records.put', { key: 'a', value: { b: 1 }, ifVersion: 'v1' }, call)
    expect(put).toEqual({ ok: true, value: { key: 'a', version: 'v2', created: false } })
    expect(JSON.parse(calls()[0]?.body ?? '')).toEqual({
      atomic: true,
      operations: [{ op: 'put', key: 'a', value: { b: 1 }, encoding: 'json', ifVersion: 'v1' }],
    })
    answers['POST /api/batch'] = json(200, { results: [{ status: 404, error: { code: 'not_found', detail: 'gone' } }] })
    expect(await host.invoke('records.delete', { key: 'a' }, call)).toMatchObject({ ok: false, error: { code: 'not_found' } })
  })

  test('sends the lines of an import as the body and the rest as the query', async () => {
    answers['POST /api/import'] = json(200, { imported: 0, failed: 0, errors: [] })
    const reply = await host.invoke('records.import', { ndjson: '{}\n{', firstLine: 101, existing: 'stop' }, call)
    expect(reply).toMatchObject({ ok: true, value: { imported: 0 } })
    expect(calls().at(-1)).toMatchObject({ url: '/api/import?firstLine=101&existing=stop', body: '{}\n{' })
  })

  test('keeps the code, the facts and the incident of a refusal', async () => {
    const problem = {
      code: 'precondition_failed',
      title: 'Changed',
      detail: 'The record has changed.',
      status: 412,
      retryable: false,
      index: 0,
    }
    answers['POST /api/batch'] = json(412, problem)
    expect(await host.invoke('records.delete', { key: 'a', ifVersion: 'v1' }, call)).toEqual({
      ok: false,
      error: { code: 'precondition_failed', message: 'The record has changed.', retryable: false, details: { index: 0 } },
    })
    answers['GET /api/jobs'] = (_seen, response) => response.writeHead(500).end('<html>')
    expect(await host.invoke('jobs.list', {}, call)).toMatchObject({ ok: false, error: { code: 'unavailable' } })
  })

  test('a health that is bad is an answer and not a failure', async () => {
    answers['GET /api/health'] = (_seen, response) =>
      response.writeHead(503, { 'content-type': 'application/json' }).end(JSON.stringify({ status: 'critical', checks: [] }))
    expect(await host.invoke('health.get', {}, call)).toEqual({ ok: true, value: { status: 'critical', checks: [] } })
  })

  test('has no operations but those of the contract', async () => {
    expect(await host.invoke('toString', {}, call)).toMatchObject({ ok: false, error: { code: 'not_found' } })
  })

  test('a cancelled call ends at once', async () => {
    answers['GET /api/jobs'] = () => {}
    const controller = new AbortController()
    const reply = host.invoke('jobs.list', {}, call, controller.signal)
    await expect.poll(() => calls().length).toBe(1)
    controller.abort()
    expect(await reply).toMatchObject({ ok: false, error: { code: 'cancelled' } })
  })

  test('tells events, says when the host is lost and when it is back, and goes on behind the last event', async () => {
    const told: unknown[] = []
    host.subscribe(
      (event) => told.push(event.id),
      (state) => told.push(state),
    )
    await expect.poll(() => streams.length).toBe(1)
    streams[0]?.write('id: b-4\nevent: records\ndata: {"keys":["a"]}\n\n: heartbeat\n\nid: b-5\nevent: jo')
    streams[0]?.write('bs\ndata: {"id":"j"}\n\n')
    await expect.poll(() => told).toEqual(['connected', 'b-4', 'b-5'])

    await stopListening()
    await expect.poll(() => told.at(-1)).toBe('lost')
    expect(await host.invoke('status.get', {}, call)).toMatchObject({ ok: false, error: { code: 'unavailable', retryable: true } })

    await listen()
    await expect.poll(() => told.at(-1), { timeout: 10_000 }).toBe('connected')
    expect(seen.filter(({ url }) => url === '/api/events').at(-1)?.headers['last-event-id']).toBe('b-5')
  })

  test('is refused with a sentence when nobody listens', async () => {
    const connecting = RemoteHost.connect({ endpoint: { kind: 'socket', path: join(folder, 'nobody') }, log: silentLog })
    await expect(connecting).rejects.toMatchObject({ code: 'unavailable', message: expect.stringContaining('nobody') })
  })
})

describe('a block of the event stream', () => {
  test('that is cut or foreign means that anything may have changed', () => {
    expect(parseEvent('id: b-1\nevent: records\ndata: {"ke')).toEqual({ id: 'b-1', event: 'reset', data: {} })
  })

  test('that is a comment, or of a kind that is not known, means nothing', () => {
    expect(parseEvent(': heartbeat')).toBeUndefined()
    expect(parseEvent('event: weather\ndata: {}')).toBeUndefined()
  })
})
