import { useElementSize, useMediaQuery } from '@mantine/hooks'
import { type KeyboardEvent, useCallback, useEffect, useId, useRef } from 'react'
import type { RecordItem } from '../../../contract/index.ts'
import { Bytes, RelativeTime } from '../../ui/quantities.tsx'
import classes from './key-list.module.css'
import type { KeyListModel, KeyListState } from './key-list-model.ts'
import { ScrollBar } from './scroll-bar.tsx'
import { useDataTexts } from './texts.ts'
import { useRowScroll } from './use-row-scroll.ts'

interface KeyListProps {
  readonly model: KeyListModel
  readonly state: KeyListState
  /** Asks for another record; the page may first ask about unsaved changes. */
  readonly onSelect: (choose: () => Promise<unknown>) => void
}

/** The keys in view, with a scroll bar that is true for millions. One stop for the Tab key; arrows move in it. */
export function KeyList({ model, state, onSelect }: KeyListProps) {
  const t = useDataTexts()
  const id = useId()
  const touch = useMediaQuery('(pointer: coarse)') ?? false
  const rowPx = touch ? 36 : 28
  const { ref: sizeRef, height } = useElementSize<HTMLDivElement>()
  const body = useRef<HTMLDivElement>(null)
  const { window, total, selectedKey } = state

  useEffect(() => {
    if (height > 0) model.setViewport(height / rowPx)
  }, [model, height, rowPx])
  const scrollBy = useCallback((rows: number) => model.scrollBy(rows), [model])
  useRowScroll(body, rowPx, scrollBy)

  const onKeyDown = (event: KeyboardEvent) => {
    const move = moveOf(event, model)
    if (!move) return
    event.preventDefault()
    onSelect(move)
  }
  const first = Math.floor(window.top)
  const shown = window.items.slice(first, Math.ceil(window.top + height / rowPx) + 1)
  const selectedPlace = shown.findIndex(({ key }) => key === selectedKey)
  const idOf = (place: number) => `${id}-${window.startRank + first + place}`
  return (
    <div className={classes.list}>
      <div className={classes.head} aria-hidden="true">
        <span>{t('key')}</span>
        <span>{t('size')}</span>
        <span className={classes.updated}>{t('updated')}</span>
      </div>
      <div className={classes.body} ref={body}>
        <div
          className={classes.view}
          ref={sizeRef}
          id={id}
          role="listbox"
          tabIndex={0}
          aria-label={t('keys')}
          aria-activedescendant={selectedPlace === -1 ? undefined : idOf(selectedPlace)}
          onKeyDown={onKeyDown}
        >
          <div className={classes.rows} style={{ transform: `translateY(${(first - window.top) * rowPx}px)` }} role="presentation">
            {shown.map((item, place) => (
              <KeyRow
                key={item.key}
                id={idOf(place)}
                item={item}
                rank={window.startRank + first + place + 1}
                total={total.count}
                selected={item.key === selectedKey}
                onSelect={() => onSelect(async () => model.select(item.key))}
              />
            ))}
          </div>
        </div>
        <ScrollBar
          label={t('scroll')}
          controls={id}
          above={window.startRank + window.top}
          rows={height / rowPx}
          total={total.count}
          heightPx={height}
          onMove={(fraction) => void model.jumpTo(fraction)}
          onReach={() => model.prepareJumps()}
          onPage={(direction) => model.scrollBy(direction * Math.max(1, model.viewRows - 1))}
        />
      </div>
    </div>
  )
}

interface KeyRowProps {
  readonly id: string
  readonly item: RecordItem
  readonly rank: number
  readonly total: number
  readonly selected: boolean
  readonly onSelect: () => void
}

function KeyRow({ id, item, rank, total, selected, onSelect }: KeyRowProps) {
  return (
    // The list has the focus and takes the keys; a row is only pointed at.
    // biome-ignore lint/a11y/useFocusableInteractive: aria-activedescendant on the list stands for the focus
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list takes the keys
    <div
      id={id}
      className={classes.row}
      role="option"
      aria-selected={selected}
      aria-posinset={rank}
      aria-setsize={total}
      onClick={onSelect}
    >
      <span className={classes.key} title={item.key}>
        {item.key}
      </span>
      <span className={classes.size}>
        <Bytes bytes={item.size} />
      </span>
      <span className={classes.updated}>
        <RelativeTime at={item.updatedAt} narrow />
      </span>
    </div>
  )
}

/** What a key does in the list; undefined when it is not one of its keys. */
function moveOf(event: KeyboardEvent, model: KeyListModel): (() => Promise<unknown>) | undefined {
  if (event.altKey || event.ctrlKey || event.metaKey) return undefined
  const page = Math.max(1, Math.floor(model.viewRows) - 1)
  switch (event.key) {
    case 'ArrowDown':
      return () => model.moveSelection(1)
    case 'ArrowUp':
      return () => model.moveSelection(-1)
    case 'PageDown':
      return () => model.moveSelection(page)
    case 'PageUp':
      return () => model.moveSelection(-page)
    case 'Home':
      return () => model.selectEdge('start')
    case 'End':
      return () => model.selectEdge('end')
    default:
      return undefined
  }
}
