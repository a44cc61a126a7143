import { Button, SegmentedControl } from '@mantine/core'
import { useState } from 'react'
import { useLocation } from 'wouter'
import { maxSpaceItems, type SpaceUsage } from '../../../contract/index.ts'
import { useOperation } from '../../bridge/query.ts'
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

type Way = 'prefix' | 'collection' | 'age'
/** So many prefixes can be asked for by name. */
const maxCollections = 256

/** Records by prefix, one step deeper with each click; by collection, where there are any; and by age. */
export function Usage() {
  const t = useSpaceTexts()
  const [, navigate] = useLocation()
  const [way, setWay] = useState<Way>('prefix')
  const [prefix, setPrefix] = useState('')
  const collections = useOperation('collections.list', {})
  const named = collections.state === 'ready' ? collections.data.items.slice(0, maxCollections) : []
  const ways: readonly Way[] = named.length > 0 ? ['prefix', 'collection', 'age'] : ['prefix', 'age']
  const isByCollection = way === 'collection' && named.length > 0
  const { loaded, job, measure, error } = useUsage(
    isByCollection ? { prefixes: named.map((one) => one.prefix), limit: maxSpaceItems } : { prefix },
  )
  const nameOf = (wanted: string) => named.find((one) => one.prefix === wanted)?.name
  const open = (wanted: string) => {
    setWay('prefix')
    setPrefix(wanted)
  }
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
      {!isByCollection && <PrefixPath prefix={prefix} onChoose={setPrefix} />}
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
                {way === 'age' ? (
                  <AgeTable usage={usage} />
                ) : (
                  <UsageTable usage={usage} {...(isByCollection && { nameOf })} onOpen={open} onShow={show} />
                )}
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
        <br />
        {t('counted')}
      </span>
      <Button size="compact-xs" variant="subtle" disabled={measuring} onClick={onMeasure}>
        {t(usage.exact ? 'again' : 'measure')}
      </Button>
    </div>
  )
}
