import type { Job } from '../../../contract/index.ts'
import { useOperation } from '../../bridge/query.ts'
import { formatNumber, type Language, useLanguage } from '../../language/index.ts'
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
          <div key={job.id}>
            <JobProgress job={job} />
            <JobOutcome job={job} />
          </div>
        ))}
      </Section>
    </div>
  )
}

function JobOutcome({ job }: { job: Job }) {
  const t = useBackupTexts()
  const language = useLanguage()
  if (job.state !== 'succeeded') return null
  return <p className={classes.outcome}>{outcomeOf(job, language, t)}</p>
}

const numberIn = (result: Job['result'], name: string): number => (typeof result?.[name] === 'number' ? result[name] : 0)

/** What the job came to, in a sentence or two. */
function outcomeOf(job: Job, language: Language, t: ReturnType<typeof useBackupTexts>): string {
  const records = formatNumber(numberIn(job.result, 'records'), language)
  switch (job.kind) {
    case 'backup':
      return t('backedUp', { records })
    case 'verify':
      return t('verifiedNow')
    case 'restore': {
      const writes = numberIn(job.result, 'writesAfterStart')
      return writes === 0 ? t('restored', { records }) : `${t('restored', { records })} ${t('restoredWrites', { count: writes })}`
    }
    case 'undo-restore':
      return t('undone')
    default:
      return ''
  }
}
