import { Button, Popover } from '@mantine/core'
import { ListChecks, LoaderCircle } from 'lucide-react'
import { useEffect, useState } from 'react'
import { useOperation } from '../bridge/query.ts'
import { isActive, JobProgress } from '../ui/job-progress.tsx'
import { usePageWork } from '../ui/page-work.ts'
import { PageWorkList } from '../ui/page-work-list.tsx'
import { EmptyState, LoadedView } from '../ui/states.tsx'
import classes from './job-centre.module.css'
import { JobFollowUp } from './job-follow-up.tsx'
import { lastEnd, type SortedJobs, setJobMarks, sortJobs, useJobMarks } from './job-marks.ts'
import { useShell } from './shell.ts'
import { useAppTexts } from './texts.ts'
import { useJobNews } from './use-job-news.ts'

const shownJobs = 50
const busyMs = 1000
const idleMs = 15_000

/** Long work, running and done. It goes on when the window is closed, and is remembered when the host starts again. */
export function JobCentre() {
  const t = useAppTexts()
  const { opened, open } = useShell()
  const isOpen = opened === 'jobs'
  const marks = useJobMarks()
  const [busy, setBusy] = useState(false)
  // Events tell of changes; while something runs its figures are asked for as well.
  const jobs = useOperation('jobs.list', { limit: shownJobs }, { refetchMs: busy ? busyMs : idleMs })
  const items = jobs.state === 'ready' ? jobs.data.items : undefined
  const sorted = sortJobs(items ?? [], marks)
  const works = usePageWork((state) => state.works.length)
  const onHost = sorted.active.length
  const running = onHost + works
  if (onHost > 0 !== busy) setBusy(onHost > 0)
  useJobNews(items)
  const end = lastEnd(items ?? [])
  useEffect(() => {
    if (isOpen && end > useJobMarks.getState().seen) setJobMarks({ seen: end })
  }, [isOpen, end])
  return (
    <Popover opened={isOpen} onChange={(is) => open(is ? 'jobs' : undefined)} position="bottom-end" trapFocus returnFocus>
      <Popover.Target>
        <Button
          className={classes.button}
          variant="subtle"
          color="gray"
          leftSection={
            running > 0 ? (
              <LoaderCircle className={classes.spin} size={16} aria-hidden="true" />
            ) : (
              <ListChecks size={16} aria-hidden="true" />
            )
          }
          onClick={() => open(isOpen ? undefined : 'jobs')}
        >
          <span className={classes.label}>{running > 0 ? t('jobsRunning', { count: running }) : t('jobs')}</span>
          {sorted.unread > 0 && !isOpen && <Unread {...sorted} />}
        </Button>
      </Popover.Target>
      <Popover.Dropdown p={0} aria-label={t('jobs')}>
        <div className={classes.head}>
          <h2>{t('jobs')}</h2>
          <Button
            size="compact-xs"
            variant="subtle"
            disabled={sorted.finished.length === 0}
            onClick={() => setJobMarks({ cleared: end, seen: end })}
          >
            {t('clearFinished')}
          </Button>
        </div>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region has to take the focus */}
        <div className={classes.jobs} tabIndex={0} data-autofocus>
          <PageWorkList />
          <LoadedView loaded={jobs}>{() => <JobList sorted={sorted} works={works} onLeave={() => open(undefined)} />}</LoadedView>
        </div>
      </Popover.Dropdown>
    </Popover>
  )
}

/** How many jobs ended since somebody looked; a failure has its own sign. */
function Unread({ unread, unreadFailed }: SortedJobs) {
  const t = useAppTexts()
  const text = unreadFailed > 0 ? t('unreadFailed', { count: unreadFailed }) : t('unread', { count: unread })
  return (
    <span className={classes.unread} data-failed={unreadFailed > 0} title={text}>
      <span aria-hidden="true">{unreadFailed > 0 ? `! ${unreadFailed}` : unread}</span>
      <span className={classes.hidden}>{text}</span>
    </span>
  )
}

function JobList({ sorted: { active, finished }, works, onLeave }: { sorted: SortedJobs; works: number; onLeave: () => void }) {
  const t = useAppTexts()
  if (active.length + finished.length + works === 0) return <EmptyState title={t('noJobs')}>{t('noJobsText')}</EmptyState>
  return [...active, ...finished].map((job) => (
    <JobProgress key={job.id} job={job}>
      {!isActive(job) && <JobFollowUp job={job} onLeave={onLeave} />}
    </JobProgress>
  ))
}
