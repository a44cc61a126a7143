import { create } from 'zustand'
import type { Job } from '../../contract/index.ts'

/** Until when (the end of a job, ISO 8601) jobs were seen by somebody, and until when they were cleared from the list. */
interface JobMarks {
  readonly seen: string
  readonly cleared: string
}

const storageKey = 'holdfast.job-marks'

function kept(): JobMarks {
  try {
    const { seen = '', cleared = '' } = JSON.parse(window.localStorage.getItem(storageKey) ?? '{}') as Partial<JobMarks>
    return { seen: String(seen), cleared: String(cleared) }
  } catch {
    return { seen: '', cleared: '' }
  }
}

/** Kept by this window: the host remembers the jobs, and each person has seen others of them. */
export const useJobMarks = create<JobMarks>(kept)

export function setJobMarks(change: Partial<JobMarks>): void {
  useJobMarks.setState(change)
  try {
    window.localStorage.setItem(storageKey, JSON.stringify(useJobMarks.getState()))
  } catch {
    // Storage may be switched off: then the marks hold until the window closes.
  }
}

/** A person waits for these where they were begun and sees there what they came to: once they are done, the list has nothing to add. */
export const isAnsweredInPlace = (kind: Job['kind']): boolean => kind === 'count' || kind === 'search' || kind === 'bulk-check'

/** When the last of these jobs ended. */
export const lastEnd = (jobs: readonly Job[]): string =>
  jobs.reduce((last, { finishedAt = '' }) => (finishedAt > last ? finishedAt : last), '')

export interface SortedJobs {
  readonly active: readonly Job[]
  /** Not cleared, the newest end first. */
  readonly finished: readonly Job[]
  /** Of the finished, how many ended since somebody looked. */
  readonly unread: number
  readonly unreadFailed: number
}

/** Running before waiting before finished. What somebody cancelled needs no notice. */
export function sortJobs(jobs: readonly Job[], { seen, cleared }: JobMarks): SortedJobs {
  const active = [...jobs.filter(({ state }) => state === 'running'), ...jobs.filter(({ state }) => state === 'queued').reverse()]
  const finished = jobs
    .filter(({ finishedAt }) => finishedAt !== undefined && finishedAt > cleared)
    .filter(({ kind, state }) => state === 'failed' || !isAnsweredInPlace(kind))
    .sort((one, other) => ((one.finishedAt ?? '') < (other.finishedAt ?? '') ? 1 : -1))
  const unread = finished.filter(({ finishedAt = '', state }) => finishedAt > seen && state !== 'cancelled')
  return { active, finished, unread: unread.length, unreadFailed: unread.filter(({ state }) => state === 'failed').length }
}
