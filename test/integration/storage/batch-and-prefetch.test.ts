import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTestHost, type TestHost } from '../../support/host.ts'

let started: TestHost

beforeAll(async () => {
  started = await startTestHost()
})
afterAll(() => started.close())

const figure = async (name: string): Promise<number> => {
  const { text } = await started.api.get('/metrics')
  return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1])
}

const set = (changes: Record<string, number>) =>
  started.api.send('PATCH', '/api/config', { body: JSON.stringify({ changes }), headers: { 'content-type': 'application/json' } })

const lines = Array.from({ length: 1000 }, (_, n) => `{"key":"n:${n}","value":${n}}\n`).join('')
const ndjson = { 'content-type': 'application/x-ndjson' }

it.each([
  [100, 10],
  [1000, 1],
])('an import writes batch_size = %i records in a transaction', async (size, transactions) => {
  expect((await set({ 'database.lmdb.performance.batch_size': size })).status).toBe(200)
  const before = await figure('holdfast_transactions_total')
  expect((await started.api.post('/api/import', lines, ndjson)).json()).toMatchObject({ imported: 1000 })
  expect((await figure('holdfast_transactions_total')) - before).toBe(transactions)
})

it.each([
  [100, 10],
  [500, 2],
])('an export reads prefetch_size = %i records at once', async (size, pages) => {
  expect((await set({ 'database.lmdb.performance.prefetch_size': size })).status).toBe(200)
  const before = await figure('holdfast_pages_read_total')
  expect((await started.api.get('/api/export')).text.trim().split('\n')).toHaveLength(1000)
  expect((await figure('holdfast_pages_read_total')) - before).toBe(pages)
})
