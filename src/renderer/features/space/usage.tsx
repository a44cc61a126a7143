import { Button, SegmentedControl } from '@mantine/core'
import { useState } from 'react'
import { useLocation } from 'wouter'
import type { SpaceUsage } from '../../../contract/index.ts'
import { formatNumber, useLanguage } from '../../language/index.ts'
import { JobProgress } from '../../ui/job-progress.tsx'
import { Section } from '../../ui/page.tsx'
import { requestOfPage } from '../../ui/page-request.ts'
import { RelativeTime } from '../../ui/quantities.tsx'
import { EmptyState, ErrorLine, LoadedView } from '../../ui/states.tsx'
import { AgeTable } from './age-table.tsx'
import { PrefixPath } from './prefix-path.tsx'
import classes from './space.module.css'
import { useSpaceTexts } from './texts.ts'
import { UsageTable } from './usage-table.tsx'
import { useUsage } from './use-usage.ts'

const ways = ['prefix', 'age'] as const
type Way = (typeof ways)[number]

/** Records by prefix, one step deeper with each click, and by age. */
export function Usage() {
  const t = useSpaceTexts()
  const [, navigate] = useLocation()
  const [way, setWay] = useState<Way>('prefix')
  const [prefix, setPrefix] = useState('')
  const { loaded, job, measure, error } = useUsage({ prefix })
  const show = (wanted: string) => {
    navigate('/data')
    requestOfPage('prefix', wanted)
  }
  return (
    <Section
      title={t('usage')}
      actions={
        <SegmentedControl
          size="xs"
          aria-label={t('by')}
          data={ways.map((value) => ({ value, label: t(`by.${value}`) }))}
          value={way}
          onChange={(value) => setWay(value as Way)}
        />
      }
    >
      <PrefixPath prefix={prefix} onChoose={setPrefix} />
      {job !== undefined && (
        <div className={classes.job}>
          <JobProgress job={job} />
        </div>
      )}
      {error !== undefined && <ErrorLine error={error} />}
      <LoadedView loaded={loaded}>
        {(usage) =>
          usage.total.records === 0 ? (
            <EmptyState title={t('noRecords')} />
          ) : (
            <>
              <div className={classes.table}>
                {way === 'age' ? <AgeTable usage={usage} /> : <UsageTable usage={usage} onOpen={setPrefix} onShow={show} />}
              </div>
              <HowMeasured usage={usage} onMeasure={measure} measuring={job !== undefined} />
            </>
          )
        }
      </LoadedView>
    </Section>
  )
}

function HowMeasured({ usage, onMeasure, measuring }: { usage: SpaceUsage; onMeasure: () => void; measuring: boolean }) {
  const t = useSpaceTexts()
  const language = useLanguage()
  return (
    <div className={classes.measured}>
      <span>
        {usage.exact ? t('exact') : t('estimate', { n: formatNumber(usage.lookedAt, language) })} {t('measuredAt')}{' '}
        <RelativeTime at={usage.measuredAt} />
      </span>
      <Button size="compact-xs" variant="subtle" disabled={measuring} onClick={onMeasure}>
        {t(usage.exact ? 'again' : 'measure')}
      </Button>
    </div>
  )
}
