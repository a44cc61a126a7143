import { useElementSize } from '@mantine/hooks'
import { type KeyboardEvent, type MouseEvent, useCallback, useEffect, useId, useRef } from 'react'
import { clearMarks, isMarked, markAll, toggleMark, useBrowseStore } from './browse-store.ts'
import { useBrowseTexts } from './browse-texts.ts'
import classes from './key-list.module.css'
import type { KeyListModel, KeyListState } from './key-list-model.ts'
import { type KeyItem, KeyRow } from './key-row.tsx'
import { markRange } from './mark-range.ts'
import { ScrollBar } from './scroll-bar.tsx'
import { useDataTexts } from './texts.ts'
import { useRowScroll } from './use-row-scroll.ts'
import { useTypeJump } from './use-type-jump.ts'

interface KeyListProps {
  readonly model: KeyListModel
  readonly state: KeyListState
  readonly rowPx: number
  /** Asks for another record; the page may first ask about unsaved changes. */
  readonly onSelect: (choose: () => Promise<unknown>) => void
}

/** The keys in view, with a scroll bar that is true for millions. One stop for the Tab key; arrows move in it, letters jump. */
export function KeyList({ model, state, rowPx, onSelect }: KeyListProps) {
  const t = useDataTexts()
  const browse = useBrowseTexts()
  const id = useId()
  const { ref: sizeRef, height } = useElementSize<HTMLDivElement>()
  const body = useRef<HTMLDivElement>(null)
  const marks = useBrowseStore()
  const { window, total, selectedKey } = state

  useEffect(() => {
    if (height > 0) model.setViewport(height / rowPx)
  }, [model, height, rowPx])
  const scrollBy = useCallback((rows: number) => model.scrollBy(rows), [model])
  useRowScroll(body, rowPx, scrollBy)
  const { typed, take } = useTypeJump((text) => onSelect(() => model.seek(state.prefix + text)))

  const onChoose = useCallback((event: MouseEvent, item: KeyItem) => choose(event, item, model, onSelect), [model, onSelect])
  const onKeyDown = (event: KeyboardEvent) => {
    if (take(event) || markByKey(event, model)) return
    const move = moveOf(event, model)
    if (!move) return
    event.preventDefault()
    onSelect(move)
  }
  const first = Math.floor(window.top)
  const shown = window.items.slice(first, Math.ceil(window.top + height / rowPx) + 1)
  // A row that leaves the view is drawn again as the one that comes: a page further nothing is taken down and built up.
  const slots = Math.ceil(height / rowPx) + 2
  const slotOf = (place: number) => (window.startRank + first + place) % slots
  const selectedPlace = shown.findIndex(({ key }) => key === selectedKey)
  const idOf = (place: number) => `${id}-${window.startRank + first + place}`
  const isExact = window.rankExact && total.exact
  return (
    <div className={classes.list}>
      <div className={classes.head} aria-hidden="true">
        <span />
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
          aria-multiselectable="true"
          aria-activedescendant={selectedPlace === -1 ? undefined : idOf(selectedPlace)}
          onKeyDown={onKeyDown}
          data-pane="keys"
        >
          <div className={classes.rows} style={{ transform: `translateY(${(first - window.top) * rowPx}px)` }} role="presentation">
            {shown.map((item, place) => (
              <KeyRow
                key={slotOf(place)}
                id={idOf(place)}
                item={item}
                rank={window.startRank + first + place + 1}
                total={total.count}
                selected={item.key === selectedKey}
                marked={isMarked(marks, item.key)}
                onChoose={onChoose}
                onMark={toggleMark}
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
          describe={(place) => browse(isExact ? 'place.exact' : 'place.about', place)}
          onMove={(fraction) => void model.jumpTo(fraction)}
          onPage={(direction) => model.scrollBy(direction * Math.max(1, model.viewRows - 1))}
        />
        {typed !== '' && (
          <div className={classes.typed} role="status">
            {state.prefix}
            <strong>{typed}</strong>
          </div>
        )}
      </div>
    </div>
  )
}

/** A click selects; with Ctrl it marks one, with Shift all up to it. */
function choose(event: MouseEvent, item: KeyItem, model: KeyListModel, onSelect: KeyListProps['onSelect']): void {
  if (event.ctrlKey || event.metaKey) toggleMark(item)
  else if (event.shiftKey) void markRange(model, useBrowseStore.getState().anchor ?? model.snapshot().selectedKey ?? item.key, item.key)
  else {
    onSelect(async () => {
      model.select(item.key)
      useBrowseStore.setState({ anchor: item.key })
    })
  }
}

/** Space marks the selected key, Shift and an arrow go on marking, Ctrl+A marks all, Escape takes the marks away; Enter goes to the record. */
function markByKey(event: KeyboardEvent, model: KeyListModel): boolean {
  const { selectedKey } = model.snapshot()
  const item = selectedKey === undefined ? undefined : model.itemOf(selectedKey)
  const { marked, allMarked } = useBrowseStore.getState()
  const isAll = (event.ctrlKey || event.metaKey) && event.key === 'a'
  const isArrow = event.shiftKey && (event.key === 'ArrowDown' || event.key === 'ArrowUp')
  if (isAll) markAll()
  else if (event.key === ' ' && item) toggleMark(item)
  else if (isArrow && item) void extendMarks(model, item, event.key === 'ArrowDown' ? 1 : -1)
  else if (event.key === 'Enter' && item) document.querySelector<HTMLElement>('[data-pane="value"]')?.focus()
  else if (event.key === 'Escape' && (allMarked || marked.size > 0)) clearMarks()
  else return false
  event.preventDefault()
  event.stopPropagation()
  return true
}

async function extendMarks(model: KeyListModel, from: KeyItem, rows: 1 | -1): Promise<void> {
  await model.moveSelection(rows)
  const { selectedKey } = model.snapshot()
  if (selectedKey !== undefined) await markRange(model, from.key, selectedKey)
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
