import { useOperation } from '../../bridge/query.ts'
import { JobProgress } from '../../ui/job-progress.tsx'
import { Section } from '../../ui/page.tsx'
import { LoadedView } from '../../ui/states.tsx'
import classes from './overview.module.css'
import { useOverviewTexts } from './texts.ts'

const shownJobs = 6

/** What was done lately, newest first. */
export function LatestActivity() {
  const t = useOverviewTexts()
  const jobs = useOperation('jobs.list', { limit: 20 })
  return (
    <Section title={t('activity')}>
      <LoadedView loaded={jobs}>
        {({ items }) =>
          items.length === 0 ? (
            <p className={classes.quiet}>{t('noActivity')}</p>
          ) : (
            <div className={classes.activity}>
              {items.slice(0, shownJobs).map((job) => (
                <JobProgress key={job.id} job={job} />
              ))}
            </div>
          )
        }
      </LoadedView>
    </Section>
  )
}
