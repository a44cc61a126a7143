import { useEffect, useRef } from 'react'
import type { Job } from '../../contract/index.ts'
import { isActive } from '../ui/job-progress.tsx'
import { useJobFailure } from '../ui/job-texts.ts'
import { notify } from '../ui/notify.tsx'
import { useUiTexts } from '../ui/texts.ts'
import { useShell } from './shell.ts'
import { useAppTexts } from './texts.ts'

/** Tells of the jobs that ended while the window was open; the list of jobs keeps what it says. */
export function useJobNews(jobs: readonly Job[] | undefined): void {
  const t = useAppTexts()
  const ui = useUiTexts()
  const failureOf = useJobFailure()
  const wereActive = useRef<ReadonlySet<string>>(new Set())
  useEffect(() => {
    if (jobs === undefined) return
    const ended = jobs.filter((job) => !isActive(job) && wereActive.current.has(job.id))
    wereActive.current = new Set(jobs.filter(isActive).map(({ id }) => id))
    if (useShell.getState().opened === 'jobs') return
    for (const job of ended) {
      const name = ui(`job.${job.kind}`)
      const action = { label: t('showJobs'), run: useShell.getState().showJobs }
      if (job.state === 'succeeded') notify({ subject: `job.${job.kind}`, message: t('jobDone', { name }), action })
      else if (job.state === 'failed') {
        const why = failureOf(job)?.sentence.text ?? ''
        notify({ subject: `job.${job.kind}.failed`, level: 'critical', message: t('jobFailed', { name, why }), action })
      }
    }
  }, [jobs, t, ui, failureOf])
}
