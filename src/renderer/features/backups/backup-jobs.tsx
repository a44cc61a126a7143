import type { Job } from '../../../contract/index.ts'
import { useOperation } from '../../bridge/query.ts'
import { isActive, JobProgress } from '../../ui/job-progress.tsx'
import { Section } from '../../ui/page.tsx'
import classes from './backups.module.css'
import { useBackupTexts } from './texts.ts'

const kinds: ReadonlySet<Job['kind']> = new Set(['backup', 'verify', 'restore', 'undo-restore'])

/** The work of this page: what runs now, else what the last run came to. */
export function BackupJobs() {
  const t = useBackupTexts()
  const jobs = useOperation('jobs.list', { limit: 50 })
  if (jobs.state !== 'ready') return null
  const ours = jobs.data.items.filter(({ kind }) => kinds.has(kind))
  const active = ours.filter(isActive)
  const shown = active.length > 0 ? active : ours.slice(0, 1)
  if (shown.length === 0) return null
  return (
    <div className={classes.jobs}>
      <Section title={t(active.length > 0 ? 'running' : 'lastRun')}>
        {shown.map((job) => (
          <JobProgress key={job.id} job={job} />
        ))}
      </Section>
    </div>
  )
}
