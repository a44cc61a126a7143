import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { EventStreamParser } from '../../../src/contract/event-stream.ts'
import type { ConnectionState, HoldfastEvent } from '../../../src/contract/index.ts'
import { createHttpBridge } from '../../../src/renderer/bridge/http-bridge.ts'
import { parsePastedToken, takeToken } from '../../../src/renderer/bridge/token.ts'

interface Seen {
  method: string
  url: string
  headers: IncomingMessage['headers']
  body: string
}

const servers: Server[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
})

/** A real server that answers as it is told, and what it was asked. */
async function host(answer: (request: Seen, response: ServerResponse) => void) {
  const seen: Seen[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const one = {
      method: request.method ?? '',
      url: request.url ?? '',
      headers: request.headers,
      body: Buffer.concat(chunks).toString('utf8'),
    }
    seen.push(one)
    answer(one, response)
  })
  servers.push(server)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const bridge = createHttpBridge({
    fetch: (input, init) => fetch(new URL(String(input), base), init),
    token: 'secret',
    minReconnectMs: 5,
    maxReconnectMs: 20,
  })
  return { bridge, seen }
}

const json = (response: ServerResponse, value: unknown, status = 200) => {
  response.writeHead(status, { 'content-type': status < 400 ? 'application/json' : 'application/problem+json' })
  response.end(JSON.stringify(value))
}

describe('the bridge over HTTP', () => {
  it('asks with the token, the query and the path of the contract', async () => {
    const { bridge, seen } = await host((_, response) => json(response, { items: [], next: null }))
    const reply = await bridge.invoke('records.list', { prefix: 'a b&c', after: '你', values: true })
    expect(reply).toEqual({ ok: true, value: { items: [], next: null } })
    expect(seen[0]?.headers.authorization).toBe('Bearer secret')
    const url = new URL(seen[0]?.url ?? '', 'http://x')
    expect(url.pathname).toBe('/api/data')
    expect(Object.fromEntries(url.searchParams)).toEqual({ prefix: 'a b&c', after: '你', values: 'true' })
  })

  it('puts path parameters into the path and the rest into the body', async () => {
    const { bridge, seen } = await host((_, response) => json(response, { id: 'j' }, 202))
    await bridge.invoke('backups.verify', { id: 'b/1' })
    expect(seen[0]).toMatchObject({ method: 'POST', url: '/api/backups/b%2F1/verify', body: '{}' })
  })

  it('reads a record from the raw door, whatever its key and bytes', async () => {
    const { bridge, seen } = await host((_, response) => {
      response.writeHead(200, {
        'content-type': 'application/json',
        'holdfast-version': 'v9',
        'holdfast-created': '2026-01-01T00:00:00.000Z',
        'last-modified': 'Thu, 01 Jan 2026 00:00:05 GMT',
        'holdfast-expires': '2026-01-02T00:00:00.000Z',
      })
      response.end('{"a":1}')
    })
    const reply = await bridge.invoke('records.get', { key: 'a/../b?c#d%+ 你' })
    expect(seen[0]?.url).toBe('/api/data/a%2F..%2Fb%3Fc%23d%25%2B%20%E4%BD%A0')
    expect(reply).toEqual({
      ok: true,
      value: {
        key: 'a/../b?c#d%+ 你',
        value: { a: 1 },
        encoding: 'json',
        version: 'v9',
        contentType: 'application/json',
        size: 7,
        createdAt: '2026-01-01T00:00:00.000Z',
        updatedAt: '2026-01-01T00:00:05.000Z',
        expiresAt: '2026-01-02T00:00:00.000Z',
      },
    })
  })

  it('asks for the same durability whether or not a write has a condition', async () => {
    const { bridge, seen } = await host((_, response) => json(response, { results: [{ status: 200, version: 'v2' }] }))
    await bridge.invoke('records.put', { key: 'k', value: 1, durability: 'committed', ifVersion: 'v1' })
    expect(JSON.parse(seen[0]?.body ?? '')).toMatchObject({ durability: 'committed', operations: [{ ifVersion: 'v1' }] })
    await bridge.invoke('records.put', { key: 'k', value: 1, durability: 'committed' })
    expect(seen[1]?.headers['holdfast-durability']).toBe('committed')
  })

  it('writes the bytes of a value with its type, its time to live and its condition', async () => {
    const { bridge, seen } = await host((_, response) => {
      response.writeHead(201, { 'holdfast-version': 'v1' })
      response.end()
    })
    const reply = await bridge.invoke('records.put', { key: 'k', value: 'aGk=', encoding: 'base64', ttlSeconds: 60, ifAbsent: true })
    expect(reply).toEqual({ ok: true, value: { key: 'k', version: 'v1', created: true } })
    expect(seen[0]).toMatchObject({ method: 'PUT', url: '/api/data/k', body: 'hi' })
    expect(seen[0]?.headers).toMatchObject({ 'content-type': 'application/octet-stream', 'holdfast-ttl': '60', 'if-none-match': '*' })
  })

  it('writes and deletes under a version as a batch of one', async () => {
    const { bridge, seen } = await host((_, response) => json(response, { results: [{ status: 200, version: 'v2' }] }))
    const put = await bridge.invoke('records.put', { key: 'k', value: 'x', encoding: 'text', contentType: 'text/csv', ifVersion: 'v1' })
    expect(put).toEqual({ ok: true, value: { key: 'k', version: 'v2', created: false } })
    expect(await bridge.invoke('records.delete', { key: 'k', ifVersion: 'v2' })).toEqual({ ok: true, value: {} })
    expect(seen.map(({ url }) => url)).toEqual(['/api/batch', '/api/batch'])
    expect(JSON.parse(seen[0]?.body ?? '')).toEqual({
      atomic: true,
      operations: [{ op: 'put', key: 'k', value: 'x', encoding: 'text', contentType: 'text/csv', ifVersion: 'v1' }],
    })
  })

  it('reaches the keys "." and "..", which no URL parser lets through', async () => {
    const { bridge, seen } = await host((request, response) =>
      request.method === 'GET'
        ? json(response, { items: [{ key: '..', value: 1 }], next: null })
        : json(response, { results: [{ status: 201, version: 'v' }] }),
    )
    expect(await bridge.invoke('records.get', { key: '..' })).toMatchObject({ ok: true, value: { key: '..' } })
    expect(await bridge.invoke('records.get', { key: '.' })).toMatchObject({ ok: false, error: { code: 'not_found' } })
    expect(await bridge.invoke('records.put', { key: '.', value: 1 })).toMatchObject({ ok: true, value: { created: true } })
    expect(seen.map(({ url }) => url.split('?')[0])).toEqual(['/api/data', '/api/data', '/api/batch'])
  })

  it('gives the code, the sentence and the facts of a problem', async () => {
    const { bridge } = await host((_, response) =>
      json(
        response,
        { code: 'too_large', title: 'T', detail: 'At most 16 MiB.', status: 413, retryable: false, incident: 'i1', limit: 16 },
        413,
      ),
    )
    expect(await bridge.invoke('records.put', { key: 'k', value: 1 })).toEqual({
      ok: false,
      error: { code: 'too_large', message: 'At most 16 MiB.', retryable: false, incident: 'i1', details: { limit: 16 } },
    })
  })

  it('sends the lines of an import as the body and the rest as the query', async () => {
    const { bridge, seen } = await host((_, response) => json(response, { imported: 1, failed: 1, errors: [] }))
    const reply = await bridge.invoke('records.import', { ndjson: '{}\n{\n', firstLine: 100, existing: 'skip', dryRun: true })
    expect(reply).toMatchObject({ ok: true, value: { imported: 1 } })
    expect(seen[0]).toMatchObject({ url: '/api/import?firstLine=100&existing=skip&dryRun=true', body: '{}\n{\n' })
    expect(seen[0]?.headers['content-type']).toBe('application/x-ndjson')
  })

  it('says that the host is not there, and that a call was cancelled', async () => {
    const bridge = createHttpBridge({ fetch: () => Promise.reject(new TypeError('refused')), token: 't' })
    expect(await bridge.invoke('status.get', {})).toMatchObject({ ok: false, error: { code: 'unavailable', retryable: true } })
    const hanging = await host(() => {})
    const reply = hanging.bridge.invoke('status.get', {}, 'r1')
    hanging.bridge.cancel('r1')
    expect(await reply).toMatchObject({ ok: false, error: { code: 'cancelled' } })
  })

  it('follows events, says when the connection is lost, and resumes after the last one', async () => {
    let connections = 0
    const { bridge, seen } = await host((_, response) => {
      connections++
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(`: hello\n\nid: b-${connections}\nevent: records\ndata: {"keys":["k${connections}"]}\n\n`)
      if (connections === 1) response.end()
    })
    const events: HoldfastEvent[] = []
    const states: ConnectionState[] = []
    await new Promise<void>((resolve) => {
      const stop = bridge.subscribe(
        (event) => {
          events.push(event)
          if (events.length < 2) return
          stop()
          resolve()
        },
        (state) => states.push(state),
      )
    })
    expect(events.map(({ data }) => data.keys)).toEqual([['k1'], ['k2']])
    expect(states).toEqual(['connected', 'lost', 'connected'])
    expect(seen[1]?.headers['last-event-id']).toBe('b-1')
  })
})

describe('a stream of events', () => {
  it('is read whole however it is cut', () => {
    const stream = ': beat\r\n\r\nid: 1\nevent: jobs\ndata: {"id":\ndata: "j"}\n\nevent: unknown\ndata: {}\n\nid: 2\nevent: reset\n\n'
    for (let cut = 1; cut < 20; cut++) {
      const parser = new EventStreamParser()
      const events: HoldfastEvent[] = []
      for (let at = 0; at < stream.length; at += cut) events.push(...parser.push(stream.slice(at, at + cut)))
      expect(events).toEqual([
        { id: '1', event: 'jobs', data: { id: 'j' } },
        { id: '2', event: 'reset', data: {} },
      ])
    }
  })
})

describe('the token', () => {
  const place = (hash: string, stored?: string) => {
    const kept = new Map(stored === undefined ? [] : [['holdfast.token', stored]])
    const addresses: string[] = []
    return {
      kept,
      addresses,
      place: {
        location: { hash, pathname: '/', search: '' },
        history: { replaceState: (_data: unknown, _title: string, url?: string | URL | null) => void addresses.push(String(url)) },
        storage: {
          getItem: (key: string) => kept.get(key) ?? null,
          setItem: (key: string, value: string) => void kept.set(key, value),
          removeItem: (key: string) => void kept.delete(key),
        },
      },
    }
  }

  it('is taken out of the address and kept for the tab', () => {
    const { place: browser, kept, addresses } = place('#token=abc%2Fdef')
    expect(takeToken(browser)).toBe('abc/def')
    expect(kept.get('holdfast.token')).toBe('abc/def')
    expect(addresses).toEqual(['/'])
  })

  it('is the kept one when the address is of a page', () => {
    expect(takeToken(place('#/data', 'kept').place)).toBe('kept')
    expect(takeToken(place('#/data').place)).toBeUndefined()
  })

  it('may be pasted alone or with its address', () => {
    expect(parsePastedToken(' http://127.0.0.1:7450/#token=abcdefgh \n')).toBe('abcdefgh')
    expect(parsePastedToken('abcdefgh12345678')).toBe('abcdefgh12345678')
    expect(parsePastedToken('http://127.0.0.1:7450/')).toBeUndefined()
    expect(parsePastedToken('two words')).toBeUndefined()
  })
})
