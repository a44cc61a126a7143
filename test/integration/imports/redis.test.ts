import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { startTestHost, type TestHost } from '../../support/host.ts'
import { freePort, RedisServer } from '../../support/redis.ts'
import { failedOf, importFrom } from './setup.ts'

let started: TestHost
let redis: RedisServer
const servers: RedisServer[] = []

beforeAll(async () => {
  started = await startTestHost()
  redis = await RedisServer.start()
})
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close()
})
afterAll(async () => {
  await started.close()
  await redis.close()
})

const recordOf = async (key: string) => started.api.get(`/api/data/${encodeURIComponent(key)}`)

describe('an import from Redis', () => {
  it('takes strings as they are, everything else as JSON, and keeps when they expire', async () => {
    const client = redis.client()
    await client.set('s:text', 'as it is')
    await client.set('s:json', '{"celsius":21.5}')
    await client.set('s:bytes', Buffer.from([0, 255, 1]))
    await client.set('s:soon', 'gone soon', 'EX', 1000)
    await client.hset('h', { b: '2', a: '1', __proto: 'x' })
    await client.hset('h:bytes', 'raw', Buffer.from([0xff]))
    await client.rpush('l', 'one', 'two', 'one')
    await client.sadd('set', 'b', 'a')
    await client.zadd('z', 1.5, 'low', '+inf', 'high')
    await client.xadd('stream', '1-0', 'a', '1', 'b', '2')
    await client.xadd('stream', '2-0', 'a', '1', 'a', '2')
    await client.xadd('stream:empty', '1-0', 'a', '1')
    await client.xdel('stream:empty', '1-0')

    const job = await importFrom(started.api, { kind: 'redis', url: redis.url(), prefix: 'r/' })
    expect(job).toMatchObject({ state: 'succeeded', subject: `127.0.0.1:${redis.port}` })
    expect(job.result).toMatchObject({ imported: 11, created: 11, replaced: 0, skipped: 0, failed: 0 })

    expect((await recordOf('r/s:text')).text).toBe('as it is')
    expect((await recordOf('r/s:text')).headers['content-type']).toMatch(/^text\/plain/)
    expect((await recordOf('r/s:json')).headers['content-type']).toBe('application/json')
    expect((await recordOf('r/s:bytes')).bytes).toEqual(Buffer.from([0, 255, 1]))
    expect((await recordOf('r/h')).text).toBe('{"__proto":"x","a":"1","b":"2"}')
    expect((await recordOf('r/h:bytes')).json()).toEqual({ raw: { base64: '/w==' } })
    expect((await recordOf('r/l')).json()).toEqual(['one', 'two', 'one'])
    expect((await recordOf('r/set')).json()).toEqual(['a', 'b'])
    expect((await recordOf('r/z')).json()).toEqual([
      { member: 'low', score: 1.5 },
      { member: 'high', score: 'inf' },
    ])
    expect((await recordOf('r/stream')).json()).toEqual([
      { id: '1-0', fields: { a: '1', b: '2' } },
      {
        id: '2-0',
        fields: [
          ['a', '1'],
          ['a', '2'],
        ],
      },
    ])
    expect((await recordOf('r/stream:empty')).json()).toEqual([])
    const listed = (await started.api.get('/api/data?prefix=r/s:soon')).json<{ items: { expiresAt: string }[] }>().items[0]
    const leftMs = Date.parse(listed?.expiresAt ?? '') - Date.now()
    expect(leftMs).toBeGreaterThan(900_000)
    expect(leftMs).toBeLessThanOrEqual(1_000_000)
  })

  it('takes the keys of a pattern, of one database, once each, however many there are', async () => {
    const client = redis.client({ db: 3 })
    const pipeline = client.pipeline()
    for (let n = 0; n < 5000; n++) pipeline.set(`many:${n}`, `value ${n}`)
    pipeline.set('other', 'not asked for')
    await pipeline.exec()
    const job = await importFrom(started.api, { kind: 'redis', url: redis.url('/3'), match: 'many:*' })
    expect(job.result).toMatchObject({ imported: 5000, created: 5000, failed: 0 })
    expect((await recordOf('many:4999')).text).toBe('value 4999')
    expect((await recordOf('other')).status).toBe(404)
    const again = await importFrom(started.api, { kind: 'redis', url: redis.url('/3'), match: 'many:*' }, { existing: 'skip' })
    expect(again.result).toMatchObject({ imported: 0, skipped: 5000 })
  })

  it('reports what cannot be a record, in a file that can be mended and imported', async () => {
    const client = redis.client({ db: 4 })
    await client.set(Buffer.from([0xff, 0x01]), 'of a key that is no text')
    await client.set('k'.repeat(2000), '{"long":true}')
    await client.set('fine', 'fine')
    const job = await importFrom(started.api, { kind: 'redis', url: redis.url('/4'), prefix: 'f/' })
    expect(job.result).toMatchObject({ imported: 1, failed: 2 })
    const file = await failedOf(started.api, job.id)
    expect(file).toContain('base64 /wE=: the key is not UTF-8')
    // As it is nothing of it can be imported; with keys all of it can.
    const unchanged = await started.api.post('/api/import', file, { 'content-type': 'application/x-ndjson' })
    expect(unchanged.json()).toMatchObject({ imported: 0, failed: 2 })
    let n = 0
    const mended = file.replaceAll('"key":""', () => `"key":"f/mended:${++n}"`)
    const imported = await started.api.post('/api/import', mended, { 'content-type': 'application/x-ndjson' })
    expect(imported.json()).toMatchObject({ imported: 2, failed: 0 })
    expect([(await recordOf('f/mended:1')).text, (await recordOf('f/mended:2')).text].toSorted()).toEqual([
      'of a key that is no text',
      '{"long":true}',
    ])
  })

  it('is let in with user and password, and keeps and shows the password nowhere', async () => {
    const server = await RedisServer.start(['--requirepass', 'v3ry-s3cret'])
    servers.push(server)
    await server.client({ password: 'v3ry-s3cret' }).set('guarded', '1')
    const without = await importFrom(started.api, { kind: 'redis', url: server.url() })
    expect(without.error).toMatchObject({ code: 'source_refused' })
    expect(without.error?.detail).toContain('wants a password')
    const wrong = await importFrom(started.api, { kind: 'redis', url: server.url('', ':wr0ng-s3cret@') })
    expect(wrong.error).toMatchObject({ code: 'source_refused', details: { server: `127.0.0.1:${server.port}` } })
    const right = await importFrom(started.api, { kind: 'redis', url: server.url('', 'default:v3ry-s3cret@') })
    expect(right.result).toMatchObject({ imported: 1 })
    const files = await readdir(started.folder, { recursive: true, withFileTypes: true })
    for (const file of files.filter((entry) => entry.isFile())) {
      // Some are replaced while we look.
      const content = await readFile(join(file.parentPath, file.name)).catch(() => Buffer.alloc(0))
      expect(content.includes('s3cret'), file.name).toBe(false)
    }
    expect((await started.api.get('/api/jobs')).text).not.toContain('s3cret')
    expect((await started.api.get('/api/activity')).text).not.toContain('s3cret')
  })

  it('says in words what keeps it out', async () => {
    const nobody = await importFrom(started.api, { kind: 'redis', url: `redis://127.0.0.1:${await freePort()}` })
    expect(nobody.error).toMatchObject({ code: 'source_unreachable' })
    expect(nobody.error?.detail).toContain('nothing listens there')
    const noDatabase = await importFrom(started.api, { kind: 'redis', url: redis.url('/99') })
    expect(noDatabase.error?.detail).toContain('no database of this number')
    const noTls = await importFrom(started.api, { kind: 'redis', url: `rediss://127.0.0.1:${redis.port}` })
    expect(noTls.error).toMatchObject({ code: 'source_unreachable' })
    expect((await started.api.post('/api/imports', { source: { kind: 'redis', url: 'http://127.0.0.1' } })).status).toBe(400)
  })

  it('says that it is no Redis what answers in another language, or with what no Redis says', async () => {
    for (const answer of ['HTTP/1.1 400 Bad Request\r\n\r\n', '*1\r\n'.repeat(50_000), '+OK\r\n'.repeat(20)]) {
      const server = createServer((socket) => socket.on('error', () => undefined).on('data', () => socket.write(answer)))
      await once(server.listen(0, '127.0.0.1'), 'listening')
      const { port } = server.address() as AddressInfo
      const job = await importFrom(started.api, { kind: 'redis', url: `redis://127.0.0.1:${port}` })
      expect(job.error).toMatchObject({ code: 'source_unreachable', details: { server: `127.0.0.1:${port}` } })
      expect(job.error?.detail).toContain('does not speak as a Redis does')
      server.close()
    }
  })

  it('speaks TLS with a server whose certificates are given', async () => {
    const folder = started.folder
    const [key, certificate] = [join(folder, 'tls.key'), join(folder, 'tls.crt')]
    const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1']
    execFileSync(
      'openssl',
      ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', certificate, ...subject],
      {
        stdio: 'ignore',
      },
    )
    const tls = ['--tls-cert-file', certificate, '--tls-key-file', key, '--tls-ca-cert-file', certificate, '--tls-auth-clients', 'no']
    const server = await RedisServer.start(['--port', '0', '--tls-port', 'PORT', ...tls])
    servers.push(server)
    const url = `rediss://127.0.0.1:${server.port}`
    const unknown = await importFrom(started.api, { kind: 'redis', url })
    expect(unknown.error).toMatchObject({ code: 'source_unreachable' })
    expect(unknown.error?.detail).toContain('caFile')
    const unfit = join(folder, 'pipe')
    execFileSync('mkfifo', [unfit])
    for (const caFile of [unfit, '/dev/zero', process.execPath])
      expect((await importFrom(started.api, { kind: 'redis', url, caFile })).error).toMatchObject({ code: 'source_unreadable' })
    const known = await importFrom(started.api, { kind: 'redis', url, caFile: certificate })
    expect(known.state).toBe('succeeded')
  })
})
