import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { JobRegistry } from '../../../src/main/api/jobs.ts'
import type { Clock } from '../../../src/main/base/clock.ts'
import { HoldfastError } from '../../../src/main/base/errors.ts'
import type { JobContext } from '../../../src/main/base/job-context.ts'
import { silentLog } from '../../../src/main/base/log.ts'
import { ContextIds } from '../../../src/main/base/request-context.ts'
import { EventHub } from '../../../src/main/storage/event-hub.ts'

class ManualClock implements Clock {
  nowMs = Date.UTC(2026, 0, 1)
  wallMs = () => this.nowMs
  monotonicMs = () => this.nowMs
}

let folder: string
let clock: ManualClock
let events: EventHub
const open = () => JobRegistry.open({ file: join(folder, 'jobs.json'), clock, log: silentLog, ids: new ContextIds(), events })

/** Work that ends when it is told to, or when its signal says so. */
function heldWork() {
  const { promise, resolve, reject } = Promise.withResolvers<Record<string, unknown>>()
  let job: JobContext | undefined
  const work = (context: JobContext) => {
    job = context
    context.signal.addEventListener('abort', () => reject(context.signal.reason))
    return promise
  }
  return { work, finish: resolve, fail: reject, job: () => job as JobContext }
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'holdfast-jobs-'))
  clock = new ManualClock()
  events = new EventHub({ boot: 'test', log: silentLog })
})
afterEach(() => rm(folder, { recursive: true, force: true }))

describe('jobs', () => {
  it('run, report, and are remembered with their result', async () => {
    const jobs = await open()
    const held = heldWork()
    const { id } = jobs.start('backup', undefined, held.work)
    held.job().report({ phase: 'reading', done: 0, total: 1000, unit: 'records' })
    clock.nowMs += 1000
    held.job().report({ done: 250 })
    expect(jobs.get(id)).toMatchObject({
      state: 'running',
      phase: 'reading',
      done: 250,
      total: 1000,
      unit: 'records',
      ratePerSecond: 250,
      etaSeconds: 3,
    })
    held.finish({ backupId: 'b1' })
    await vi.waitFor(() => expect(jobs.get(id)).toMatchObject({ state: 'succeeded', result: { backupId: 'b1' } }))
    await jobs.close()
    expect((await open()).get(id)).toMatchObject({ state: 'succeeded', result: { backupId: 'b1' } })
  })

  it('that touch generations wait for each other, in order, and say for whom', async () => {
    const jobs = await open()
    const [first, second, third] = [heldWork(), heldWork(), heldWork()]
    const one = jobs.start('backup', undefined, first.work)
    const two = jobs.start('restore', 'b1', second.work)
    const other = jobs.start('delete-prefix', 'a', third.work)
    expect(one.state).toBe('running')
    expect(jobs.get(two.id)).toMatchObject({ state: 'queued', phase: 'waiting', waitingFor: one.id })
    expect(other.state).toBe('running')
    first.finish({})
    await vi.waitFor(() => expect(jobs.get(two.id).state).toBe('running'))
    second.finish({})
    third.finish({})
    await jobs.close()
  })

  it('are cancelled while they wait and while they run, and not once they are over', async () => {
    const jobs = await open()
    const [running, waiting] = [heldWork(), heldWork()]
    const one = jobs.start('verify', 'b1', running.work)
    const two = jobs.start('verify', 'b2', waiting.work)
    expect(await jobs.cancel(two.id)).toMatchObject({ state: 'cancelled' })
    expect(await jobs.cancel(one.id)).toMatchObject({ state: 'cancelled', error: { code: 'cancelled' } })
    await expect(jobs.cancel(one.id)).rejects.toMatchObject({ code: 'job_finished' })
    await expect(jobs.cancel('nope')).rejects.toMatchObject({ code: 'not_found' })
    await jobs.close()
  })

  it('that come to their end in spite of a cancel have succeeded', async () => {
    const jobs = await open()
    const gate = Promise.withResolvers<Record<string, unknown>>()
    const { id } = jobs.start('restore', 'b1', () => gate.promise)
    const cancelled = jobs.cancel(id)
    gate.resolve({ switched: true })
    expect(await cancelled).toMatchObject({ state: 'succeeded' })
    await jobs.close()
  })

  it('that fail say the reason, and keep the inside of a mistake to the log', async () => {
    const jobs = await open()
    const refused = jobs.start('backup', undefined, () => Promise.reject(new HoldfastError('disk_full', 'The disk is full.')))
    const broken = jobs.start('sample-data', undefined, () => Promise.reject(new TypeError('secret')))
    await vi.waitFor(() => {
      expect(jobs.get(refused.id)).toMatchObject({ state: 'failed', error: { code: 'disk_full', detail: 'The disk is full.' } })
      expect(jobs.get(broken.id)).toMatchObject({ state: 'failed', error: { code: 'internal' } })
    })
    expect(JSON.stringify(jobs.get(broken.id))).not.toContain('secret')
    await jobs.close()
  })

  it('that fail carry the facts of the reason, short ones alone', async () => {
    const jobs = await open()
    const details = { key: 'a', limitBytes: 5, damages: ['one'], long: 'x'.repeat(2000) }
    const { id } = jobs.start('backup', undefined, () => Promise.reject(new HoldfastError('too_large', 'Too large.', { details })))
    await vi.waitFor(() =>
      expect(jobs.get(id).error).toEqual({ code: 'too_large', detail: 'Too large.', details: { key: 'a', limitBytes: 5 } }),
    )
    await jobs.close()
    expect((await open()).get(id).error?.details).toEqual({ key: 'a', limitBytes: 5 })
  })

  it('cut off by a crash are told as interrupted after the restart', async () => {
    const jobs = await open()
    const { id } = jobs.start('backup', undefined, heldWork().work)
    await expect.poll(() => readFile(join(folder, 'jobs.json'), 'utf8').catch(() => '')).toContain('"running"')
    const reopened = await open()
    expect(reopened.get(id)).toMatchObject({ state: 'failed', error: { code: 'interrupted' } })
    await jobs.close()
  })

  it('are told to have succeeded only when a crash could not take that back', async () => {
    const jobs = await open()
    const { id } = jobs.start('backup', undefined, async () => ({ backupId: 'b1' }))
    await vi.waitFor(() => expect(jobs.get(id).state).toBe('succeeded'), { interval: 1 })
    expect((await open()).get(id)).toMatchObject({ state: 'succeeded', result: { backupId: 'b1' } })
    await jobs.close()
  })

  it('are stopped by the end of the host, and those that wait never begin', async () => {
    const jobs = await open()
    const [running, waiting] = [heldWork(), heldWork()]
    const one = jobs.start('backup', undefined, running.work)
    const two = jobs.start('backup', undefined, waiting.work)
    await jobs.close()
    expect(waiting.job()).toBeUndefined()
    const reopened = await open()
    expect(reopened.get(one.id)).toMatchObject({ state: 'failed', error: { code: 'interrupted' } })
    expect(reopened.get(two.id)).toMatchObject({ state: 'failed', error: { code: 'interrupted' } })
    expect(() => jobs.start('backup', undefined, heldWork().work)).toThrow(expect.objectContaining({ code: 'stopping' }))
  })

  it('are listed newest first, in pages, the last two hundred', async () => {
    const jobs = await open()
    const ids: string[] = []
    for (let index = 0; index < 205; index++) {
      clock.nowMs++
      const { id } = jobs.start('sample-data', undefined, async () => ({}))
      ids.push(id)
      await vi.waitFor(() => expect(jobs.get(id).state).toBe('succeeded'), { interval: 1 })
    }
    const first = jobs.list({ limit: 150 })
    expect(first.items.map(({ id }) => id)).toEqual(ids.slice(-150).reverse())
    const second = jobs.list({ limit: 150, after: first.next as string })
    expect(second.items).toHaveLength(50)
    expect(second.next).toBeNull()
    expect(() => jobs.list({ limit: 1, after: 'nope' })).toThrow(expect.objectContaining({ code: 'invalid_request' }))
    await jobs.close()
  })

  it('announce progress, but not every unit of it', async () => {
    const jobs = await open()
    let told = 0
    events.subscribe(({ event }) => {
      if (event === 'jobs') told++
    })
    const held = heldWork()
    jobs.start('backup', undefined, held.work)
    for (let done = 0; done < 10_000; done++) {
      clock.nowMs += 0.1
      held.job().report({ done })
    }
    held.finish({})
    await jobs.close()
    expect(told).toBeGreaterThan(3)
    expect(told).toBeLessThan(12)
  })

  it('whose list cannot be understood put it aside and begin a new one', async () => {
    await writeFile(join(folder, 'jobs.json'), '{"format":1,"jobs":[{')
    const jobs = await open()
    expect(jobs.list({ limit: 10 }).items).toEqual([])
    expect(await readFile(join(folder, 'jobs.json.damaged'), 'utf8')).toContain('{"format":1')
    await jobs.close()
  })

  it('beyond sixty-four at once are refused', async () => {
    const jobs = await open()
    const held = Array.from({ length: 64 }, heldWork)
    for (const { work } of held) jobs.start('verify', 'b', work)
    expect(() => jobs.start('verify', 'b', heldWork().work)).toThrow(expect.objectContaining({ code: 'overloaded' }))
    await jobs.close()
  })
})
