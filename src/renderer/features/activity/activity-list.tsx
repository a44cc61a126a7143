import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useRef } from 'react'
import type { ActivityEntry } from '../../../contract/index.ts'
import { ActivityLine } from '../../ui/activity-entry.tsx'
import classes from './activity.module.css'
import { useActivityPageTexts } from './texts.ts'
import type { ActivityPages } from './use-activity.ts'

const rowHeight = 34
const overscan = 12

/** Only the rows in sight are drawn; the next page is fetched before the end is reached. */
export function ActivityList({ pages, onUndo }: { pages: ActivityPages; onUndo: (entry: ActivityEntry) => void }) {
  const t = useActivityPageTexts()
  const scroller = useRef<HTMLDivElement>(null)
  const { items, hasMore, loadMore } = pages
  const rows = useVirtualizer({
    count: items.length + (hasMore ? 1 : 0),
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan,
  })
  const drawn = rows.getVirtualItems()
  const isNearEnd = hasMore && (drawn.at(-1)?.index ?? 0) >= items.length - 1
  useEffect(() => {
    if (isNearEnd) loadMore()
  }, [isNearEnd, loadMore])
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region has to take the focus
    <section ref={scroller} className={classes.scroller} tabIndex={0} aria-label={t('list')}>
      <ol className={classes.rows} style={{ height: rows.getTotalSize() }}>
        {drawn.map(({ index, key, start }) => {
          const entry = items[index]
          return (
            <li key={key} className={classes.row} style={{ height: rowHeight, transform: `translateY(${start}px)` }}>
              {entry === undefined ? <span className={classes.more}>{t('more')}</span> : <ActivityLine entry={entry} onUndo={onUndo} />}
            </li>
          )
        })}
      </ol>
    </section>
  )
}
