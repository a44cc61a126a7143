import { useVirtualizer } from '@tanstack/react-virtual'
import { type KeyboardEvent, useEffect, useId, useRef } from 'react'
import type { QueryItem } from '../../../contract/index.ts'
import classes from './query.module.css'
import { useQueryStore } from './query-store.ts'
import { cellText, columnsOf, fieldOf, isNumeric } from './result-cells.ts'
import { useQueryTexts } from './texts.ts'
import type { RunResults } from './use-run.ts'

const rowPx = 28
/** What the key and each field take at least. */
const keyPx = 200
const columnPx = 120
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
    <div ref={scroller} className={classes.grid}>
      <table
        className={classes.rows}
        // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a grid is a table in which one moves
        role="grid"
        tabIndex={0}
        aria-label={t('results')}
        aria-rowcount={hasMore ? -1 : items.length + 1}
        aria-activedescendant={drawn.some(({ index }) => index === place) ? `${id}-${place}` : undefined}
        onKeyDown={onKeyDown}
        style={{ height: rows.getTotalSize() + rowPx, minWidth: keyPx + columns.length * columnPx }}
      >
        <GridHead columns={columns} template={template} keyTitle={t('key')} />
        <tbody>
          {drawn.map(({ index, start }) => {
            const item = items[index]
            const style = { gridTemplateColumns: template, transform: `translateY(${start}px)` }
            if (item === undefined)
              return (
                <tr key="more" className={classes.row} style={style}>
                  <td className={classes.quiet}>{t('more')}</td>
                </tr>
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
        </tbody>
      </table>
    </div>
  )
}

interface GridColumn {
  readonly name: string
  readonly numeric: boolean
}

function GridHead({ columns, template, keyTitle }: { columns: readonly GridColumn[]; template: string; keyTitle: string }) {
  return (
    <thead>
      <tr className={classes.head} aria-rowindex={1} style={{ gridTemplateColumns: template }}>
        <th scope="col">{keyTitle}</th>
        {columns.map(({ name, numeric }) => (
          <th key={name} scope="col" data-numeric={numeric} title={name}>
            {name}
          </th>
        ))}
      </tr>
    </thead>
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
    <tr
      id={id}
      className={classes.row}
      aria-rowindex={rank}
      aria-selected={selected}
      style={style}
      onClick={onSelect}
      onDoubleClick={onOpen}
    >
      <td className={classes.key} title={item.key}>
        {item.key}
      </td>
      {columns.map(({ name, numeric }) => {
        const text = cellText(fieldOf(item.value, name))
        return (
          <td key={name} data-numeric={numeric} title={text}>
            {text}
          </td>
        )
      })}
    </tr>
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
