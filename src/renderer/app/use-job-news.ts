import { useEffect, useRef } from 'react'
import type { Job } from '../../contract/index.ts'
import { isActive } from '../ui/job-progress.tsx'
import { useJobFailure } from '../ui/job-texts.ts'
import { jobSubject, notify } from '../ui/notify.tsx'
import { useUiTexts } from '../ui/texts.ts'
import { isAnsweredInPlace } from './job-marks.ts'
import { useShell } from './shell.ts'
import { useAppTexts } from './texts.ts'

/** Tells of the jobs that ended while the window was open; the list of jobs keeps what it says. */
export function useJobNews(jobs: readonly Job[] | undefined): void {
  const t = useAppTexts()
  const ui = useUiTexts()
  const failureOf = useJobFailure()
  // Some end before the list is asked again: what was not there as ended is news. Undefined until there was a list.
  const hadEnded = useRef<ReadonlySet<string>>(undefined)
  useEffect(() => {
    if (jobs === undefined) return
    const before = hadEnded.current
    const ended = jobs.filter((job) => !isActive(job))
    hadEnded.current = new Set(ended.map(({ id }) => id))
    if (before === undefined || useShell.getState().opened === 'jobs') return
    for (const job of ended.filter(({ id, kind }) => !before.has(id) && !isAnsweredInPlace(kind))) {
      const name = ui(`job.${job.kind}`)
      const action = { label: t('showJobs'), run: useShell.getState().showJobs }
      if (job.state === 'succeeded') notify({ subject: jobSubject(job.kind), message: t('jobDone', { name }), action })
      else if (job.state === 'failed') {
        const why = failureOf(job)?.sentence.text ?? ''
        notify({ subject: `${jobSubject(job.kind)}.failed`, level: 'critical', message: t('jobFailed', { name, why }), action })
      }
    }
  }, [jobs, t, ui, failureOf])
}
