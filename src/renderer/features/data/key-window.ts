import type { HoldfastEvent, RecordItem } from '../../../contract/index.ts'
import { compareKeys, placeOfKey } from './key-order.ts'

/**
 * A window on an ordered store: a run of neighbouring records, of which a part is seen. Positions are relative to the run, so that what
 * is seen stays where it is when records come and go around it; `startRank` (how many records lie before the run) only places the scroll bar.
 */
export interface KeyWindow {
  readonly items: readonly RecordItem[]
  readonly startRank: number
  /** Whether `startRank` was counted and not guessed. */
  readonly rankExact: boolean
  /** Nothing lies before, or after, the run. */
  readonly atStart: boolean
  readonly atEnd: boolean
  /** Rows of the run above the upper edge of the view; a fraction is a part of a row. */
  readonly top: number
}

/** More than this is not kept: the far end is let go. */
const maxItems = 2000

export const emptyWindow: KeyWindow = { items: [], startRank: 0, rankExact: true, atStart: true, atEnd: true, top: 0 }

/** The window with its view inside the run. `rows` is the height of the view in rows. */
export function clamp(window: KeyWindow, rows: number): KeyWindow {
  const top = Math.min(Math.max(0, window.top), Math.max(0, window.items.length - rows))
  return top === window.top ? window : { ...window, top }
}

export function append(window: KeyWindow, items: readonly RecordItem[], atEnd: boolean): KeyWindow {
  return letGo({ ...window, items: [...window.items, ...items], atEnd }, 'before')
}

/** `items` are in key order and lie just before the run. */
export function prepend(window: KeyWindow, items: readonly RecordItem[], atStart: boolean): KeyWindow {
  const rank = window.startRank - items.length
  const known = atStart ? { startRank: 0, rankExact: true } : { startRank: Math.max(1, rank), rankExact: window.rankExact && rank > 0 }
  return letGo({ ...window, ...known, items: [...items, ...window.items], atStart, top: window.top + items.length }, 'after')
}

function letGo(window: KeyWindow, side: 'before' | 'after'): KeyWindow {
  const surplus = window.items.length - maxItems
  if (surplus <= 0) return window
  if (side === 'after') return { ...window, items: window.items.slice(0, maxItems), atEnd: false }
  return {
    ...window,
    items: window.items.slice(surplus),
    startRank: window.startRank + surplus,
    atStart: false,
    top: window.top - surplus,
  }
}

/** The part of the run around the view, with `margin` rows on either side. */
export function around(window: KeyWindow, rows: number, margin: number): KeyWindow {
  const from = Math.max(0, Math.floor(window.top) - margin)
  const to = Math.min(window.items.length, Math.ceil(window.top + rows) + margin)
  if (from === 0 && to === window.items.length) return window
  return {
    ...window,
    items: window.items.slice(from, to),
    startRank: window.startRank + from,
    atStart: window.atStart && from === 0,
    atEnd: window.atEnd && to === window.items.length,
    top: window.top - from,
  }
}

/** The same stretch of the store read again: what is seen stays in its place, as far as it is still there. */
export function replace(window: KeyWindow, items: readonly RecordItem[], atEnd: boolean): KeyWindow {
  const first = Math.floor(window.top)
  const anchor = window.items[first]
  if (!anchor) return { ...window, items, atEnd }
  const place = placeOfKey(items, anchor.key)
  return { ...window, items, atEnd, top: place + (window.top - first) }
}

/** Whether an event of the host may have changed what the window holds. */
export function isTouched(window: KeyWindow, prefix: string, event: HoldfastEvent): boolean {
  if (event.event === 'reset' || event.event === 'state') return true
  if (event.event !== 'records') return false
  if (event.data.keys === undefined) return true
  const low = window.atStart ? undefined : window.items[0]?.key
  const high = window.atEnd ? undefined : window.items.at(-1)?.key
  return event.data.keys.some(
    (key) =>
      key.startsWith(prefix) && (low === undefined || compareKeys(key, low) >= 0) && (high === undefined || compareKeys(key, high) <= 0),
  )
}

/** How many records there are in all, as far as is known. */
export interface Total {
  readonly count: number
  readonly exact: boolean
}

/** What the window itself shows of the total, together with what was counted or estimated elsewhere. */
export function totalOf(window: KeyWindow, elsewhere: Total | undefined): Total {
  const reached = window.startRank + window.items.length
  if (window.atEnd && window.rankExact) return { count: reached, exact: true }
  if (!elsewhere) return { count: reached, exact: false }
  return { count: Math.max(reached, elsewhere.count), exact: elsewhere.exact && elsewhere.count >= reached }
}
