import { Button } from '@mantine/core'
import { useState } from 'react'
import { Link } from 'wouter'
import type { ActivityEntry } from '../../../contract/index.ts'
import { useOperation } from '../../bridge/query.ts'
import { ActivityLine } from '../../ui/activity-entry.tsx'
import { isActive, JobProgress } from '../../ui/job-progress.tsx'
import { Section } from '../../ui/page.tsx'
import { LoadedView } from '../../ui/states.tsx'
import { UndoEntryDialog } from '../../ui/undo-dialog.tsx'
import classes from './overview.module.css'
import { useOverviewTexts } from './texts.ts'

const shownEntries = 6

/** What runs now, and the newest of what was done, with the way back. */
export function RecentActivity() {
  const t = useOverviewTexts()
  const activity = useOperation('activity.list', { limit: shownEntries })
  const jobs = useOperation('jobs.list', { limit: 20 })
  const [undoing, setUndoing] = useState<ActivityEntry>()
  const running = jobs.state === 'ready' ? jobs.data.items.filter(isActive) : []
  const all = (
    <Button component={Link} href="/activity" size="compact-xs" variant="subtle">
      {t('allActivity')}
    </Button>
  )
  return (
    <Section title={t('activity')} actions={all}>
      {running.length > 0 && (
        <div className={classes.activity}>
          {running.map((job) => (
            <JobProgress key={job.id} job={job} />
          ))}
        </div>
      )}
      <LoadedView loaded={activity}>
        {({ items }) =>
          items.length === 0 ? (
            <p className={classes.quiet}>{t('noActivity')}</p>
          ) : (
            <ol className={classes.acts}>
              {items.map((entry) => (
                <li key={entry.id}>
                  <ActivityLine entry={entry} onUndo={setUndoing} />
                </li>
              ))}
            </ol>
          )
        }
      </LoadedView>
      <UndoEntryDialog entry={undoing} onClose={() => setUndoing(undefined)} />
    </Section>
  )
}
