import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { Job } from '../../../src/contract/index.ts'
import { Uploads } from '../../../src/main/imports/uploads.ts'
import { HttpClient, spawnHost, startTestHost, type TestHost } from '../../support/host.ts'
import { ended, failedOf } from './setup.ts'

const upload = async (api: HttpClient, query: string, body: string | Uint8Array): Promise<Job> => {
  const answer = await api.send('POST', `/api/imports/upload?${query}`, { body, headers: { 'content-type': 'application/octet-stream' } })
  if (answer.status !== 202) throw new Error(`${answer.status}: ${answer.text}`)
  return ended(api, answer.json<Job & Record<string, unknown>>().id)
}

const kept = (folder: string): Promise<string[]> => readdir(join(folder, 'imports', 'uploads')).catch(() => [])

describe('a file that is sent to the host', () => {
  let made: TestHost
  beforeAll(async () => {
    made = await startTestHost()
  })
  afterAll(() => made.close())

  it('is imported as a job, through every door, and leaves nothing behind', async () => {
    const table = 'id,name\n1,Basel\n2,上海\n'
    const job = await upload(made.web, `name=${encodeURIComponent('城市 of/../the world.csv')}&key=city:{id}&prefix=x:`, table)
    expect(job).toMatchObject({
      kind: 'import',
      state: 'succeeded',
      subject: 'the_world.csv',
      unit: 'bytes',
      total: Buffer.byteLength(table),
    })
    expect(job.result).toMatchObject({ imported: 2, created: 2, failed: 0 })
    expect((await made.api.get('/api/data/x:city:2')).json()).toEqual({ id: 2, name: '上海' })
    const lines = Array.from({ length: 5000 }, (_, n) => `{"key":"line:${n}","value":{"n":${n}}}`).join('\n')
    expect((await upload(made.api, 'name=lines.ndjson', lines)).result).toMatchObject({ imported: 5000, created: 5000 })
    expect((await upload(made.api, 'format=json&dryRun=true', '{"a":1,"b":2}')).result).toMatchObject({ imported: 2, dryRun: true })
    expect(await kept(made.folder)).toEqual([])
  })

  it('gives back what failed, to be mended and sent again', async () => {
    const lines = '{"key":"good","value":1}\n{"key":"","value":2}\nno json\n'
    const job = await upload(made.api, 'name=mixed.ndjson', lines)
    expect(job.result).toMatchObject({ imported: 1, failed: 2, errors: [{ line: 2 }, { line: 3 }] })
    const failed = await failedOf(made.api, job.id)
    expect(failed).toContain('\nno json')
    const mended = failed.replace('"key":""', '"key":"mended"').replace('no json', '{"key":"also","value":3}')
    expect((await upload(made.api, 'name=mended.ndjson', mended)).result).toMatchObject({ imported: 2, failed: 0 })
  })

  it('may hold damaged bytes, comments, blank lines and windows line ends', async () => {
    // From its beginning it is told what a file's encoding is.
    const filler = Array.from({ length: 3000 }, (_, n) => `{"key":"f:${n}","value":"${'x'.repeat(100)}"}\r\n`).join('')
    const bytes = Buffer.concat([
      Buffer.from(`\ufeff${filler}\r\n# why\r\n{"key":"w:2","value":"`),
      Buffer.from([0xff]),
      Buffer.from('"}\r\n  \t\n{ "key" : "w:3" , "value" : { "a" : 1.50 } }'),
    ])
    const job = await upload(made.api, 'format=ndjson', bytes)
    expect(job.result).toMatchObject({ imported: 3001, failed: 1, errors: [{ line: 3003, detail: expect.stringContaining('encoding') }] })
    expect((await made.api.get('/api/data/w:3')).text).toBe('{"a":1.5}')
  })

  it('is refused in words where it cannot be one, and nothing of it stays', async () => {
    const refused = async (query: string) => (await made.api.send('POST', `/api/imports/upload?${query}`, { body: 'x' })).status
    expect(await refused('format=xml')).toBe(400)
    expect(await refused('path=/etc/passwd')).toBe(400)
    expect(
      (await new HttpClient({ port: Number(new URL(made.host.url ?? '').port) }).send('POST', '/api/imports/upload', { body: 'x' })).status,
    ).toBe(401)
    const broken = await upload(made.api, 'format=json&name=broken.json', '"no list"')
    expect(broken).toMatchObject({ state: 'failed', error: { code: 'source_unreadable' } })
    expect((await upload(made.api, 'name=a.csv&key={nothing}', 'id\n1\n')).state).toBe('failed')
    const gone = createConnection(made.host.socket)
    gone.write('POST /api/imports/upload?name=half.ndjson HTTP/1.1\r\nHost: holdfast\r\nContent-Length: 1000\r\n\r\n{"key":"half"')
    const names = async () => (await kept(made.folder)).map((name) => name.slice(17)).sort()
    // The broken one was begun, so it may be gone on with.
    await expect.poll(names).toEqual(['broken.json', 'half.ndjson'])
    gone.destroy()
    await expect.poll(names).toEqual(['broken.json'])
  })
})

describe('the room for files that come in', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'holdfast-uploads-'))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))
  const { signal } = new AbortController()
  async function* pieces(count: number, bytes = 1024 * 1024) {
    for (let left = count; left > 0; left--) yield Buffer.alloc(bytes)
  }

  it('is what the disk can spare: a file that would need more is refused, and what came of it is gone', async () => {
    let free = 120 * 1024 * 1024
    const uploads = new Uploads({ folder: join(folder, 'full'), freeBytes: async () => (free -= 16 * 1024 * 1024) })
    await expect(uploads.receive('a', pieces(64), signal)).rejects.toMatchObject({ code: 'disk_full' })
    expect(await readdir(join(folder, 'full'))).toEqual([])
  })

  it('is shared by few at once', async () => {
    const uploads = new Uploads({ folder: join(folder, 'many') })
    const stop = new AbortController()
    async function* endless() {
      for (;;) {
        yield Buffer.from('x')
        await sleep(5)
      }
    }
    const four = Array.from({ length: 4 }, () => uploads.receive('a', endless(), stop.signal).catch((error: unknown) => error))
    await expect(uploads.receive('a', pieces(1), signal)).rejects.toMatchObject({ code: 'overloaded' })
    stop.abort()
    await Promise.all(four)
    expect(await readdir(join(folder, 'many'))).toEqual([])
    expect(uploads.holds(await uploads.receive('../../up', pieces(1, 10), signal))).toBe(true)
  })
})

describe('a host that was killed', { timeout: 120_000 }, () => {
  const stops: (() => Promise<unknown>)[] = []
  afterEach(async () => {
    for (const stop of stops.splice(0).reverse()) await stop()
  })

  it('goes on with the file that it was sent, and forgets what had not come in whole', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'holdfast-upload-kill-'))
    stops.push(() => rm(folder, { recursive: true, force: true }))
    const start = async () => {
      const host = await spawnHost(['--data', join(folder, 'data'), '--http', 'off', '--json'])
      if (!host.line.ready) throw new Error(host.line.detail)
      stops.push(() => host.stop('SIGKILL'))
      return { host, api: new HttpClient({ socketPath: host.line.socket }) }
    }
    const first = await start()
    const lines = 60_000
    const body = Array.from({ length: lines }, (_, n) => `{"key":"k:${n}","value":{"n":${n}}}`).join('\n')
    const { id } = (await first.api.send('POST', '/api/imports/upload?name=big.ndjson', { body })).json<{ id: string }>()
    for (let done = 0; done === 0; await sleep(5)) done = (await first.api.get(`/api/jobs/${id}`)).json<{ done: number }>().done
    await first.host.stop('SIGKILL')
    const uploads = join(folder, 'data', 'imports', 'uploads')
    const [name = ''] = await readdir(uploads)
    expect(await readFile(join(uploads, name), 'utf8')).toBe(body)
    await mkdir(uploads, { recursive: true })
    await writeFile(join(uploads, '0123456789abcdef-half.csv'), 'half a file')

    const { api } = await start()
    expect(await readdir(uploads)).toEqual([name])
    const resumed = await ended(api, (await api.post(`/api/imports/${id}/resume`, {})).json<{ id: string }>().id)
    expect(resumed).toMatchObject({ subject: 'big.ndjson', result: { imported: lines, created: lines, replaced: 0, failed: 0 } })
    expect(await readdir(uploads)).toEqual([])
    api.close()
  })
})
