import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { HeldLock } from '../../../src/contract/index.ts'
import { type HttpClient, RawConnection, startTestHost, type TestHost } from '../../support/host.ts'

let started: TestHost
let api: HttpClient
const open = () => RawConnection.open(started.host.socket)
const port = () => Number(new URL(String(started.host.url)).port)

beforeAll(async () => {
  started = await startTestHost()
  api = started.api
  await api.put('/api/data/known', 'value')
})
afterAll(() => started.close())

/** Sends the text, and gives what came until the connection was closed. */
async function answerTo(text: string | Uint8Array, end = false): Promise<string> {
  const raw = await open()
  raw.send(text)
  if (end) raw.socket.end()
  await raw.ended
  return raw.received
}

const request = (line: string, headers: readonly string[] = [], body = '') => [line, 'Host: holdfast', ...headers, '', body].join('\r\n')
const closing = 'Connection: close'

describe('what is no request', () => {
  it.each([
    ['nonsense', 'hello\r\n\r\n'],
    ['the beginning of TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n'],
    ['a NUL in a header', request('GET /api/health HTTP/1.1', ['X: a\0b'])],
    ['a NUL in the target', request('GET /api/data/a\0b HTTP/1.1')],
    ['a header over two lines', request('GET /api/health HTTP/1.1', ['X: a', ' b'])],
    ['a header without a name', request('GET /api/health HTTP/1.1', [': b'])],
    ['a space before the colon', request('PUT /api/data/s HTTP/1.1', ['Content-Length : 3'], 'abc')],
    ['an unknown version', request('GET /api/health HTTP/3.0')],
    ['a length and chunks', request('PUT /api/data/s HTTP/1.1', ['Content-Length: 3', 'Transfer-Encoding: chunked'], '0\r\n\r\n')],
    ['two lengths', request('PUT /api/data/s HTTP/1.1', ['Content-Length: 3', 'Content-Length: 4'], 'abcd')],
    ['a length with a sign', request('PUT /api/data/s HTTP/1.1', ['Content-Length: +3'], 'abc')],
    ['a length that is none', request('PUT /api/data/s HTTP/1.1', ['Content-Length: 3x'], 'abc')],
    ['another transfer encoding', request('PUT /api/data/s HTTP/1.1', ['Transfer-Encoding: gzip, chunked'], '0\r\n\r\n')],
    [
      'two transfer encodings',
      request('PUT /api/data/s HTTP/1.1', ['Transfer-Encoding: chunked', 'Transfer-Encoding: chunked'], '0\r\n\r\n'),
    ],
    ['a chunk size that is none', request('PUT /api/data/s HTTP/1.1', ['Transfer-Encoding: chunked'], 'zz\r\nabc\r\n0\r\n\r\n')],
    ['two hosts', request('GET /api/health HTTP/1.1', ['Host: other', closing])],
    ['no host', `GET /api/health HTTP/1.1\r\n${closing}\r\n\r\n`],
  ])('is answered as a problem and stores nothing: %s', async (_what, text) => {
    const answer = await answerTo(text)
    expect(answer).toMatch(/^HTTP\/1\.1 400 /)
    expect(answer).toContain('application/problem+json')
    expect(answer).toContain('"code":"invalid_request"')
    expect((await api.get('/api/data/s')).status).toBe(404)
  })

  it('is told as 431 when its headers are too large or too many', async () => {
    expect(await answerTo(request('GET /api/health HTTP/1.1', [`X: ${'a'.repeat(20_000)}`]))).toMatch(/^HTTP\/1\.1 431 /)
    const many = Array.from({ length: 120 }, (_, index) => `X${index}: a`)
    expect(await answerTo(request('GET /api/health HTTP/1.1', [...many, closing]))).toMatch(/^HTTP\/1\.1 431 /)
  })

  it.each([
    ['raw UTF-8 in a key', Buffer.from(request('GET /api/data/温度 HTTP/1.1')), '%20'],
    ['a blank in a key', request('GET /api/data/a b HTTP/1.1'), '%20'],
    ['a method that HTTP does not know', request('FETCH /api/data/a HTTP/1.1'), 'method'],
    ['a method in small letters', request('get /api/data/a HTTP/1.1'), 'capitals'],
  ])('says what to write instead of %s', async (_what, bytes, advice) => {
    const answer = await answerTo(bytes)
    expect(answer).toMatch(/^HTTP\/1\.1 400 /)
    expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n'))).detail).toContain(advice)
  })

  it('is no tunnel', async () => {
    expect(await answerTo(request('CONNECT example.com:443 HTTP/1.1'))).toMatch(/^HTTP\/1\.1 405 /)
  })

  it.each([
    ['If-Match', '"a"', 200],
    ['Holdfast-TTL', '5', 400],
    ['Content-Type', 'text/plain', 400],
    ['Range', 'bytes=0-1', 400],
  ])('given twice: %s', async (name, value, status) => {
    const answer = await answerTo(
      request('PUT /api/data/twice HTTP/1.1', [`${name}: ${value}`, `${name}: ${value}`, 'Content-Length: 1', closing], 'x'),
    )
    // A list may come in two lines; then both count, and none is the present state.
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status === 200 ? 412 : status} `))
  })
})

describe('bodies', () => {
  it('that are cut off store nothing, whether the client waits for the answer or not', async () => {
    const cut = request('PUT /api/data/cut HTTP/1.1', ['Content-Length: 10'], 'abc')
    expect(await answerTo(cut, true)).toMatch(/^HTTP\/1\.1 400 /)
    const raw = await open()
    raw.send(cut)
    raw.close()
    const chunked = await open()
    chunked.send(request('PUT /api/data/cut HTTP/1.1', ['Transfer-Encoding: chunked'], '5\r\nabcde\r\n'))
    chunked.close()
    await Promise.all([raw.ended, chunked.ended])
    expect((await api.get('/api/data/cut')).status).toBe(404)
  })

  it('in chunks are whole', async () => {
    const answer = await answerTo(
      request(
        'PUT /api/data/chunks HTTP/1.1',
        ['Transfer-Encoding: chunked', closing],
        '3\r\nabc\r\n2;x=y\r\nde\r\n0\r\nTrailer: z\r\n\r\n',
      ),
    )
    expect(answer).toMatch(/^HTTP\/1\.1 201 /)
    expect((await api.get('/api/data/chunks')).text).toBe('abcde')
  })

  it('that are announced as too large are refused before they come', async () => {
    const raw = await open()
    raw.send(request('PUT /api/data/huge HTTP/1.1', ['Content-Length: 99999999999', 'Expect: 100-continue']))
    expect(await raw.until(/\r\n\r\n\{.*\}/)).toMatch(/^HTTP\/1\.1 413 /)
    expect(raw.received).not.toContain('100 Continue')
    raw.close()
  })

  it('that grow too large are refused, and the client can read why', async () => {
    const raw = await open()
    raw.send(request('PUT /api/data/huge HTTP/1.1', ['Transfer-Encoding: chunked']))
    const chunk = Buffer.concat([Buffer.from('100000\r\n'), Buffer.alloc(0x100000, 120), Buffer.from('\r\n')])
    for (let count = 0; count < 24; count++) raw.send(chunk)
    raw.send('0\r\n\r\n')
    expect(await raw.until(/\r\n\r\n\{.*\}/)).toMatch(/^HTTP\/1\.1 413 /)
    await raw.ended
    expect((await api.get('/api/data/huge')).status).toBe(404)
  })

  it('are asked for with 100 Continue when all else is right', async () => {
    const raw = await open()
    raw.send(request('PUT /api/data/continue HTTP/1.1', ['Content-Length: 3', 'Expect: 100-continue', closing]))
    await raw.until(/100 Continue/)
    raw.send('abc')
    await raw.ended
    expect(raw.statuses).toEqual([100, 201])
    const refused = await open()
    refused.send(request('PUT /api/data/continue HTTP/1.1', ['Content-Length: 3', 'Expect: 100-continue', 'Holdfast-TTL: never']))
    await refused.until(/\r\n\r\n\{.*\}/)
    expect(refused.statuses).toEqual([400])
    refused.close()
  })

  it('a client that goes away gives up its place in a queue; one that only has closed its side gets its answer', async () => {
    const names = ['gate']
    const { id } = (await api.post('/api/locks', { names })).json<{ id: string }>()
    const waiting = async () => (await api.get('/api/locks')).json<{ items: HeldLock[] }>().items[0]?.waiting
    const ask = async (end: boolean) => {
      const raw = await RawConnection.open(started.host.socket)
      const body = JSON.stringify({ names, waitMs: 60_000 })
      raw.send(request('POST /api/locks HTTP/1.1', ['Content-Type: application/json', `Content-Length: ${body.length}`], body))
      if (end) raw.socket.end()
      return raw
    }
    const gone = await ask(false)
    await expect.poll(waiting).toBe(1)
    gone.close()
    await expect.poll(waiting).toBe(0)
    const patient = await ask(true)
    await expect.poll(waiting).toBe(1)
    // It is asked whether it is still there, and is.
    await patient.until(/HTTP\/1\.1 102 /)
    expect(await waiting()).toBe(1)
    await api.send('DELETE', `/api/locks/${id}`)
    await patient.until(/HTTP\/1\.1 201 [\s\S]*"gate"/)
    patient.close()
  })

  it('of a client that closes its side are still answered', async () => {
    expect(await answerTo(request('PUT /api/data/half HTTP/1.1', ['Content-Length: 3'], 'abc'), true)).toMatch(/^HTTP\/1\.1 201 /)
  })

  it('do not fill the memory with trees', async () => {
    const bomb = `{"key":"bomb","value":${'['.repeat(100_000)}${']'.repeat(100_000)}}`
    expect((await api.post('/api/data', bomb)).status).toBe(400)
    expect((await api.post('/api/batch', `{"operations":[${'{},'.repeat(20_000)}{}]}`)).status).toBe(413)
  })
})

describe('requests without waiting', () => {
  it('are answered in order, and a read sees the write before it', async () => {
    const put = request('PUT /api/data/order HTTP/1.1', ['Content-Length: 1'], '1')
    const get = request('GET /api/data/order HTTP/1.1')
    const last = request('GET /api/data/order HTTP/1.1', [closing])
    const raw = await open()
    raw.send(put + get + put.replace(/1$/, '2') + last)
    await raw.ended
    expect(raw.statuses).toEqual([201, 200, 200, 200])
    expect([...raw.received.matchAll(/\r\n\r\n([12])(?=HTTP|$)/g)].map((match) => match[1])).toEqual(['1', '2'])
  })

  it('before something that is none are answered first', async () => {
    const raw = await open()
    raw.send(
      `${request('PUT /api/data/first HTTP/1.1', ['Content-Length: 1'], 'x')}${request('GET /api/data/first HTTP/1.1')}nonsense\r\n\r\n`,
    )
    await raw.ended
    expect(raw.statuses).toEqual([201, 200, 400])
  })

  it('beyond what may be under way are told 429, each in its turn', async () => {
    const raw = await open()
    raw.send(request('GET /api/data/known HTTP/1.1').repeat(1100))
    raw.send(request('GET /api/data/known HTTP/1.1', [closing]))
    await raw.ended
    expect(raw.statuses).toHaveLength(1101)
    expect(new Set(raw.statuses)).toEqual(new Set([200, 429]))
    expect(raw.received).toMatch(/Retry-After: \d/)
  })
})

describe('many clients', () => {
  it('beyond the limit are told 503 and closed; those inside are served', async () => {
    const own = await startTestHost()
    try {
      const inside = await Promise.all(Array.from({ length: 256 }, () => RawConnection.open(own.host.socket)))
      const beyond = await RawConnection.open(own.host.socket)
      await beyond.ended
      expect(beyond.received).toMatch(/^HTTP\/1\.1 503 /)
      expect(beyond.received).toContain('"code":"too_many_connections"')
      expect(beyond.received).toMatch(/Retry-After: \d/)
      const [first] = inside
      first?.send(request('GET /api/health HTTP/1.1'))
      await first?.until(/^HTTP\/1\.1 200 /)
      for (const raw of inside) raw.close()
      await Promise.all(inside.map(({ ended }) => ended))
      await expect.poll(async () => (await own.api.get('/api/health').catch(() => ({ status: 0 }))).status).toBe(200)
    } finally {
      await own.close()
    }
  })

  it('that are slow keep nobody waiting', async () => {
    const slow = await Promise.all(Array.from({ length: 50 }, open))
    for (const raw of slow) raw.send(request('PUT /api/data/slow HTTP/1.1', ['Content-Length: 10000000'], 'x'))
    const stuck = await Promise.all(Array.from({ length: 50 }, open))
    for (const raw of stuck) raw.send('GET /api/hea')
    for (let index = 0; index < 20; index++) {
      expect((await api.put(`/api/data/quick:${index}`, 'x')).status).toBe(201)
      expect((await started.web.get(`/api/data/quick:${index}`)).text).toBe('x')
    }
    for (const raw of [...slow, ...stuck]) raw.close()
    await Promise.all([...slow, ...stuck].map(({ ended }) => ended))
    expect((await api.get('/api/data/slow')).status).toBe(404)
  })

  it('that never finish their headers are told 408', async () => {
    const raw = await open()
    raw.send('GET /api/health HT')
    await raw.ended
    expect(raw.received).toMatch(/^HTTP\/1\.1 408 /)
    expect(raw.received).toContain('"code":"request_timeout"')
  })

  it('that take no answer hold no more than their share', async () => {
    await api.put('/api/data/big', Buffer.alloc(16 * 1024 * 1024, 1))
    const greedy: RawConnection[] = []
    const takeAnAnswerAndNoMore = async () => {
      const raw = await open()
      greedy.push(raw)
      raw.send(request('GET /api/data/big HTTP/1.1'))
      await raw.until(/\r\n\r\n/)
      raw.socket.pause()
      return raw.statuses[0]
    }
    try {
      const statuses: (number | undefined)[] = []
      for (let count = 0; count < 20; count++) statuses.push(await takeAnAnswerAndNoMore())
      expect(statuses.slice(0, 16)).toEqual(Array(16).fill(200))
      expect(statuses.slice(16)).toEqual(Array(4).fill(429))
      expect((await api.get('/api/data/known')).status).toBe(200)
      expect((await api.get('/api/status')).status).toBe(200)
    } finally {
      for (const raw of greedy) raw.close()
    }
    await Promise.all(greedy.map(({ ended }) => ended))
    await expect.poll(async () => (await api.get('/api/data/big')).status, { timeout: 20_000 }).toBe(200)
  })

  it('that end in the middle of an import are told what of it stays, and nothing else', async () => {
    const lines = Array.from({ length: 1200 }, (_, index) => `{"key":"short:${index}","value":1}\n`).join('')
    const head = ['Content-Type: application/x-ndjson', `Content-Length: ${lines.length + 1}`]
    const answer = await answerTo(request('POST /api/import HTTP/1.1', head, lines), true)
    const problem = JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')))
    expect(problem).toMatchObject({ code: 'invalid_request', imported: 1000 })
    expect(problem.detail).toContain('1000 lines were imported')
    expect(problem.detail).not.toContain('nothing')
  })

  it('that go away end their import, and the good lines before it stay', async () => {
    const raw = await open()
    raw.send(request('POST /api/import HTTP/1.1', ['Content-Type: application/x-ndjson', 'Transfer-Encoding: chunked']))
    const lines = Buffer.from(Array.from({ length: 2000 }, (_, index) => `{"key":"gone:${index}","value":1}\n`).join(''))
    raw.send(Buffer.concat([Buffer.from(`${lines.length.toString(16)}\r\n`), lines, Buffer.from('\r\n')]))
    await expect.poll(async () => (await api.get('/api/data/gone:0')).status).toBe(200)
    raw.close()
    await raw.ended
    await wait(50)
    expect((await api.get('/api/health')).status).toBe(200)
  })
})

describe('the TCP door', () => {
  const ask = async (line: string, headers: readonly string[]) => {
    const raw = await RawConnection.open(port())
    raw.send([line, ...headers, closing, '', ''].join('\r\n'))
    await raw.ended
    return raw.statuses[0]
  }
  const own = () => `Host: 127.0.0.1:${port()}`
  const token = () => `Authorization: Bearer ${started.host.token}`

  it('lets in with the token, by any loopback name with the port', async () => {
    for (const name of ['127.0.0.1', 'localhost', 'LOCALHOST', '127.0.0.2', '[::1]']) {
      expect(await ask('GET /api/status HTTP/1.1', [`Host: ${name}:${port()}`, token()]), name).toBe(200)
    }
    expect(await ask('GET /api/status HTTP/1.1', [own(), `authorization: bearer ${started.host.token}`])).toBe(200)
  })

  it('lets nobody in under another name, with or without the token', async () => {
    for (const host of [
      'evil.example',
      `evil.example:${port()}`,
      '127.0.0.1',
      'localhost',
      `localhost:${port() + 1}`,
      `127.0.0.1.evil:${port()}`,
      `user@localhost:${port()}`,
    ]) {
      expect(await ask('GET /api/status HTTP/1.1', [`Host: ${host}`, token()]), host).toBe(403)
      expect(await ask('GET / HTTP/1.1', [`Host: ${host}`]), host).toBe(403)
    }
    expect(await ask('GET http://evil.example/api/status HTTP/1.1', [own(), token()])).toBe(403)
  })

  it('lets no page of another origin in', async () => {
    for (const origin of [
      'http://evil.example',
      'null',
      `https://127.0.0.1:${port()}`,
      `http://127.0.0.1:${port()}.evil.example`,
      `http://localhost:${port()}`,
    ]) {
      expect(await ask('GET /api/status HTTP/1.1', [own(), token(), `Origin: ${origin}`]), origin).toBe(403)
    }
    expect(await ask('GET /api/status HTTP/1.1', [own(), token(), `Origin: http://127.0.0.1:${port()}`])).toBe(200)
    expect(await ask('OPTIONS /api/data/x HTTP/1.1', [own(), 'Origin: http://evil.example', 'Access-Control-Request-Method: PUT'])).toBe(
      403,
    )
  })

  it('says without a token that somebody is here, and no more', async () => {
    const health = await started.web.get('/api/health', { authorization: '' })
    expect(health.status).toBe(401)
    const raw = await RawConnection.open(port())
    raw.send(['GET /api/health HTTP/1.1', own(), closing, '', ''].join('\r\n'))
    await raw.ended
    expect(raw.received).toMatch(/\{"status":"up"\}$/)
    for (const path of [
      '/api/status',
      '/api/data',
      '/api/data/known',
      '/api/events',
      '/api/export',
      '/metrics',
      '/api/openapi.json',
      '/nope',
      '/favicon.ico',
    ]) {
      expect(await ask(`GET ${path} HTTP/1.1`, [own()]), path).toBe(401)
    }
    for (const method of ['PUT', 'POST', 'DELETE', 'PATCH', 'OPTIONS']) {
      expect(await ask(`${method} /api/health HTTP/1.1`, [own()]), method).toBe(401)
      expect(await ask(`${method} / HTTP/1.1`, [own()]), method).toBe(401)
    }
  })

  it('lets in with no other token', async () => {
    const good = String(started.host.token)
    for (const given of ['x', good.slice(0, -1), `${good}x`, good.toUpperCase(), '']) {
      expect(await ask('GET /api/status HTTP/1.1', [own(), `Authorization: Bearer ${given}`]), given).toBe(401)
      expect(await ask('GET /api/health HTTP/1.1', [own(), `Authorization: Bearer ${given}`]), given).toBe(401)
    }
    expect(await ask('GET /api/status HTTP/1.1', [own(), `Authorization: Basic ${good}`])).toBe(401)
    expect(await ask('GET /api/status HTTP/1.1', [own(), `Cookie: token=${good}`])).toBe(401)
    const refused = await started.web.get('/api/status', { authorization: 'Bearer x' })
    expect(refused.headers['www-authenticate']).toContain('Bearer')
    expect(refused.headers['set-cookie']).toBeUndefined()
  })

  it.each([
    '/assets/..%2f..%2fpackage.json',
    '/assets/../../package.json',
    '/assets/%2e%2e/index.html',
    '/assets/.hidden',
    '/assets/a%00.js',
    '/assets/',
    '/assets//etc/passwd',
    '/assets/x.txt',
  ])('serves no file outside of the UI: %s', async (path) => {
    expect(await ask(`GET ${path} HTTP/1.1`, [own()])).toBe(404)
  })
})
