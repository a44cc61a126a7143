import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ConfigChangeReport } from '../../../src/contract/index.ts'
import { type HttpClient, RawConnection, startTestHost, type TestHost } from '../../support/host.ts'

let started: TestHost
let api: HttpClient
let file: string

const original = '# Ours.\r\n[limits] # of the panel\r\nmax_value_mb = 2\r\n'

// Outside of the data folder, as `--config` names it.
beforeEach(async () => {
  file = join(await mkdtemp(join(tmpdir(), 'holdfast-toml-')), 'edge.toml')
  await writeFile(file, original)
  started = await startTestHost({ configFile: file })
  api = started.api
})
afterEach(async () => {
  await started.close()
  await rm(join(file, '..'), { recursive: true, force: true })
})

const patch = (changes: Record<string, unknown>, more: Record<string, unknown> = {}) =>
  api.send('PATCH', '/api/config', {
    body: JSON.stringify({ changes, ...more }),
    headers: { 'content-type': 'application/json' },
  })
const text = () => readFile(file, 'utf8')
const put = async (bytes: number) => (await api.put('/api/data/k', new Uint8Array(bytes))).status
const mebibyte = 1024 * 1024

describe('a change of settings', () => {
  it('holds for the next request, and the file keeps its comments and line ends', async () => {
    expect(await put(2 * mebibyte + 1)).toBe(413)
    const answer = await patch({ 'limits.max_value_mb': 3 })
    expect(answer.status).toBe(200)
    expect(answer.json<ConfigChangeReport>().changes).toEqual([{ key: 'limits.max_value_mb', from: 2, to: 3, applies: 'now' }])
    expect(await text()).toBe(original.replace('= 2', '= 3'))
    expect(await put(2 * mebibyte + 1)).toBe(201)
    expect((await api.post('/api/config/undo', {})).status).toBe(200)
    expect(await text()).toBe(original)
    expect(await put(2 * mebibyte + 1)).toBe(413)
  })

  it('bounds the memory tier, the requests and the connections anew', async () => {
    await patch({ 'database.lmdb.cache_size_mb': 1, 'limits.max_requests_in_flight': 2 })
    expect((await api.get('/api/status')).json<{ cache: { maxBytes: number } }>().cache.maxBytes).toBe(mebibyte)
    const status = async () => (await api.get('/api/health')).status
    const waiting = await Promise.all([1, 2].map(() => RawConnection.open(started.host.socket)))
    for (const one of waiting)
      one.send('POST /api/batch HTTP/1.1\r\nHost: here\r\nContent-Type: application/json\r\nContent-Length: 9\r\n\r\n')
    await expect.poll(status).toBe(429)
    for (const one of waiting) one.close()
    await expect.poll(status).toBe(200)

    await patch({ 'limits.max_connections': 1 })
    const refused = await RawConnection.open(started.host.socket)
    refused.send('GET /api/health HTTP/1.1\r\nHost: here\r\n\r\n')
    expect(await refused.until(/HTTP\/1\.1 \d+/)).toContain('503')
    refused.close()
  })

  it('acknowledges writes before and after their sync, as it is told, and loses none on the way', async () => {
    for (const [index, everyMs] of [60_000, 0, 5, 60_000, 0].entries()) {
      expect((await patch({ 'database.lmdb.flush_every_ms': everyMs })).status).toBe(200)
      expect((await api.put(`/api/data/n${index}`, String(everyMs))).status).toBe(201)
    }
    expect((await api.get('/api/data')).json<{ items: unknown[] }>().items).toHaveLength(5)
  })

  it('writes more of a log whose level is lowered', async () => {
    const lines = () => readFile(join(started.folder, 'logs', 'holdfast.log'), 'utf8').catch(() => '')
    const older = started.host.log.child({ part: 'test' })
    older.debug({}, 'before the change')
    await patch({ 'log.level': 'debug' })
    older.debug({}, 'after the change')
    await expect.poll(lines).toContain('after the change')
    await patch({ 'log.level': 'error' })
    older.info({}, 'too little for an error')
    older.error({}, 'the last line')
    await expect.poll(lines).toContain('the last line')
    expect(await lines()).not.toMatch(/before the change|too little/)
  })

  it('that needs a restart is said until the restart, and holds after it', async () => {
    await patch({ 'journal.segment_mb': 64 })
    const before = (await api.get('/api/status')).json<{ notices: { code: string; text: string }[] }>()
    expect(before.notices).toContainEqual({ code: 'restart_pending', text: expect.stringContaining('journal.segment_mb') })
    await started.host.close()
    started = await startTestHost({ configFile: file })
    api = started.api
    expect((await api.get('/api/status')).json<{ notices: { code: string }[] }>().notices).toEqual([])
    const { entries } = (await api.get('/api/config')).json<ConfigChangeReport>()
    expect(entries.find(({ key }) => key === 'journal.segment_mb')).toMatchObject({ value: 64, stored: 64, needsRestart: false })
  })

  it('is told to those who listen', async () => {
    const told: unknown[] = []
    started.host.events.subscribe(({ event, data }) => told.push([event, data.code]))
    await patch({ 'log.files': 7 })
    expect(told).toContainEqual(['state', 'config_changed'])
  })
})

describe('nothing is written', () => {
  it('for mistakes, which are answered by key', async () => {
    const answer = await patch({ 'limits.max_value_mb': 17, 'limit.max_value_mb': 1, 'log.level': 'debug' })
    expect(answer.status).toBe(422)
    expect(answer.json()).toMatchObject({
      code: 'config_invalid',
      mistakes: [
        { key: 'limits.max_value_mb', expected: 'expected a whole number of MB from 1 to 16, found 17' },
        { key: 'limit.max_value_mb', expected: expect.stringContaining('did you mean limits') },
      ],
    })
    expect(await text()).toBe(original)
  })

  it('over an edit by hand: 409 with what the file says', async () => {
    const { version } = (await api.get('/api/config')).json<ConfigChangeReport>()
    await writeFile(file, original.replace('= 2', '= 5'))
    const answer = await patch({ 'limits.max_value_mb': 3 }, { ifVersion: version })
    expect(answer.status).toBe(409)
    expect(answer.json()).toMatchObject({ code: 'config_changed', entries: [{ key: 'limits.max_value_mb', stored: 5 }] })
    expect(await text()).toBe(original.replace('= 2', '= 5'))
  })

  it('by a check', async () => {
    expect((await patch({ 'limits.max_value_mb': 4 }, { dryRun: true })).json()).toMatchObject({ changes: [{ from: 2, to: 4 }] })
    expect(await text()).toBe(original)
  })

  it('without a token over TCP', async () => {
    const { port } = new URL(started.host.url as string)
    const answer = await fetch(`http://127.0.0.1:${port}/api/config`, { method: 'PATCH', body: '{"changes":{"log.files":1}}' })
    expect(answer.status).toBe(401)
    expect(await text()).toBe(original)
  })
})
