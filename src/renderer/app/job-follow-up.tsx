import { Button } from '@mantine/core'
import { useLocation } from 'wouter'
import type { Job } from '../../contract/index.ts'
import { saveFailedItems } from '../bridge/failed-items.ts'
import { type PageRequest, requestOfPage } from '../ui/page-request.ts'
import { useStartJob } from '../ui/start-job.tsx'
import { useUiTexts } from '../ui/texts.ts'
import classes from './job-centre.module.css'
import { useAppTexts } from './texts.ts'

/** Where one sees what a job worked on, and doing it again where that can do no harm. */
export function JobFollowUp({ job, onLeave }: { job: Job; onLeave: () => void }) {
  const t = useAppTexts()
  const ui = useUiTexts()
  const [, navigate] = useLocation()
  const start = useStartJob()
  const place = placeOf(job)
  const retry = job.state === 'succeeded' ? undefined : retryOf(job, (operation, input) => start(operation, input, ui(`job.${job.kind}`)))
  const resume =
    job.kind === 'import' && job.state !== 'succeeded' ? () => start('imports.resume', { id: job.id }, ui('job.import')) : undefined
  const failed = job.kind === 'import' && job.result?.errorsFile !== undefined ? () => void saveFailedItems(job.id) : undefined
  if (place === undefined && retry === undefined && resume === undefined && failed === undefined) return null
  const look = () => {
    if (place === undefined) return
    onLeave()
    navigate(place.path)
    requestOfPage(place.request, place.argument)
  }
  return (
    <div className={classes.followUp}>
      {place !== undefined && (
        <Button size="compact-xs" variant="subtle" onClick={look}>
          {t(`look.${place.request}`)}
        </Button>
      )}
      {failed !== undefined && (
        <Button size="compact-xs" variant="subtle" onClick={failed}>
          {t('saveFailed')}
        </Button>
      )}
      {resume !== undefined && (
        <Button size="compact-xs" variant="subtle" onClick={resume}>
          {t('resumeImport')}
        </Button>
      )}
      {retry !== undefined && (
        <Button size="compact-xs" variant="subtle" onClick={retry}>
          {ui('retry')}
        </Button>
      )}
    </div>
  )
}

interface Place {
  readonly path: string
  readonly request: Extract<PageRequest, 'backup' | 'prefix'>
  readonly argument: string
}

function placeOf(job: Job): Place | undefined {
  const backup = job.kind === 'backup' ? job.result?.id : job.subject
  switch (job.kind) {
    case 'backup':
    case 'verify':
    case 'restore':
      return typeof backup === 'string' ? { path: '/backups', request: 'backup', argument: backup } : undefined
    case 'delete-prefix':
      return { path: '/data', request: 'prefix', argument: job.subject ?? '' }
    case 'sample-data':
      return { path: '/data', request: 'prefix', argument: '' }
    default:
      return undefined
  }
}

type Start = (...job: ['backups.create' | 'sample.load', Record<string, never>] | ['backups.verify', { id: string }]) => void

/** Only what changes no data or loads the same records again: a restore or a deletion is asked for where its target is seen. */
function retryOf({ kind, subject }: Job, start: Start): (() => void) | undefined {
  if (kind === 'backup') return () => start('backups.create', {})
  if (kind === 'verify' && subject !== undefined) return () => start('backups.verify', { id: subject })
  if (kind === 'sample-data') return () => start('sample.load', {})
  return undefined
}
