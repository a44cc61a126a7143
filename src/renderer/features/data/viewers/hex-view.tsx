import { useVirtualizer } from '@tanstack/react-virtual'
import { useRef } from 'react'
import { hexRow, hexRowCount } from './hex.ts'
import classes from './hex-view.module.css'
import { useViewerTexts } from './viewer-texts.ts'

const rowPx = 20

/** The bytes, sixteen a row; only the rows in view are made. */
export function HexView({ bytes }: { bytes: Uint8Array }) {
  const t = useViewerTexts()
  const scroll = useRef<HTMLDivElement>(null)
  const rows = useVirtualizer({
    count: hexRowCount(bytes.length),
    getScrollElement: () => scroll.current,
    estimateSize: () => rowPx,
    overscan: 20,
  })
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region has to take the focus
    <section className={classes.hex} ref={scroll} tabIndex={0} aria-label={t('hex')}>
      <div style={{ height: rows.getTotalSize(), position: 'relative' }}>
        {rows.getVirtualItems().map(({ index, start }) => {
          const row = hexRow(bytes, index)
          return (
            <div key={index} className={classes.hexRow} style={{ transform: `translateY(${start}px)` }}>
              <span className={classes.offset}>{row.offset}</span>
              <span>{row.hex}</span>
              <span className={classes.ascii}>{row.ascii}</span>
            </div>
          )
        })}
      </div>
    </section>
  )
}
