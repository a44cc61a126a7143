import { useCallback, useEffect, useRef, useState } from 'react'
import type { InputOf, Job } from '../../../contract/index.ts'
import { CallError, call } from '../../bridge/call.ts'
import { isActive } from '../../ui/job-progress.tsx'

const pollMs = 250
/** Nobody wants to know of a prefix that is still being typed, and each dry run is a job that the host remembers. */
const typingPauseMs = 300

/** A dry run for as long as its dialog is open: its progress, its result, and its end when nobody wants to know any more. */
export function useDryRun(input: InputOf<'records.bulk'> | undefined): { job: Job | undefined; error: unknown; again: () => void } {
  const [job, setJob] = useState<Job>()
  const [error, setError] = useState<unknown>()
  const [attempt, setAttempt] = useState(0)
  const wanted = input && JSON.stringify(input)
  const latest = useRef(input)
  const hasBegun = useRef(false)
  latest.current = input
  // biome-ignore lint/correctness/useExhaustiveDependencies: another attempt is asked for by its number
  useEffect(() => {
    if (wanted === undefined || !latest.current) return
    const gone = new AbortController()
    setJob(undefined)
    setError(undefined)
    const begin = () => {
      hasBegun.current = true
      if (!latest.current) return
      followDryRun(latest.current, setJob, gone.signal).catch((failure: unknown) => {
        if (!gone.signal.aborted) setError(failure)
      })
    }
    const timer = setTimeout(begin, hasBegun.current ? typingPauseMs : 0)
    return () => {
      clearTimeout(timer)
      gone.abort()
    }
  }, [wanted, attempt])
  const again = useCallback(() => setAttempt((before) => before + 1), [])
  return { job, error, again }
}

async function followDryRun(input: InputOf<'records.bulk'>, show: (job: Job) => void, signal: AbortSignal): Promise<void> {
  let job = await call('records.bulk', { ...input, dryRun: true })
  while (isActive(job)) {
    if (signal.aborted) {
      await call('jobs.cancel', { id: job.id }).catch(() => undefined)
      return
    }
    show(job)
    await new Promise((resolve) => setTimeout(resolve, pollMs))
    job = await call('jobs.get', { id: job.id })
  }
  if (signal.aborted) return
  show(job)
  if (job.state === 'succeeded') return
  throw new CallError({ code: job.error?.code ?? 'cancelled', message: job.error?.detail ?? '', retryable: true })
}
