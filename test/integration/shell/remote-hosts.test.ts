import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer as createHttpServer, type RequestListener, type Server } from 'node:http'
import { createServer, type Server as NetServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { systemClock } from '../../../src/main/base/clock.ts'
import { silentLog } from '../../../src/main/base/log.ts'
import { type Host, startHost } from '../../../src/main/host.ts'
import { probeHost } from '../../../src/main/shell/probe-host.ts'
import { type RemoteEndpoint, readAddress } from '../../../src/main/shell/remote-endpoint.ts'
import { RemoteHost } from '../../../src/main/shell/remote-host.ts'

const call = { requestId: 'r1' }

describe('a real host of another process, by its socket and its address', () => {
  const root = mkdtempSync(join(tmpdir(), 'hf-rh-'))
  const cleanups: (() => unknown)[] = []
  let folders = 0

  const start = async (): Promise<Host> => {
    const host = await startHost({
      dataFolder: join(root, `data-${++folders}`),
      configFile: null,
      http: { host: '127.0.0.1', port: 0 },
      usualHttp: 'off',
      clock: systemClock,
    })
    cleanups.unshift(() => host.close(0))
    return host
  }
  const addressOf = (host: Host, token = host.token ?? ''): RemoteEndpoint => ({ kind: 'address', url: new URL(host.url ?? ''), token })
  const connect = async (endpoint: RemoteEndpoint, limits?: { queryMs: number; commandMs: number }) => {
    const remote = await RemoteHost.connect({ endpoint, log: silentLog, ...(limits && { limits }) })
    cleanups.unshift(() => remote.close())
    return remote
  }
  const listen = async <S extends Server | NetServer>(server: S): Promise<RemoteEndpoint> => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    cleanups.unshift(() => {
      server.close()
      if ('closeAllConnections' in server) server.closeAllConnections()
    })
    return { kind: 'address', url: new URL(`http://127.0.0.1:${(server.address() as { port: number }).port}`), token: 'a-token-of-a-host' }
  }
  const answering = (listener: RequestListener) => listen(createHttpServer(listener))

  afterEach(async () => {
    for (const clean of cleanups.splice(0)) await clean()
  })
  afterAll(() => rmSync(root, { recursive: true, force: true }))

  test.each(['socket', 'address'] as const)('reads, writes and hears of changes through the %s', async (way) => {
    const host = await start()
    const remote = await connect(way === 'socket' ? { kind: 'socket', path: host.socket } : addressOf(host))
    const events: string[] = []
    remote.subscribe(
      (event) => events.push(event.event),
      () => {},
    )
    await expect
      .poll(async () => (await remote.invoke('records.put', { key: 'a', value: 1 }, call)).ok && events.includes('records'))
      .toBe(true)
    expect(await remote.invoke('records.get', { key: 'a' }, call)).toMatchObject({ ok: true, value: { key: 'a', value: 1 } })
  })

  test('a wrong token is refused at once, and said', async () => {
    const host = await start()
    await expect(connect(addressOf(host, 'not-the-token-at-all'))).rejects.toMatchObject({ code: 'unauthenticated' })
    expect(await probeHost(addressOf(host, 'not-the-token-at-all'))).toMatchObject({ kind: 'wrong-token' })
    expect(await probeHost(addressOf(host, ''))).toMatchObject({ kind: 'needs-token' })
  })

  test('the test says which host it is', async () => {
    const host = await start()
    for (const endpoint of [addressOf(host), { kind: 'socket', path: host.socket } as const]) {
      expect(await probeHost(endpoint)).toMatchObject({ kind: 'ok', dataFolder: host.dataFolder })
    }
  })

  test('the test tells apart why there is no host', async () => {
    expect(await probeHost({ kind: 'socket', path: join(root, 'nobody.sock') })).toMatchObject({ kind: 'unreachable', reason: 'ENOENT' })
    const web = await answering((_request, response) => response.end('<html>hello</html>'))
    expect(await probeHost(web)).toMatchObject({ kind: 'not-holdfast' })
    const mute = await listen(createServer((socket) => socket.on('error', () => {})))
    expect(await probeHost(mute, 200)).toMatchObject({ kind: 'unreachable', reason: 'ETIMEDOUT, 0.2 s' })
    const mail = await listen(createServer((socket) => socket.on('error', () => {}).end('220 mail ready\r\n')))
    expect(await probeHost(mail)).toMatchObject({ kind: 'not-holdfast' })
    const later = await answering((_request, response) => response.end(JSON.stringify({ version: '9.0.0', dataFolder: '/srv' })))
    expect(await probeHost(later)).toMatchObject({ kind: 'other-version', version: '9.0.0' })
    const moved = await answering((_request, response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end())
    expect(await probeHost(moved)).toMatchObject({ kind: 'not-holdfast' })
  })

  test.skipIf(process.getuid?.() === 0)('a socket that this user may not use is refused, which is not the same as absent', async () => {
    const host = await start()
    chmodSync(host.socket, 0)
    expect(await probeHost({ kind: 'socket', path: host.socket })).toMatchObject({ kind: 'refused' })
  })

  test('a host that is slow gets its time and no more; a write without an answer is not called undone', async () => {
    const slow = await answering((request, response) => {
      if (request.url?.startsWith('/api/status')) response.end('{}')
    })
    const remote = await connect(slow, { queryMs: 100, commandMs: 100 })
    expect(await remote.invoke('jobs.list', {}, call)).toMatchObject({ ok: false, error: { code: 'unavailable' } })
    expect(await remote.invoke('backups.create', {}, call)).toMatchObject({
      ok: false,
      error: { code: 'outcome_unknown', retryable: false },
    })
  })

  test('a slow call can be cancelled before its time is over', async () => {
    const slow = await answering((request, response) => {
      if (request.url?.startsWith('/api/status')) response.end('{}')
    })
    const remote = await connect(slow)
    const controller = new AbortController()
    const reply = remote.invoke('jobs.list', {}, call, controller.signal)
    controller.abort()
    expect(await reply).toMatchObject({ ok: false, error: { code: 'cancelled' } })
  })

  test('a host that dies in the middle of a write leaves its outcome open; one that is gone refuses the next', async () => {
    const dying = createHttpServer((request, response) => {
      if (request.url?.startsWith('/api/status')) response.end('{}')
      else request.socket.destroy()
    })
    const remote = await connect(await listen(dying))
    expect(await remote.invoke('backups.create', {}, call)).toMatchObject({ ok: false, error: { code: 'outcome_unknown' } })
    dying.close()
    dying.closeAllConnections()
    expect(await remote.invoke('backups.create', {}, call)).toMatchObject({ ok: false, error: { code: 'unavailable', retryable: true } })
  })
})

describe('the address of a host', () => {
  test.each([
    ['127.0.0.1:7450', 'http://127.0.0.1:7450'],
    [' http://localhost:7450/some/page#token=abc ', 'http://localhost:7450'],
    ['http://[::1]:7450', 'http://[::1]:7450'],
    ['https://host.example', 'https://host.example'],
  ])('%s is %s', (text, origin) => {
    const address = readAddress(text)
    expect(address.ok && address.url.origin).toBe(origin)
  })

  test('plain http goes to this machine only', () => {
    for (const text of ['http://192.168.1.5:7450', 'http://host.example', 'host.example:7450', 'http://127.0.0.1.example']) {
      expect(readAddress(text)).toEqual({ ok: false, fault: 'plain-remote' })
    }
  })

  test.each(['', 'ftp://host', 'http://user:pass@127.0.0.1', 'http://', 'file:///etc/passwd'])('%s is none', (text) => {
    expect(readAddress(text)).toEqual({ ok: false, fault: 'not-address' })
  })
})
