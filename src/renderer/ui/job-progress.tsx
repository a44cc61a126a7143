import { Button, Progress } from '@mantine/core'
import type { ReactNode } from 'react'
import type { Job } from '../../contract/index.ts'
import { useCommand } from '../bridge/query.ts'
import { formatBytes, formatDuration, formatNumber, type Language, useLanguage } from '../language/index.ts'
import classes from './job-progress.module.css'
import { useJobFailure, useJobResult } from './job-texts.ts'
import { LevelMark } from './level-mark.tsx'
import { RelativeTime } from './quantities.tsx'
import { ErrorLine } from './states.tsx'
import { useUiTexts } from './texts.ts'

export const isActive = (job: Job): boolean => job.state === 'queued' || job.state === 'running'

/** A job with its phase, progress, rate and time left, and in the end what it came to; cancel says what it leaves behind. */
export function JobProgress({ job, children }: { job: Job; children?: ReactNode }) {
  const t = useUiTexts()
  const language = useLanguage()
  const cancel = useCommand('jobs.cancel')
  const name = t(`job.${job.kind}`)
  const result = useJobResult()(job)
  const failure = useJobFailure()(job)
  return (
    <div className={classes.job} data-state={job.state}>
      <div className={classes.head}>
        <span className={classes.name}>{name}</span>
        {job.subject !== undefined && <span className={classes.subject}>{job.subject}</span>}
        <JobState job={job} />
      </div>
      {isActive(job) && (
        <>
          <Progress
            size="sm"
            value={fraction(job) * 100}
            aria-label={name}
            {...(job.total === null ? { striped: true, animated: true } : {})}
          />
          <div className={classes.figures}>
            <span>{phaseOf(job, t)}</span>
            <span>{figures(job, language, t)}</span>
          </div>
          <div className={classes.cancel}>
            <span>{t(`consequence.${job.kind}`)}</span>
            <Button
              loading={cancel.running}
              onClick={() => cancel.run({ id: job.id }).catch(() => undefined)}
              aria-label={`${t('cancelJob')}: ${name}`}
            >
              {t('cancel')}
            </Button>
          </div>
          {cancel.error !== undefined && <ErrorLine error={cancel.error} />}
        </>
      )}
      {result !== undefined && <p className={classes.result}>{result}</p>}
      {failure !== undefined && <ErrorLine {...failure} />}
      {children}
    </div>
  )
}

function JobState({ job }: { job: Job }) {
  const t = useUiTexts()
  const level = job.state === 'failed' ? 'critical' : job.state === 'succeeded' ? 'normal' : undefined
  return (
    <span className={classes.state}>
      {level !== undefined && <LevelMark level={level} />}
      {t(`state.${job.state}`)}
      {job.finishedAt !== undefined && (
        <span className={classes.when}>
          <RelativeTime at={job.finishedAt} />
        </span>
      )}
    </span>
  )
}

export const phases = [
  'waiting',
  'starting',
  'undoing',
  'preparing',
  'checking',
  'counting',
  'deleting',
  'changing',
  'searching',
  'finishing',
  'loading',
  'opening',
  'importing',
  'copying',
  'repacking',
  'erasing',
  'walking',
  'catching-up',
  'measuring',
  'reading',
  'restoring',
  'switching',
  'verifying',
  'measuring',
  'walking',
  'catching-up',
  'indexing',
] as const

/** The phase in the language of the screen, where it is one of the known. */
function phaseOf({ phase }: Job, t: ReturnType<typeof useUiTexts>): string {
  const known = phases.find((name) => name === phase)
  return known === undefined ? phase : t(`phase.${known}`)
}

const fraction = (job: Job): number => (job.total === null ? 1 : job.total === 0 ? 0 : Math.min(1, job.done / job.total))

function figures(job: Job, language: Language, t: ReturnType<typeof useUiTexts>): string {
  const amount = (value: number): string => {
    if (job.unit !== 'bytes') return formatNumber(value, language)
    const quantity = formatBytes(value, language)
    return `${quantity.value} ${quantity.unit}`
  }
  const unit = job.unit === 'bytes' ? '' : ` ${t(`unit.${job.unit}`)}`
  const parts = [(job.total === null ? amount(job.done) : t('progress.of', { done: amount(job.done), total: amount(job.total) })) + unit]
  if (job.ratePerSecond !== undefined) parts.push(t('progress.rate', { rate: amount(Math.round(job.ratePerSecond)) }))
  if (job.etaSeconds !== undefined) parts.push(t('progress.left', { time: formatDuration(job.etaSeconds, language) }))
  return parts.join(' · ')
}
