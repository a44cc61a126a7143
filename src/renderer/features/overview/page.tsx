import { Button } from '@mantine/core'
import { Archive } from 'lucide-react'
import { Link } from 'wouter'
import type { Check, SeriesName, Status } from '../../../contract/index.ts'
import { useCommand, useOperation } from '../../bridge/query.ts'
import { formatNumber, formatRelative, useLanguage } from '../../language/index.ts'
import { useCheckText } from '../../ui/check-text.ts'
import { JobProgress } from '../../ui/job-progress.tsx'
import { LevelMark } from '../../ui/level-mark.tsx'
import { notify } from '../../ui/notify.tsx'
import { Page, Section } from '../../ui/page.tsx'
import { SparkLine } from '../../ui/spark-line.tsx'
import { ErrorLine, LoadedView } from '../../ui/states.tsx'
import { useNow } from '../../ui/use-now.ts'
import { FirstStart } from './first-start.tsx'
import classes from './overview.module.css'
import { safetyOf } from './safety.ts'
import { useOverviewTexts } from './texts.ts'
import { Tiles, useSeries } from './tiles.tsx'

const statusEveryMs = 5000
const shownJobs = 6

/** Am I safe? What is wrong? What do I do? */
export default function OverviewPage() {
  const t = useOverviewTexts()
  const status = useOperation('status.get', {}, { refetchMs: statusEveryMs })
  const backUp = useCommand('backups.create')
  const start = () =>
    backUp.run({}).then(
      () => notify({ subject: 'backups.create', message: t('started') }),
      () => undefined,
    )
  const known = status.state === 'ready' ? status.data : undefined
  const isEmpty = known !== undefined && known.store.records === 0 && known.lastBackup === null
  return (
    <Page
      title={t('title')}
      sentence={known && <SafetySentence status={known} />}
      actions={
        !isEmpty && (
          <Button
            variant="filled"
            leftSection={<Archive size={14} aria-hidden="true" />}
            loading={backUp.running}
            disabled={known === undefined || known.store.mode === 'stopped'}
            onClick={() => void start()}
          >
            {t('backUp')}
          </Button>
        )
      }
    >
      <LoadedView loaded={status}>
        {(data) => (
          <div className={classes.page}>
            {backUp.error !== undefined && <ErrorLine error={backUp.error} />}
            {isEmpty ? <FirstStart status={data} /> : <Figures status={data} />}
          </div>
        )}
      </LoadedView>
    </Page>
  )
}

function SafetySentence({ status }: { status: Status }) {
  const t = useOverviewTexts()
  const language = useLanguage()
  const now = useNow()
  const safety = safetyOf(status)
  const backup = status.lastBackup
  return (
    <span className={classes.safety}>
      <LevelMark level={safety.level} />
      <span>
        <strong>{t(`safety.${safety.text}`)}</strong>{' '}
        {backup && t('lastBackup', { time: formatRelative(Date.parse(backup.createdAt), now, language) })}
      </span>
    </span>
  )
}

function Figures({ status }: { status: Status }) {
  const t = useOverviewTexts()
  const series = useSeries()
  const jobs = useOperation('jobs.list', { limit: 20 })
  return (
    <>
      <div className={classes.columns}>
        <Section title={t('diskDied')}>
          <Loss status={status} series={series} />
        </Section>
        <Section title={t('needsYou')}>
          <NeedsYou checks={status.health.checks ?? []} />
        </Section>
      </div>
      <Tiles status={status} series={series} />
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
    </>
  )
}

/** What would be lost, in records and in words. */
function Loss({ status, series }: { status: Status; series: (name: SeriesName) => readonly (number | null)[] }) {
  const t = useOverviewTexts()
  const language = useLanguage()
  const now = useNow()
  const { lastBackup: backup, store } = status
  const time = backup ? formatRelative(Date.parse(backup.createdAt), now, language) : ''
  const isElsewhere = backup !== null && !backup.onSameDisk
  const amount = isElsewhere ? backup.changesSince : store.records
  const values = { count: amount, n: formatNumber(amount, language) }
  const headline = !isElsewhere ? t('loseAll', values) : amount === 0 ? t('loseNothing') : t('loseChanges', values)
  const writes = series('writes_per_second')
  return (
    <div className={classes.loss}>
      <p className={classes.headline}>{headline}</p>
      {backup && (
        <p className={classes.quiet}>
          {!isElsewhere ? t('sameDisk') : amount === 0 ? t('loseNothingText', { time }) : t('loseChangesText', { time })}
        </p>
      )}
      {writes.length > 1 && (
        <figure className={classes.changes}>
          <SparkLine values={writes} />
          <figcaption>{t('changes')}</figcaption>
        </figure>
      )}
    </div>
  )
}

/** What is not measured because nothing happens needs nobody. */
const needsSomebody = (check: Check): boolean => check.level !== 'normal' && !(check.level === 'unknown' && check.code === 'not_measured')

function NeedsYou({ checks }: { checks: readonly Check[] }) {
  const t = useOverviewTexts()
  const language = useLanguage()
  const now = useNow()
  const textOf = useCheckText()
  const needing = checks.filter(needsSomebody)
  if (needing.length === 0) {
    return (
      <p className={classes.calm}>
        <LevelMark level="normal" /> {t('nothingNeeds')}
      </p>
    )
  }
  return (
    <ul className={classes.needs}>
      {needing.map((check) => {
        const { reason, action } = textOf(check)
        return (
          <li key={check.id}>
            <LevelMark level={check.level} />
            <div>
              <div>
                {reason}
                {check.since !== undefined && now - Date.parse(check.since) > 60_000 && (
                  <span className={classes.quiet}> {t('since', { time: formatRelative(Date.parse(check.since), now, language) })}</span>
                )}
              </div>
              {action !== undefined && <div className={classes.quiet}>{action}</div>}
            </div>
            <Button component={Link} href={check.id === 'backup' ? '/backups' : '/health'}>
              {t('look')}
            </Button>
          </li>
        )
      })}
    </ul>
  )
}
