import { Button } from '@mantine/core'
import type { ReactNode } from 'react'
import type { SpaceReport } from '../../../contract/index.ts'
import { useOperation } from '../../bridge/query.ts'
import { formatNumber, formatRelative, useLanguage } from '../../language/index.ts'
import { isActive, JobProgress } from '../../ui/job-progress.tsx'
import { LevelMark } from '../../ui/level-mark.tsx'
import { Section } from '../../ui/page.tsx'
import { useNow } from '../../ui/use-now.ts'
import classes from './space.module.css'
import { useSpaceTexts } from './texts.ts'
import { useSize } from './use-size.ts'

interface FreeableProps {
  readonly report: SpaceReport
  readonly onCompact: () => void
}

/** What can be had back: by compaction, by itself, or once a reader lets go. */
export function Freeable({ report, onCompact }: FreeableProps) {
  const t = useSpaceTexts()
  const size = useSize()
  const { undo } = report.reclaimable
  return (
    <Section title={t('freeable')}>
      <ul className={classes.list}>
        <Compaction report={report} onCompact={onCompact} />
        <Line name={t('expiry.name')}>
          <Expiry report={report} />
        </Line>
        {(undo.bytes ?? 0) + (undo.previousBytes ?? 0) > 0 && (
          <Line name={t('undo.name')}>
            {(undo.bytes ?? 0) > 0 && t('undo.text', { size: size(undo.bytes ?? 0) })}{' '}
            {(undo.previousBytes ?? 0) > 0 && t('undo.previous', { size: size(undo.previousBytes ?? 0) })}
          </Line>
        )}
        {report.readers.behind > 0 && <Readers report={report} />}
      </ul>
      <LastCompaction />
    </Section>
  )
}

function Line({ name, mark, action, children }: { name: string; mark?: ReactNode; action?: ReactNode; children: ReactNode }) {
  return (
    <li>
      <span className={classes.name}>
        {mark} {name}
      </span>
      <span className={classes.text}>{children}</span>
      {action}
    </li>
  )
}

/** Less than this of the file is not worth writing it anew. */
const worthShare = 0.02

function Compaction({ report: { database, disk, reclaimable }, onCompact }: FreeableProps) {
  const t = useSpaceTexts()
  const size = useSize()
  const { bytes, neededBytes, possible } = reclaimable.compaction
  const isWorth = bytes > database.fileBytes * worthShare
  const file = size(database.fileBytes)
  return (
    <Line
      name={t('compaction.name')}
      action={
        <Button variant={isWorth && possible ? 'filled' : 'default'} onClick={onCompact}>
          {t('compaction.start')}
        </Button>
      }
    >
      {isWorth
        ? t('compaction.gain', { used: size(database.usedBytes), file, gain: size(bytes), needed: size(neededBytes) })
        : t('compaction.none', { file })}{' '}
      {!possible && t('compaction.noRoom', { missing: size(Math.max(0, neededBytes - (disk?.freeBytes ?? 0))) })}
    </Line>
  )
}

function Expiry({ report: { reclaimable, sweep } }: { report: SpaceReport }) {
  const t = useSpaceTexts()
  const language = useLanguage()
  const size = useSize()
  const { records, bytes } = reclaimable.expiry
  return (
    <>
      {records === 0 ? t('expiry.none') : t('expiry.text', { count: records, n: formatNumber(records, language), size: size(bytes) })}{' '}
      {sweep?.paused === true
        ? t('expiry.paused')
        : sweep !== null &&
          sweep.reclaimableBytes > 0 &&
          t('expiry.last', { share: `${formatNumber((100 * sweep.reclaimedBytes) / sweep.reclaimableBytes, language, 1)} %` })}
    </>
  )
}

/** A reader of an old state makes the file grow: who it is, as far as that is known. */
function Readers({ report: { readers } }: { report: SpaceReport }) {
  const t = useSpaceTexts()
  const language = useLanguage()
  const size = useSize()
  const now = useNow()
  const holders = readers.holders.map(({ holder, since, processId }) => {
    const name = t(`holder.${holder}`, { processId: processId ?? '?' })
    return since === null ? name : t('holder.since', { holder: name, time: formatRelative(Date.parse(since), now, language) })
  })
  const text = t('readers.text', {
    count: readers.count,
    behind: formatNumber(readers.behind, language),
    size: readers.pinnedBytes === null ? t('notMeasured') : size(readers.pinnedBytes),
  })
  return (
    <Line name={t('readers.name')} mark={<LevelMark level="warning" />}>
      {text}
      {holders.length > 0 && <span className={classes.quiet}> {holders.join(' · ')}</span>}
    </Line>
  )
}

/** What runs now, else what the last one came to. */
function LastCompaction() {
  const jobs = useOperation('jobs.list', { limit: 50 })
  if (jobs.state !== 'ready') return null
  const ours = jobs.data.items.filter(({ kind }) => kind === 'compaction')
  const shown = ours.find(isActive) ?? ours[0]
  if (shown === undefined) return null
  return (
    <div className={classes.job}>
      <JobProgress job={shown} />
    </div>
  )
}
