import { type PointerEvent, useRef, useState } from 'react'
import { formatNumber, useLanguage } from '../../language/index.ts'
import classes from './key-list.module.css'

const minThumbPx = 28

interface ScrollBarProps {
  readonly label: string
  /** Id of what it scrolls. */
  readonly controls: string
  /** Rows above the view, rows in view, rows in all. */
  readonly above: number
  readonly rows: number
  readonly total: number
  readonly heightPx: number
  /** A fraction of all, 0 to 1; called often while the thumb is dragged. */
  readonly onMove: (fraction: number) => void
  readonly onPage: (direction: 1 | -1) => void
  /** The place in words, exact or about. */
  readonly describe: (place: { at: string; total: string }) => string
}

/**
 * A scroll bar over a list of any length. Chromium cannot make an element of a million rows, so the list is not scrolled by it;
 * the thumb says where the view is, and dragging it asks for another place. For pointers: keys move in the list itself.
 */
export function ScrollBar({ label, controls, above, rows, total, heightPx, describe, onMove, onPage }: ScrollBarProps) {
  const language = useLanguage()
  const [held, setHeld] = useState(false)
  const grabbed = useRef<{ fromY: number; fromFraction: number }>(undefined)
  const reach = Math.max(0, total - rows)
  if (reach <= 0 || heightPx <= 0) return <div className={classes.track} />
  const thumbPx = Math.max(minThumbPx, (heightPx * rows) / total)
  const travelPx = Math.max(1, heightPx - thumbPx)
  const fraction = Math.min(1, Math.max(0, above / reach))

  const grab = (event: PointerEvent<HTMLElement>) => {
    event.currentTarget.setPointerCapture(event.pointerId)
    grabbed.current = { fromY: event.clientY, fromFraction: fraction }
    setHeld(true)
    event.stopPropagation()
  }
  const drag = (event: PointerEvent<HTMLElement>) => {
    if (!grabbed.current) return
    const { fromY, fromFraction } = grabbed.current
    onMove(Math.min(1, Math.max(0, fromFraction + (event.clientY - fromY) / travelPx)))
  }
  const release = () => {
    grabbed.current = undefined
    setHeld(false)
  }
  const place = describe({ at: formatNumber(Math.floor(above) + 1, language), total: formatNumber(total, language) })
  const page = (event: PointerEvent<HTMLElement>) => {
    const thumbTop = event.currentTarget.getBoundingClientRect().top + fraction * travelPx
    onPage(event.clientY < thumbTop ? -1 : 1)
  }
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: for pointers only, keys move in the list
    <div
      className={classes.track}
      role="scrollbar"
      aria-label={label}
      aria-controls={controls}
      aria-orientation="vertical"
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={Math.round(fraction * 100)}
      aria-valuetext={place}
      onPointerDown={page}
    >
      <div
        className={classes.thumb}
        style={{ height: thumbPx, transform: `translateY(${fraction * travelPx}px)` }}
        onPointerDown={grab}
        onPointerMove={drag}
        onPointerUp={release}
        onPointerCancel={release}
      />
      {held && (
        <span className={classes.place} style={{ transform: `translateY(${fraction * travelPx}px)` }}>
          {place}
        </span>
      )}
    </div>
  )
}
