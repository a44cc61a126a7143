import { Button } from '@mantine/core'
import { useState } from 'react'
import { useLocation } from 'wouter'
import type { Collection } from '../../../contract/index.ts'
import { asCallError, call } from '../../bridge/call.ts'
import { formatNumber, useLanguage } from '../../language/index.ts'
import { requestOfPage } from '../../ui/page-request.ts'
import { EmptyState, ErrorLine, ErrorState, LoadingState } from '../../ui/states.tsx'
import { useUiTexts } from '../../ui/texts.ts'
import { Advice, PlanLine } from './explained.tsx'
import classes from './query.module.css'
import { useQueryStore } from './query-store.ts'
import { ResultGrid } from './result-grid.tsx'
import { useQueryTexts } from './texts.ts'
import type { RunResults } from './use-run.ts'

interface ResultsProps {
  readonly results: RunResults
  readonly collection: Collection
  readonly onChanged: () => void
}

/** What was found, how it was found, and what would make it cheaper. */
export function Results({ results, collection, onChanged }: ResultsProps) {
  const t = useQueryTexts()
  const ui = useUiTexts()
  const [, navigate] = useLocation()
  const selectedKey = useQueryStore((state) => state.selectedKey)
  const { items, error, isLoading, retry, hasMore } = results
  const open = (key: string) => {
    navigate('/data')
    requestOfPage('key', key)
  }
  if (isLoading) return <LoadingState />
  if (error !== undefined && items.length === 0) return <ErrorState error={error} retry={retry} />
  return (
    <>
      <div className={classes.outcome}>
        {results.explain !== undefined && <PlanLine explain={results.explain} />}
        <Total results={results} />
        <Button
          size="compact-sm"
          disabled={selectedKey === undefined}
          title={t('openHint')}
          onClick={() => selectedKey !== undefined && open(selectedKey)}
        >
          {t('openRecord')}
        </Button>
        <Advice results={results} collection={collection} onChanged={onChanged} />
      </div>
      {error !== undefined && (
        <div className={classes.failed} role="alert">
          <ErrorLine error={error} />
          <Button size="compact-sm" onClick={results.loadMore}>
            {ui('retry')}
          </Button>
        </div>
      )}
      {items.length === 0 && !hasMore ? <EmptyState title={t('noResults')} /> : <ResultGrid results={results} onOpen={open} />}
    </>
  )
}

/** How many are shown, and on demand how many there are. */
function Total({ results: { items, hasMore, input } }: { results: RunResults }) {
  const t = useQueryTexts()
  const language = useLanguage()
  const [counted, setCounted] = useState<{ readonly input: unknown; readonly count: number | undefined; readonly error?: unknown }>()
  const known = counted?.input === input ? counted : undefined
  const count = async () => {
    const { explain: _, ...question } = input
    setCounted({ input, count: undefined })
    try {
      const answer = await call('collections.query', { ...question, limit: 1, count: true })
      setCounted({ input, count: answer.count })
    } catch (error) {
      setCounted({ input, count: undefined, error: asCallError(error) })
    }
  }
  const n = formatNumber(items.length, language)
  return (
    <span className={classes.shown}>
      <span role="status">
        {t(hasMore ? 'shownMore' : 'shown', { count: items.length, n })}
        {known?.count !== undefined && ` · ${t('counted', { count: known.count, n: formatNumber(known.count, language) })}`}
      </span>
      {hasMore && known?.count === undefined && (
        <Button size="compact-xs" variant="subtle" loading={known !== undefined && known.error === undefined} onClick={() => void count()}>
          {t('count')}
        </Button>
      )}
      {known?.error !== undefined && <ErrorLine error={known.error} />}
    </span>
  )
}
