import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, describe, expect, it } from 'vitest'
import type { Job } from '../../../src/contract/index.ts'
import { type HostProcess, HttpClient, spawnHost } from '../../support/host.ts'
import { RedisServer } from '../../support/redis.ts'
import { ended, failedOf, importFrom } from './setup.ts'

const folders: string[] = []
const running: { stop(): Promise<unknown> }[] = []

afterEach(async () => {
  for (const one of running.splice(0)) await one.stop()
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true })
})

async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-resume-'))
  folders.push(folder)
  return folder
}

async function hostOn(folder: string): Promise<{ host: HostProcess; api: HttpClient }> {
  const host = await spawnHost(['--data', join(folder, 'data'), '--http', 'off', '--json'])
  if (!host.line.ready) throw new Error(host.line.detail)
  running.push({ stop: () => host.stop('SIGKILL') })
  return { host, api: new HttpClient({ socketPath: host.line.socket }) }
}

/** Kills the host once the import has written something. */
async function killInTheMiddle(host: HostProcess, api: HttpClient, source: object, more: object = {}): Promise<string> {
  const { id } = (await api.post('/api/imports', { source, ...more })).json<{ id: string }>()
  for (;;) {
    const job = (await api.get(`/api/jobs/${id}`)).json<Job & Record<string, unknown>>()
    if (job.state !== 'running' && job.state !== 'queued') throw new Error(`It ended before it was killed: ${JSON.stringify(job)}`)
    if (job.phase === 'importing' && job.done > 0) break
    await sleep(5)
  }
  await host.stop('SIGKILL')
  api.close()
  return id
}

const countOf = async (api: HttpClient): Promise<number> => {
  const { id } = (await api.post('/api/count', { prefix: '' })).json<{ id: string }>()
  return Number((await ended(api, id)).result?.records)
}

/** Two hosts a test, and a machine may have other things to do. */
const timeout = 240_000
const lines = 40_000
const isBroken = (n: number) => n % 1000 === 999
const broken = lines / 1000

async function bigFile(folder: string): Promise<string> {
  const path = join(folder, 'big.csv')
  const rows = Array.from({ length: lines }, (_, n) => `${n},${isBroken(n) ? 'many' : n * 2},"name ${n}"`)
  await writeFile(path, `id,amount,name\n${rows.join('\n')}\n`)
  return path
}

describe('an import that a kill cut off', { timeout }, () => {
  it.each(['overwrite', 'skip', 'stop'] as const)('goes on from a file without doubles and counts right (%s)', async (existing) => {
    const folder = await newFolder()
    const path = await bigFile(folder)
    const source = { kind: 'file', path, mapping: { key: 'row:{id}' } }
    const first = await hostOn(folder)
    const id = await killInTheMiddle(first.host, first.api, source, { existing })

    const { api } = await hostOn(folder)
    expect((await api.get(`/api/jobs/${id}`)).json()).toMatchObject({ state: 'failed', error: { code: 'interrupted' } })
    const resumed = await ended(api, (await api.post(`/api/imports/${id}/resume`, {})).json<{ id: string }>().id)
    expect(resumed.error).toBeUndefined()
    const good = lines - broken
    expect(resumed.result).toMatchObject({ imported: good, created: good, replaced: 0, skipped: 0, failed: broken })
    expect(await countOf(api)).toBe(good)
    const failed = await failedOf(api, resumed.id)
    expect(failed.split('\n')).toHaveLength(broken + 2)
    expect(new Set(failed.split('\n')).size).toBe(broken + 2)
    // It has come to its end: there is nothing to go on with.
    expect((await api.post(`/api/imports/${id}/resume`, {})).status).toBe(404)
    expect((await api.post(`/api/imports/${resumed.id}/resume`, {})).status).toBe(404)
    api.close()
  })

  it('goes on from Redis, also when that was started again meanwhile', async () => {
    const redis = await RedisServer.start()
    running.push({ stop: () => redis.close() })
    const keys = 30_000
    const fill = async () => {
      const pipeline = redis.client().pipeline()
      for (let n = 0; n < keys; n++) pipeline.set(`k:${n}`, `value ${n}`)
      await pipeline.exec()
    }
    await fill()
    const folder = await newFolder()
    const first = await hostOn(folder)
    const id = await killInTheMiddle(first.host, first.api, { kind: 'redis', url: redis.url() })

    const second = await hostOn(folder)
    const { id: again } = (await second.api.post(`/api/imports/${id}/resume`, {})).json<{ id: string }>()
    await sleep(100)
    await second.host.stop('SIGKILL')
    second.api.close()
    await redis.stop()
    await redis.run()
    await fill()

    const { api } = await hostOn(folder)
    const resumed = await api.post(`/api/imports/${again}/resume`, {})
    // The kill may have come before the second job took over from the first.
    const answer = resumed.status === 404 ? await api.post(`/api/imports/${id}/resume`, {}) : resumed
    const job = await ended(api, answer.json<{ id: string }>().id)
    expect(job.result).toMatchObject({ imported: keys, created: keys, replaced: 0, failed: 0 })
    expect(await countOf(api)).toBe(keys)
    api.close()
  })

  it('does not go on with a file that has changed, nor with one that is being imported', async () => {
    const folder = await newFolder()
    const path = await bigFile(folder)
    const first = await hostOn(folder)
    const id = await killInTheMiddle(first.host, first.api, { kind: 'file', path })
    await utimes(path, new Date(), new Date(0))
    const { api } = await hostOn(folder)
    const changed = await ended(api, (await api.post(`/api/imports/${id}/resume`, {})).json<{ id: string }>().id)
    expect(changed.error).toMatchObject({ code: 'source_unreadable' })
    expect(changed.error?.detail).toContain('has changed')
    const { id: fresh } = (await api.post('/api/imports', { source: { kind: 'file', path } })).json<{ id: string }>()
    expect((await api.post(`/api/imports/${fresh}/resume`, {})).status).toBe(409)
    expect((await ended(api, fresh)).state).toBe('succeeded')
    api.close()
  })

  it('can be cancelled and resumed; the password of a Redis is asked for again', async () => {
    const folder = await newFolder()
    const path = await bigFile(folder)
    const { api } = await hostOn(folder)
    const { id } = (await api.post('/api/imports', { source: { kind: 'file', path } })).json<{ id: string }>()
    while ((await api.get(`/api/jobs/${id}`)).json<Job & Record<string, unknown>>().done === 0) await sleep(5)
    await api.send('DELETE', `/api/jobs/${id}`)
    const cancelled = await ended(api, id)
    expect(cancelled).toMatchObject({ state: 'cancelled' })
    expect(cancelled.error?.detail).toContain('it can be resumed')
    const job = await ended(api, (await api.post(`/api/imports/${id}/resume`, {})).json<{ id: string }>().id)
    expect(job.result).toMatchObject({ imported: lines - broken, failed: broken })

    const redis = await importFrom(api, { kind: 'redis', url: 'redis://:secret@127.0.0.1:1' })
    expect(redis.error).toMatchObject({ code: 'source_unreachable' })
    api.close()
  })
})
