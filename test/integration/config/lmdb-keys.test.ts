import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { OutputOf } from '../../../src/contract/index.ts'
import { startTestHost, type TestHost } from '../../support/host.ts'

// Each key of [database.lmdb], and the effect by which one sees it.

let folder: string
let started: TestHost

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-keys-'))
})
afterEach(async () => {
  await started.close()
  await rm(folder, { recursive: true, force: true })
})

/** A host whose file says this in [database.lmdb] and its table `performance`. */
async function hostWith(keys: string, performance = ''): Promise<void> {
  const configFile = join(folder, 'holdfast.toml')
  await writeFile(configFile, `[database.lmdb]\n${keys}\n[database.lmdb.performance]\n${performance}\n`)
  started = await startTestHost({ configFile })
}

async function figure(name: string): Promise<number> {
  const { text } = await started.api.get('/metrics')
  return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1])
}

/** Lines of an import: records of about so many bytes, which compress. */
const lines = (records: number, bytes: number): string =>
  Array.from({ length: records }, (_, n) => `${JSON.stringify({ key: `n:${n}`, value: { n, text: 'abcd '.repeat(bytes / 5) } })}\n`).join(
    '',
  )

const importLines = async (text: string): Promise<void> => {
  const answer = await started.api.post('/api/import', text, { 'content-type': 'application/x-ndjson' })
  expect(answer.json()).toMatchObject({ failed: 0 })
}

async function drained(): Promise<void> {
  const isDrained = async () => {
    const { store } = (await started.api.get('/api/status')).json<OutputOf<'status.get'>>()
    return store.sequence === store.appliedSequence
  }
  await expect.poll(isDrained, { timeout: 10_000 }).toBe(true)
}

/** Threads of this process, by the beginning of their name, as the system knows them. */
async function threads(name: string): Promise<number> {
  const ids = await readdir('/proc/self/task')
  const names = await Promise.all(ids.map((id) => readFile(`/proc/self/task/${id}/comm`, 'utf8').catch(() => '')))
  return names.filter((one) => one.startsWith(name)).length
}

describe('[database.lmdb]', () => {
  it('path is where the database lies', async () => {
    await hostWith(`path = "${join(folder, 'elsewhere')}"`)
    expect(await readdir(join(folder, 'elsewhere'))).toContainEqual(expect.stringMatching(/^g-/))
    expect(await readdir(started.folder)).not.toContain('db')
  })

  it.each([0, 1])('cache_size_mb = %i bounds the memory tier', async (megabytes) => {
    await hostWith(`cache_size_mb = ${megabytes}`)
    for (let n = 0; n < 15; n++) await started.api.put(`/api/data/${n}`, Buffer.alloc(100_000))
    for (let n = 0; n < 15; n++) await started.api.get(`/api/data/${n}`)
    for (let n = 0; n < 15; n++) await started.api.get(`/api/data/${n}`)
    const bytes = await figure('holdfast_memory_tier_bytes')
    expect(bytes).toBeLessThanOrEqual(megabytes * 1024 * 1024)
    expect(bytes > 0).toBe(megabytes > 0)
  })

  it.each([true, false])('compression = %s decides whether values are compressed on disk', async (compression) => {
    await hostWith(`compression = ${compression}`)
    await importLines(lines(200, 2000))
    await drained()
    const share = (await figure('holdfast_stored_value_bytes')) / (await figure('holdfast_value_bytes'))
    if (compression) expect(share).toBeLessThan(0.5)
    else expect(share).toBe(1)
  })

  it('flush_every_ms is how long an acknowledged write waits for its sync: with 0 it has it', async () => {
    await hostWith('flush_every_ms = 60000')
    const syncsOfTenWrites = async () => {
      const before = await figure('holdfast_journal_syncs_total')
      for (let n = 0; n < 10; n++) expect((await started.api.put(`/api/data/${n}`, 'x')).status).toBeLessThan(300)
      return (await figure('holdfast_journal_syncs_total')) - before
    }
    const set = (everyMs: number) =>
      started.api.send('PATCH', '/api/config', {
        body: JSON.stringify({ changes: { 'database.lmdb.flush_every_ms': everyMs } }),
        headers: { 'content-type': 'application/json' },
      })
    expect(await syncsOfTenWrites()).toBe(0)
    await set(0)
    expect(await syncsOfTenWrites()).toBeGreaterThanOrEqual(10)
    await set(30)
    const before = await figure('holdfast_journal_syncs_total')
    await started.api.put('/api/data/last', 'x')
    await expect.poll(() => figure('holdfast_journal_syncs_total')).toBeGreaterThan(before)
  })

  it('snapshot_interval_sec is read, and said to have no effect yet', async () => {
    await hostWith('snapshot_interval_sec = 60')
    const { notices } = (await started.api.get('/api/status')).json<OutputOf<'status.get'>>()
    expect(notices).toContainEqual({ code: 'setting_not_in_effect', text: expect.stringContaining('snapshot_interval_sec') })
  })
})

describe('[database.lmdb.performance]', () => {
  it.each([1, 3])('max_read_threads = %i threads open the records of exports and searches', async (most) => {
    await hostWith('', `max_read_threads = ${most}`)
    await importLines(lines(4000, 500))
    expect(await threads('holdfast readin')).toBe(0)
    const exports = await Promise.all(Array.from({ length: 4 }, () => started.api.get('/api/export')))
    for (const { text } of exports) expect(text.trim().split('\n')).toHaveLength(4000)
    expect(await figure('holdfast_read_threads')).toBe(most)
    expect(await threads('holdfast readin')).toBe(most)
  })

  it.each([1, 3])('max_write_threads = %i threads compress values on their way into the database', async (most) => {
    await hostWith('', `max_write_threads = ${most}`)
    await importLines(lines(4000, 2000))
    await drained()
    expect(await threads('holdfast packin')).toBe(most)
  })

  it.each([
    [100, 10],
    [1000, 1],
  ])('batch_size = %i is how many records an import writes in a transaction', async (size, transactions) => {
    await hostWith('', `batch_size = ${size}`)
    const before = await figure('holdfast_transactions_total')
    await importLines(lines(1000, 5))
    expect((await figure('holdfast_transactions_total')) - before).toBe(transactions)
  })

  it.each([
    [100, 10],
    [500, 2],
  ])('prefetch_size = %i is how many records an export reads at once', async (size, pages) => {
    await hostWith('', `prefetch_size = ${size}`)
    await importLines(lines(1000, 5))
    const before = await figure('holdfast_pages_read_total')
    expect((await started.api.get('/api/export')).text.trim().split('\n')).toHaveLength(1000)
    expect((await figure('holdfast_pages_read_total')) - before).toBe(pages)
  })
})
