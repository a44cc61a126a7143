import type { Worker } from 'node:worker_threads'
import { describe, expect, test, vi } from 'vitest'
import { WorkerThread } from '../../../src/main/backup/worker-thread.ts'
import { fill, generationsOf, namesIn, testJob, withSite } from './setup.ts'

// The fault: the thread that does the work ends in the middle of it. Everything else is real.
const threads: Worker[] = []
vi.mock('node:worker_threads', async (original) => {
  const real = await original<typeof import('node:worker_threads')>()
  class SeenWorker extends real.Worker {
    constructor(...input: ConstructorParameters<typeof Worker>) {
      super(...input)
      // The store has threads of its own, which pack records.
      if (input[1]?.name === 'holdfast backups') threads.push(this)
    }
  }
  return { ...real, Worker: SeenWorker }
})

/** A job in whose phase the thread breaks. */
function breakingIn(phase: string) {
  const job = testJob()
  const report: typeof job.report = (progress) => {
    job.report(progress)
    if (progress.phase === phase) void threads.at(-1)?.terminate()
  }
  return { ...job, report }
}

describe('a worker that breaks', () => {
  test('while it makes a backup fails the job, leaves nothing behind, and the next backup works', async () => {
    await withSite(async (site) => {
      await fill(site.store, 20_000, 400)
      await expect(site.backups.create(breakingIn('reading'))).rejects.toMatchObject({ code: 'internal' })
      expect(await namesIn(`${site.folder}/backups`)).toEqual([])
      expect(await site.backups.create(testJob())).toMatchObject({ records: 20_000 })
      expect(site.store.mode.kind).toBe('running')
    })
  })

  test('while it restores leaves the store as it was, and the next restore works', async () => {
    await withSite(async (site) => {
      await fill(site.store, 20_000, 400)
      await site.backups.create(testJob())
      const { generation } = site.store.figures()
      await expect(site.recovery.restore(breakingIn('restoring'), 'latest')).rejects.toMatchObject({ code: 'internal' })
      expect(site.store.figures().generation).toBe(generation)
      expect(await generationsOf(site)).toEqual([generation])
      expect(await site.recovery.restore(testJob(), 'latest')).toMatchObject({ records: 20_000 })
    })
  })
})

test('the worker is one thread for many tasks, and ends when it is told to', async () => {
  const before = threads.length
  const thread = new WorkerThread()
  const job = testJob()
  for (const file of ['/nowhere/a.hfb', '/nowhere/b.hfb']) {
    await expect(thread.run('verify', { file }, job)).rejects.toMatchObject({ code: 'not_found' })
  }
  expect(threads.length).toBe(before + 1)
  await thread.close()
  expect(threads.at(-1)?.threadId).toBe(-1)
})
