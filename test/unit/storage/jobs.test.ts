import { describe, expect, test } from 'vitest'
import { HoldfastError } from '../../../src/main/base/errors.ts'
import { findSampleFolder } from '../../../src/main/storage/sample-data.ts'
import { chunksOf, storageOver, testJob, text } from './setup.ts'

async function filled(count: number) {
  const parts = storageOver()
  const lines = Array.from({ length: count }, (_, index) => `{"key":"del:${String(index).padStart(5, '0')}","value":${index}}\n`)
  await parts.storage.importNdjson(chunksOf(`${lines.join('')}{"key":"other","value":1}`, 9000), { firstLine: 1 })
  parts.store.commits = []
  return parts
}

describe('deleting by prefix', () => {
  test('deletes what has the prefix, in bounded transactions, and nothing else', async () => {
    const { storage, store } = await filled(2500)
    const job = testJob()
    expect(await storage.deletePrefix(job, { prefix: 'del:', dryRun: false })).toEqual({ matched: 2500, deleted: 2500, changed: 0 })
    expect([...store.records.keys()]).toEqual(['other'])
    expect(store.commits.map(({ operations }) => operations.length)).toEqual([1000, 1000, 500])
    expect(job.reports[0]).toMatchObject({ phase: 'counting', unit: 'records' })
    expect(job.reports.at(-1)).toMatchObject({ done: 2500, total: 2500 })
  })

  test('as a dry run only counts', async () => {
    const { storage, store } = await filled(1500)
    expect(await storage.deletePrefix(testJob(), { prefix: 'del:', dryRun: true })).toEqual({ matched: 1500, deleted: 0, changed: 0 })
    expect(store.records.size).toBe(1501)
    expect(store.commits).toHaveLength(0)
  })

  test('leaves a record that somebody writes in the meantime', async () => {
    const { storage, store } = await filled(10)
    let first = true
    store.beforeCommit = async () => {
      if (!first) return
      first = false
      const found = store.records.get('del:00003')
      if (found) store.records.set('del:00003', { ...found, meta: { ...found.meta, version: 'v99999999' }, value: Buffer.from('new') })
    }
    expect(await storage.deletePrefix(testJob(), { prefix: 'del:', dryRun: false })).toEqual({ matched: 10, deleted: 9, changed: 1 })
    expect(text(storage.get('del:00003').value)).toBe('new')
  })

  test('cancelled or failed half-way it says how much is gone', async () => {
    const cancelled = await filled(2500)
    const job = testJob()
    cancelled.store.beforeCommit = async () => {
      if (cancelled.store.commits.length === 1) job.cancel()
    }
    await expect(cancelled.storage.deletePrefix(job, { prefix: 'del:', dryRun: false })).rejects.toMatchObject({
      code: 'cancelled',
      details: { deleted: 1000 },
    })
    expect(cancelled.store.records.size).toBe(1501)

    const failed = await filled(2500)
    failed.store.failures.push(new HoldfastError('read_only', 'The store only reads.'))
    await expect(failed.storage.deletePrefix(testJob(), { prefix: 'del:', dryRun: false })).rejects.toMatchObject({
      code: 'read_only',
      details: { deleted: 0 },
    })
  })

  test('of nothing ends well', async () => {
    const { storage } = storageOver()
    expect(await storage.deletePrefix(testJob(), { prefix: 'x', dryRun: false })).toEqual({ matched: 0, deleted: 0, changed: 0 })
  })
})

describe('sample data', () => {
  test('is found and loaded whole, with progress', async () => {
    const { storage } = storageOver()
    const job = testJob()
    const { imported, failed } = await storage.loadSample(job)
    expect(failed).toBe(0)
    expect(imported).toBe(job.reports[0]?.total)
    expect(JSON.parse(text(storage.get('city:CN:Shanghai:1796236').value))).toMatchObject({ name: 'Shanghai', country: 'CN' })
    expect(JSON.parse(text(storage.get('weather:seattle:2012-01-01').value))).toMatchObject({ weather: 'drizzle', maxCelsius: 12.8 })
    expect(storage.get('sensor:seattle:2010-01-01T01:00:00Z').meta.contentType).toBe('application/json')
    expect(job.reports.at(-1)?.done).toBe(imported)
  })

  test('cancelled it stops', async () => {
    const { storage } = storageOver()
    const job = testJob()
    job.cancel()
    await expect(storage.loadSample(job)).rejects.toMatchObject({ code: 'cancelled' })
  })

  test('that was not shipped is not found', () => {
    expect(findSampleFolder('/nonexistent/deep/folder')).toBeUndefined()
  })
})
