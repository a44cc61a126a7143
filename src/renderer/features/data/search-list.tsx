import { Button } from '@mantine/core'
import { useVirtualizer } from '@tanstack/react-virtual'
import { type KeyboardEvent, type MouseEvent, useCallback, useId, useRef } from 'react'
import type { SearchHit } from '../../../contract/index.ts'
import { CallError } from '../../bridge/call.ts'
import { formatCompact, formatNumber, useLanguage } from '../../language/index.ts'
import { EmptyState, ErrorLine, ErrorState, LoadingState } from '../../ui/states.tsx'
import { requestTransfer } from '../../ui/transfer-request.ts'
import { isMarked, markAll, toggleMark, useBrowseStore } from './browse-store.ts'
import { useBrowseTexts } from './browse-texts.ts'
import classes from './key-list.module.css'
import type { KeyListModel } from './key-list-model.ts'
import { type KeyItem, KeyRow } from './key-row.tsx'
import { useDataTexts } from './texts.ts'
import { useKeyListState } from './use-key-list.ts'
import { endSearch, type SearchView, stopSearch, useSearch } from './use-search.ts'

interface SearchListProps {
  readonly searchId: string
  readonly rowPx: number
  /** Whose selection it shows. */
  readonly model: KeyListModel
  readonly onSelect: (key: string) => void
}

/** What a search has found, in key order, while it goes on. */
export function SearchList({ searchId, rowPx, model, onSelect }: SearchListProps) {
  const t = useBrowseTexts()
  const { view, error } = useSearch(searchId)
  const back = <Button onClick={endSearch}>{t('search.back')}</Button>
  if (error !== undefined) return <ErrorState error={error} retry={endSearch} />
  if (!view) return <LoadingState />
  if (view.problem !== undefined) {
    const problem = new CallError({ code: 'invalid_request', message: view.problem, retryable: false })
    return (
      <EmptyState title={t('search.failed')} actions={back}>
        <ErrorLine error={problem} />
      </EmptyState>
    )
  }
  return (
    <div className={classes.list}>
      <SearchStatus id={searchId} view={view} />
      {view.hits.length === 0 && view.state !== 'running' ? (
        <EmptyState title={t(view.state === 'done' ? 'search.none' : 'search.stopped')} actions={back} />
      ) : (
        <Hits hits={view.hits} rowPx={rowPx} model={model} onSelect={onSelect} />
      )}
    </div>
  )
}

function SearchStatus({ id, view }: { id: string; view: SearchView }) {
  const t = useBrowseTexts()
  const language = useLanguage()
  const compact = (value: number) => (value < 10_000 ? formatNumber(value, language) : formatCompact(value, language))
  const found = t('search.found', { count: view.found, n: formatNumber(view.found, language) })
  const searched =
    view.state === 'done' && !view.full
      ? t('search.searchedAll', { n: compact(view.searched) })
      : t('search.searched', { n: compact(view.searched), total: compact(view.total) })
  return (
    <div className={classes.status}>
      <span role="status">
        {found} · {searched}
        {view.full && ` · ${t('search.full')}`}
      </span>
      {view.state === 'running' ? (
        <Button size="compact-sm" onClick={() => void stopSearch(id)}>
          {t('search.stop')}
        </Button>
      ) : (
        <>
          {view.hits.length > 0 && (
            <Button
              size="compact-sm"
              onClick={() => requestTransfer({ kind: 'export', prefix: '', keys: view.hits.map(({ key }) => key) })}
            >
              {t('search.export')}
            </Button>
          )}
          <Button size="compact-sm" onClick={endSearch}>
            {t('search.back')}
          </Button>
        </>
      )}
    </div>
  )
}

function Hits({ hits, rowPx, model, onSelect }: Omit<SearchListProps, 'searchId'> & { readonly hits: readonly SearchHit[] }) {
  const t = useDataTexts()
  const selectedKey = useKeyListState(model, (state) => state.selectedKey)
  const id = useId()
  const view = useRef<HTMLDivElement>(null)
  const marks = useBrowseStore()
  const hitPx = hits[0]?.snippet === undefined ? rowPx : rowPx + 16
  const virtual = useVirtualizer({ count: hits.length, getScrollElement: () => view.current, estimateSize: () => hitPx, overscan: 10 })
  const lines = virtual.getVirtualItems()
  const onChoose = useCallback(
    (event: MouseEvent, item: KeyItem) => (event.ctrlKey || event.metaKey ? toggleMark(item) : onSelect(item.key)),
    [onSelect],
  )
  const selected = hits.findIndex(({ key }) => key === selectedKey)
  const move = (place: number) => {
    const wanted = Math.min(hits.length - 1, Math.max(0, place))
    const hit = hits[wanted]
    if (!hit) return
    virtual.scrollToIndex(wanted)
    onSelect(hit.key)
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const hit = hits[selected]
    const page = Math.max(1, Math.floor((view.current?.clientHeight ?? 280) / hitPx) - 1)
    const steps: Readonly<Record<string, number>> = {
      ArrowDown: selected + 1,
      ArrowUp: selected - 1,
      PageDown: selected + page,
      PageUp: selected - page,
      Home: 0,
      End: hits.length - 1,
    }
    const place = steps[event.key]
    const isAll = (event.ctrlKey || event.metaKey) && event.key === 'a'
    if (place === undefined && !isAll && !(event.key === ' ' && hit)) return
    event.preventDefault()
    if (place !== undefined) move(place)
    else if (isAll) markAll()
    else if (hit) toggleMark(hit)
  }
  return (
    <div
      className={classes.hits}
      ref={view}
      role="listbox"
      tabIndex={0}
      aria-label={t('keys')}
      aria-multiselectable="true"
      aria-activedescendant={lines.some(({ index }) => index === selected) ? `${id}-${selected}` : undefined}
      onKeyDown={onKeyDown}
      data-pane="keys"
    >
      <div style={{ height: virtual.getTotalSize(), position: 'relative' }} role="presentation">
        {lines.map(({ index, start }) => {
          const hit = hits[index] as SearchHit
          return (
            <div key={hit.key} className={classes.hit} style={{ transform: `translateY(${start}px)`, height: hitPx }} role="presentation">
              <KeyRow
                id={`${id}-${index}`}
                item={hit}
                rank={index + 1}
                total={hits.length}
                selected={hit.key === selectedKey}
                marked={isMarked(marks, hit.key)}
                onChoose={onChoose}
                onMark={toggleMark}
                snippet={hit.snippet}
              />
            </div>
          )
        })}
      </div>
    </div>
  )
}
