import type { Status } from '../../../contract/index.ts'
import { useOperation } from '../../bridge/query.ts'
import { formatNumber, formatRelative, useLanguage } from '../../language/index.ts'
import { ChangeBars } from '../../ui/change-bars.tsx'
import { Section } from '../../ui/page.tsx'
import { useNow } from '../../ui/use-now.ts'
import classes from './overview.module.css'
import { useOverviewTexts } from './texts.ts'

const bars = 40
const refetchMs = 10_000
const latelyMs = 15 * 60_000
const roundMs = 60_000

type Backup = NonNullable<Status['lastBackup']>

/** What would be lost if the disk of the data died now, and how it came to that. */
export function Loss({ status: { lastBackup, store } }: { status: Status }) {
  const t = useOverviewTexts()
  return (
    <Section title={t('diskDied')}>
      <div className={classes.loss}>
        {lastBackup === null || lastBackup.onSameDisk ? (
          <LosesAll records={store.records} backup={lastBackup} />
        ) : (
          <LosesChanges backup={lastBackup} />
        )}
        <Changes backup={lastBackup} />
      </div>
    </Section>
  )
}

function LosesAll({ records, backup }: { records: number; backup: Backup | null }) {
  const t = useOverviewTexts()
  const language = useLanguage()
  return (
    <>
      <p className={classes.headline}>
        {records === 0 ? t('loseNothing') : t('loseAll', { count: records, n: formatNumber(records, language) })}
      </p>
      <p className={classes.quiet}>{t(backup === null ? 'noBackupYet' : 'sameDisk')}</p>
    </>
  )
}

function LosesChanges({ backup }: { backup: Backup }) {
  const t = useOverviewTexts()
  const language = useLanguage()
  const now = useNow()
  const time = formatRelative(Date.parse(backup.createdAt), now, language)
  if (backup.changesSince === 0) {
    return (
      <>
        <p className={classes.headline}>{t('loseNothing')}</p>
        <p className={classes.quiet}>{t('loseNothingText', { time })}</p>
      </>
    )
  }
  // Transactions are counted exactly; records are what people know, and are told where they were measured.
  const isMeasured = backup.recordsChanged !== null
  const amount = backup.recordsChanged ?? backup.changesSince
  return (
    <>
      <p className={classes.headline}>
        {t(isMeasured ? 'loseChanges' : 'loseWrites', { count: amount, n: formatNumber(amount, language) })}
      </p>
      <p className={classes.quiet}>{t(isMeasured ? 'loseChangesText' : 'loseWritesText', { time })}</p>
    </>
  )
}

/** When the changes were made: since the backup, or lately when there is none. */
function Changes({ backup }: { backup: Backup | null }) {
  const t = useOverviewTexts()
  const language = useLanguage()
  const now = useNow()
  const from = backup?.createdAt ?? new Date(Math.floor((now - latelyMs) / roundMs) * roundMs).toISOString()
  const answer = useOperation('metrics.series', { names: 'writes_per_second', from, points: bars }, { refetchMs })
  const values = answer.state === 'ready' ? (answer.data.series[0]?.points.map(([, value]) => value) ?? []) : []
  const amount = backup?.recordsChanged ?? null
  if (values.length < 2) return null
  return (
    <figure className={classes.changes}>
      <ChangeBars values={values} />
      <figcaption>
        {backup === null || amount === null
          ? t('changesLately')
          : amount === 0
            ? t('noChangesSince')
            : t('changesSince', { count: amount, n: formatNumber(amount, language) })}
      </figcaption>
    </figure>
  )
}
