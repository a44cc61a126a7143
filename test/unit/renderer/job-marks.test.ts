import { describe, expect, it } from 'vitest'
import type { Job } from '../../../src/contract/index.ts'
import { lastEnd, sortJobs } from '../../../src/renderer/app/job-marks.ts'

const job = (id: string, state: Job['state'], finishedAt?: string): Job =>
  ({
    id,
    kind: 'backup',
    state,
    phase: state,
    done: 0,
    total: null,
    unit: 'bytes',
    createdAt: id,
    ...(finishedAt && { finishedAt }),
  }) as Job

// Newest first, as the host lists them.
const jobs = [
  job('5', 'queued'),
  job('4', 'queued'),
  job('3', 'running'),
  job('2', 'failed', '2026-11-23T10:02:00.000Z'),
  job('1', 'succeeded', '2026-11-23T10:05:00.000Z'),
  job('0', 'cancelled', '2026-11-23T10:01:00.000Z'),
]
const ids = (list: readonly Job[]) => list.map(({ id }) => id)

describe('the list of jobs', () => {
  it('has what runs first, then what waits in its order, then the newest end', () => {
    const { active, finished } = sortJobs(jobs, { seen: '', cleared: '' })
    expect(ids(active)).toEqual(['3', '4', '5'])
    expect(ids(finished)).toEqual(['1', '2', '0'])
  })

  it('counts what ended since somebody looked, failures apart, and nothing that somebody cancelled', () => {
    expect(sortJobs(jobs, { seen: '', cleared: '' })).toMatchObject({ unread: 2, unreadFailed: 1 })
    expect(sortJobs(jobs, { seen: '2026-11-23T10:03:00.000Z', cleared: '' })).toMatchObject({ unread: 1, unreadFailed: 0 })
  })

  it('has no ended counts, searches and dry runs, whose answer stands where they were asked for; only their failures', () => {
    const asked = (id: string, kind: Job['kind'], state: Job['state']) => ({ ...job(id, state, '2026-11-23T10:09:00.000Z'), kind }) as Job
    const answered = [asked('c', 'count', 'succeeded'), asked('s', 'search', 'cancelled'), asked('d', 'bulk-check', 'succeeded')]
    const failed = asked('f', 'bulk-check', 'failed')
    const running = { ...job('r', 'running'), kind: 'count' } as Job
    const sorted = sortJobs([...answered, failed, running], { seen: '', cleared: '' })
    expect([ids(sorted.active), ids(sorted.finished), sorted.unread]).toEqual([['r'], ['f'], 1])
  })

  it('hides what was cleared, never what still runs', () => {
    const { active, finished, unread } = sortJobs(jobs, { seen: '', cleared: lastEnd(jobs) })
    expect([active.length, finished.length, unread]).toEqual([3, 0, 0])
  })
})
