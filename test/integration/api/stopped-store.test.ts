import { mkdtemp, open, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../../src/main/base/clock.ts'
import { startHost } from '../../../src/main/host.ts'
import { StoppedStore } from '../../../src/main/persistence/stopped-store.ts'
import { HttpClient, startTestHost } from '../../support/host.ts'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-stopped-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

describe('a host whose store is stopped', () => {
  it('runs, serves no data, and says why', async () => {
    const started = await startTestHost({ openStore: async () => new StoppedStore('The journal is damaged at one place.') })
    const { api, web } = started
    try {
      for (const answer of [
        await api.get('/api/data/a'),
        await api.put('/api/data/a', '1'),
        await api.send('DELETE', '/api/data/a'),
        await api.get('/api/data'),
        await api.get('/api/export'),
        await api.post('/api/batch', { operations: [{ op: 'get', key: 'a' }] }),
      ]) {
        expect(answer.status).toBe(503)
        expect(answer.json()).toMatchObject({ code: 'store_damaged', detail: 'The journal is damaged at one place.' })
        expect(answer.headers['retry-after']).toBeDefined()
      }
      const health = await api.get('/api/health')
      expect(health.status).toBe(503)
      expect(health.headers['content-type']).toBe('application/json')
      expect(health.json()).toMatchObject({ status: 'critical' })
      expect(health.text).toContain('The journal is damaged at one place.')
      expect((await api.get('/api/status')).json()).toMatchObject({ store: { mode: 'stopped', code: 'store_damaged' } })
      expect((await web.get('/metrics')).status).toBe(200)
      expect((await api.get('/api/backups')).status).toBe(200)
    } finally {
      await started.close()
    }
  })

  it('comes of damage on disk, and changes nothing there', async () => {
    const start = () => startHost({ dataFolder: folder, configFile: null, usualHttp: 'off', clock: systemClock })
    const first = await start()
    const client = new HttpClient({ socketPath: first.socket })
    for (let index = 0; index < 50; index++) await client.put(`/api/data/k:${index}`, 'x'.repeat(500))
    client.close()
    await first.close()
    const generation = (await readdir(join(folder, 'db'))).find((name) => !name.endsWith('.json'))
    const file = await open(join(folder, 'db', String(generation), 'data.mdb'), 'r+')
    await file.truncate(100)
    await file.close()
    const second = await start()
    const again = new HttpClient({ socketPath: second.socket })
    expect((await again.get('/api/data/k:1')).json()).toMatchObject({ code: 'store_damaged' })
    expect((await again.get('/api/health')).status).toBe(503)
    again.close()
    await second.close()
    expect(await readdir(join(folder, 'db'))).toContain(generation)
  })
})
