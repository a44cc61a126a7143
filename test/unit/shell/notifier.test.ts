import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Job } from '../../../src/contract/index.ts'
import { Notifier } from '../../../src/main/shell/notifier.ts'
import { textsFor } from '../../../src/main/shell/texts.ts'
import { FakeConnection } from './fake-page.ts'

const job = (id: string, more: Partial<Job> = {}): Job => ({
  id,
  kind: 'backup',
  state: 'succeeded',
  phase: 'finishing',
  done: 1,
  total: 1,
  unit: 'records',
  createdAt: '2026-03-01T10:00:00Z',
  startedAt: '2026-03-01T10:00:00Z',
  finishedAt: '2026-03-01T10:05:00Z',
  ...more,
})

describe('the notifications', () => {
  const shown: { title: string; body: string; path: string }[] = []
  let jobs: Job[]
  let mayNotify: boolean
  let host: FakeConnection
  let notifier: Notifier

  const happens = async (...more: Job[]) => {
    jobs = [...more, ...jobs]
    host.publish({ id: 'e', event: 'jobs', data: {} })
    await vi.advanceTimersByTimeAsync(5000)
  }

  beforeEach(async () => {
    vi.useFakeTimers()
    shown.length = 0
    jobs = [job('before', { state: 'failed' })]
    mayNotify = true
    host = new FakeConnection()
    host.answers.set('jobs.list', () => ({ items: jobs, next: null }))
    notifier = new Notifier({ host, texts: () => textsFor('en'), mayNotify: () => mayNotify, show: (note) => shown.push(note) })
    await vi.advanceTimersByTimeAsync(5000)
  })
  afterEach(() => {
    notifier.close()
    vi.useRealTimers()
  })

  test('do not tell of what ended before the app looked', () => {
    expect(shown).toEqual([])
  })

  test('tell of a failure with its reason and the place to look, once', async () => {
    await happens(job('a', { state: 'failed', error: { code: 'disk_full', detail: 'The disk is full.' } }))
    await happens()
    expect(shown).toEqual([{ title: 'Backup failed', body: 'The disk is full.', path: '/backups' }])
  })

  test('tell of a long job that is done, and not of a short one, nor of one that somebody cancelled', async () => {
    await happens(
      job('short', { finishedAt: '2026-03-01T10:00:02Z' }),
      job('stopped', { state: 'cancelled' }),
      job('long', { kind: 'delete-prefix', subject: 'plant/' }),
    )
    expect(shown).toEqual([{ title: 'Deletion is done', body: 'plant/', path: '/data' }])
  })

  test.each([
    ['search', '/data'],
    ['bulk-check', '/data'],
    ['undo', '/activity'],
    ['undo-restore', '/backups'],
  ] as const)('of a job of the kind %s lead to %s', async (kind, path) => {
    await happens(job('long', { kind }))
    expect(shown.map((note) => note.path)).toEqual([path])
  })

  test('tell of several at once together', async () => {
    await happens(job('a'), job('b', { kind: 'verify', state: 'failed' }), job('c'))
    expect(shown).toEqual([{ title: '3 jobs have ended, 1 failed', body: 'Verification', path: '/backups' }])
  })

  test('are silent while somebody looks, or when they are switched off', async () => {
    mayNotify = false
    await happens(job('a', { state: 'failed' }))
    mayNotify = true
    await happens()
    expect(shown).toEqual([])
  })

  test('on another host do not tell of its past', async () => {
    jobs = [job('theirs', { state: 'failed' })]
    notifier.startAnew()
    await vi.advanceTimersByTimeAsync(5000)
    expect(shown).toEqual([])
  })
})
