import { Button, Popover } from '@mantine/core'
import { ListChecks, LoaderCircle } from 'lucide-react'
import { useState } from 'react'
import { useOperation } from '../bridge/query.ts'
import { isActive, JobProgress } from '../ui/job-progress.tsx'
import { usePageWork } from '../ui/page-work.ts'
import { PageWorkList } from '../ui/page-work-list.tsx'
import { EmptyState, LoadedView } from '../ui/states.tsx'
import classes from './frame.module.css'
import { useAppTexts } from './texts.ts'

const shownJobs = 20

/** Long work, running and done. It goes on when the window is closed. */
export function JobCentre() {
  const t = useAppTexts()
  const [opened, setOpened] = useState(false)
  const [busy, setBusy] = useState(false)
  // Events tell of changes; while something runs its figures are asked for as well.
  const jobs = useOperation('jobs.list', { limit: shownJobs }, { refetchMs: busy ? 1000 : 15_000 })
  const works = usePageWork((state) => state.works.length)
  const onHost = jobs.state === 'ready' ? jobs.data.items.filter(isActive).length : 0
  const running = onHost + works
  if (onHost > 0 !== busy) setBusy(onHost > 0)
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-end" trapFocus returnFocus>
      <Popover.Target>
        <Button
          variant="subtle"
          color="gray"
          leftSection={
            running > 0 ? (
              <LoaderCircle className={classes.spin} size={16} aria-hidden="true" />
            ) : (
              <ListChecks size={16} aria-hidden="true" />
            )
          }
          onClick={() => setOpened(!opened)}
        >
          {running > 0 ? t('jobsRunning', { count: running }) : t('jobs')}
        </Button>
      </Popover.Target>
      <Popover.Dropdown p={0} aria-label={t('jobs')}>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region has to take the focus */}
        <div className={classes.jobs} tabIndex={0}>
          <PageWorkList />
          <LoadedView loaded={jobs}>
            {({ items }) =>
              items.length === 0 && works === 0 ? (
                <EmptyState title={t('noJobs')}>{t('noJobsText')}</EmptyState>
              ) : (
                items.map((job) => <JobProgress key={job.id} job={job} />)
              )
            }
          </LoadedView>
        </div>
      </Popover.Dropdown>
    </Popover>
  )
}
