import { useVirtualizer } from '@tanstack/react-virtual'
import { type KeyboardEvent, useEffect, useId, useRef } from 'react'
import type { QueryItem } from '../../../contract/index.ts'
import classes from './query.module.css'
import { useQueryStore } from './query-store.ts'
import { cellText, columnsOf, fieldOf, isNumeric } from './result-cells.ts'
import { useQueryTexts } from './texts.ts'
import type { RunResults } from './use-run.ts'

const rowPx = 28
const overscan = 12

interface ResultGridProps {
  readonly results: RunResults
  readonly onOpen: (key: string) => void
}

/** The records as rows, their fields as columns; only rows in sight are drawn, and the next page is read before the end is reached. */
export function ResultGrid({ results, onOpen }: ResultGridProps) {
  const t = useQueryTexts()
  const id = useId()
  const scroller = useRef<HTMLDivElement>(null)
  const { items, hasMore, loadMore, input, error } = results
  const selectedKey = useQueryStore((state) => state.selectedKey)
  const select = (key: string | undefined) => useQueryStore.setState({ selectedKey: key })
  const columns = columnsOf(items, input.select).map((name) => ({ name, numeric: isNumeric(items, name) }))
  const rows = useVirtualizer({
    count: items.length + (hasMore ? 1 : 0),
    getScrollElement: () => scroller.current,
    estimateSize: () => rowPx,
    overscan,
    scrollMargin: rowPx,
  })
  const drawn = rows.getVirtualItems()
  // A page that failed is read again when somebody asks for it, not over and over.
  const isNearEnd = hasMore && error === undefined && (drawn.at(-1)?.index ?? 0) >= items.length - 1
  useEffect(() => {
    if (isNearEnd) loadMore()
  })
  const place = items.findIndex(({ key }) => key === selectedKey)
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && selectedKey !== undefined) return onOpen(selectedKey)
    const next = placeAfter(event.key, place, items.length, Math.floor((scroller.current?.clientHeight ?? 280) / rowPx) - 2)
    if (next === undefined) return
    event.preventDefault()
    select(items[next]?.key)
    rows.scrollToIndex(next)
  }
  const template = `minmax(200px, 1.5fr) ${columns.map(({ numeric }) => (numeric ? 'minmax(90px, 0.6fr)' : 'minmax(120px, 1fr)')).join(' ')}`
  return (
    <div
      ref={scroller}
      className={classes.grid}
      role="grid"
      tabIndex={0}
      aria-label={t('results')}
      aria-rowcount={hasMore ? -1 : items.length + 1}
      aria-activedescendant={drawn.some(({ index }) => index === place) ? `${id}-${place}` : undefined}
      onKeyDown={onKeyDown}
    >
      <div className={classes.rows} role="rowgroup" style={{ height: rows.getTotalSize() + rowPx, minWidth: 200 + columns.length * 120 }}>
        <GridHead columns={columns} template={template} keyTitle={t('key')} />
        {drawn.map(({ index, start }) => {
          const item = items[index]
          const style = { gridTemplateColumns: template, transform: `translateY(${start}px)` }
          if (item === undefined)
            return (
              <div key="more" className={classes.row} role="row" style={style}>
                <span role="gridcell" className={classes.quiet}>
                  {t('more')}
                </span>
              </div>
            )
          return (
            <GridRow
              key={item.key}
              id={`${id}-${index}`}
              item={item}
              rank={index + 2}
              columns={columns}
              style={style}
              selected={index === place}
              onSelect={() => select(item.key)}
              onOpen={() => onOpen(item.key)}
            />
          )
        })}
      </div>
    </div>
  )
}

interface GridColumn {
  readonly name: string
  readonly numeric: boolean
}

function GridHead({ columns, template, keyTitle }: { columns: readonly GridColumn[]; template: string; keyTitle: string }) {
  return (
    <div className={classes.head} role="row" aria-rowindex={1} style={{ gridTemplateColumns: template }}>
      <span role="columnheader" tabIndex={-1}>
        {keyTitle}
      </span>
      {columns.map(({ name, numeric }) => (
        <span key={name} role="columnheader" tabIndex={-1} data-numeric={numeric}>
          {name}
        </span>
      ))}
    </div>
  )
}

interface GridRowProps {
  readonly id: string
  readonly item: QueryItem
  readonly rank: number
  readonly columns: readonly GridColumn[]
  readonly style: { readonly gridTemplateColumns: string; readonly transform: string }
  readonly selected: boolean
  readonly onSelect: () => void
  readonly onOpen: () => void
}

function GridRow({ id, item, rank, columns, style, selected, onSelect, onOpen }: GridRowProps) {
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: aria-activedescendant on the grid stands for the focus
    // biome-ignore lint/a11y/useKeyWithClickEvents: the grid takes the keys
    <div
      id={id}
      className={classes.row}
      role="row"
      aria-rowindex={rank}
      aria-selected={selected}
      style={style}
      onClick={onSelect}
      onDoubleClick={onOpen}
    >
      <span role="gridcell" tabIndex={-1} className={classes.key} title={item.key}>
        {item.key}
      </span>
      {columns.map(({ name, numeric }) => {
        const text = cellText(fieldOf(item.value, name))
        return (
          <span key={name} role="gridcell" tabIndex={-1} data-numeric={numeric} title={text}>
            {text}
          </span>
        )
      })}
    </div>
  )
}

/** Where a key leads; undefined when it is none of the grid's keys. */
function placeAfter(key: string, place: number, count: number, pageRows: number): number | undefined {
  const last = count - 1
  switch (key) {
    case 'ArrowDown':
      return Math.min(last, place + 1)
    case 'ArrowUp':
      return Math.max(0, place - 1)
    case 'PageDown':
      return Math.min(last, place + Math.max(1, pageRows))
    case 'PageUp':
      return Math.max(0, place - Math.max(1, pageRows))
    case 'Home':
      return 0
    case 'End':
      return last
    default:
      return undefined
  }
}
