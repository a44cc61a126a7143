import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ActivityEntry, Job, SpaceReport, SpaceUsage, Status } from '../../../src/contract/index.ts'
import { type HttpClient, startTestHost, type TestHost } from '../../support/host.ts'

let started: TestHost
let api: HttpClient
beforeAll(async () => {
  started = await startTestHost()
  api = started.api
  const lines = Array.from({ length: 3000 }, (_, n) => {
    const key = n % 3 === 0 ? `meter:${n}` : `shop:${n % 2 ? 'a' : 'b'}:${n}`
    return JSON.stringify({ key, value: { n, text: '-'.repeat(n % 200) }, encoding: 'json' })
  })
  expect((await api.post('/api/import', lines.join('\n'), { 'content-type': 'application/x-ndjson' })).status).toBe(200)
})
afterAll(() => started.close())

async function ended(answer: { json<T>(): T; status: number }): Promise<Job> {
  expect(answer.status).toBe(202)
  const { id } = answer.json<Job>()
  const read = async () => (await api.get(`/api/jobs/${id}`)).json<Job>()
  await expect.poll(async () => (await read()).state, { timeout: 30_000 }).toMatch(/succeeded|failed|cancelled/)
  return read()
}
const report = async () => (await api.get('/api/space')).json<SpaceReport>()

describe('space', () => {
  it('is told by part, with what can be freed', async () => {
    await ended(await api.post('/api/backups', {}))
    const { parts, database, reclaimable, readers, disk } = await report()
    const bytesOf = (name: string) => parts.find(({ part }) => part === name)?.bytes ?? 0
    for (const part of ['database', 'journal', 'backups', 'logs']) expect(bytesOf(part), part).toBeGreaterThan(0)
    expect(parts.map(({ bytes }) => bytes)).toEqual(parts.map(({ bytes }) => bytes).toSorted((one, other) => Number(other) - Number(one)))
    expect(database.usedBytes + database.freeBytes).toBe(database.fileBytes)
    expect(database.tables[0]).toMatchObject({ name: 'records', entries: 3000 })
    expect(reclaimable).toMatchObject({ expiry: { records: 0, bytes: 0 }, undo: { previousBytes: 0 } })
    expect(reclaimable.compaction.possible).toBe(true)
    expect(readers.holders).toEqual([])
    expect(disk?.totalBytes).toBeGreaterThan(0)
  })

  it('is told by prefix and by age: few records exactly, and by a job every one', async () => {
    const usage = (await api.post('/api/space/usage', {})).json<SpaceUsage>()
    expect(usage).toMatchObject({ exact: true, every: 1, lookedAt: 3000, total: { records: 3000 } })
    expect(usage.items.map(({ prefix, records }) => [prefix, records])).toEqual([
      ['shop:', 2000],
      ['meter:', 1000],
    ])
    expect(usage.ages[0]).toMatchObject({ fromSeconds: 0, toSeconds: 3600, records: 3000 })
    const below = (await api.post('/api/space/usage', { prefix: 'shop:' })).json<SpaceUsage>()
    expect(below.items.map(({ prefix, records }) => [prefix, records]).toSorted()).toEqual([
      ['shop:a:', 1000],
      ['shop:b:', 1000],
    ])
    const named = (await api.post('/api/space/usage', { prefixes: ['meter:', 'none:'] })).json<SpaceUsage>()
    expect(named.items).toMatchObject([{ prefix: 'meter:', records: 1000 }])
    expect(named.others.records).toBe(2000)
    const job = await ended(await api.post('/api/space/measurements', { prefix: 'meter:' }))
    expect(job).toMatchObject({ kind: 'space-measure', state: 'succeeded', result: { records: 1000, exact: true } })
    const overlapping = await api.post('/api/space/usage', { prefixes: ['a', 'ab'] })
    expect([overlapping.status, overlapping.json().code]).toEqual([400, 'invalid_request'])
  })

  it('is won back by compaction, which the activity list and the report tell of', async () => {
    await ended(await api.send('DELETE', '/api/data?prefix=shop:'))
    const undrained = async () => {
      const { store } = (await api.get('/api/status')).json<Status>()
      return store.sequence - store.appliedSequence
    }
    await expect.poll(undrained, { timeout: 10_000 }).toBe(0)
    const before = await report()
    const status = (await api.get('/api/status')).json<Status>()
    expect(before.reclaimable.compaction.bytes).toBeGreaterThan(200_000)
    const job = await ended(await api.post('/api/space/compaction', {}))
    expect(job).toMatchObject({ kind: 'compaction', state: 'succeeded', result: { records: 1000 } })
    const after = await report()
    expect(after.database.fileBytes).toBeLessThan(before.database.fileBytes - before.reclaimable.compaction.bytes / 2)
    expect(after.database.generation).not.toBe(before.database.generation)
    const now = (await api.get('/api/status')).json<Status>()
    expect([now.store.timeline, now.store.records]).toEqual([status.store.timeline, 1000])
    const { items } = (await api.get('/api/activity?action=store')).json<{ items: ActivityEntry[] }>()
    expect(items).toMatchObject([{ action: 'store.compacted', outcome: 'succeeded' }])
    expect((await api.get('/api/data/meter:3')).status).toBe(200)
  })

  it('is measured for Prometheus', async () => {
    const { text } = await api.get('/metrics')
    const measured = (name: string) => Number(new RegExp(`^${name} ([\\d.e+]+)$`, 'm').exec(text)?.[1])
    expect(measured('holdfast_database_used_bytes')).toBeGreaterThan(8192)
    expect(measured('holdfast_pinned_bytes')).toBeGreaterThanOrEqual(0)
    expect(measured('holdfast_reader_behind_commits')).toBeGreaterThanOrEqual(0)
  })
})
