import type { Dispatch, KeyboardEvent } from 'react'
import type { Shown, TimeAction, TimeState } from './time-window.ts'

const nearer = 0.5
const farther = 2
const moveShare = 0.25

const isControl = (target: EventTarget): boolean =>
  target instanceof HTMLElement && target.closest('button, a, input, [role="radio"], [role="menu"]') !== null

/** Arrows move the cursor, with Shift the time; + and − zoom; 0 goes back to what happens now; p stops and goes on. */
export function useChartKeys(act: Dispatch<TimeAction>, { window }: TimeState, shown: Shown, moveCursor: (by: number) => void) {
  return (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isControl(event.target)) return
    const direction = event.key === 'ArrowLeft' ? -1 : event.key === 'ArrowRight' ? 1 : 0
    if (direction !== 0 && event.shiftKey) act({ type: 'move', share: direction * moveShare, shown })
    else if (direction !== 0) moveCursor(direction)
    else if (event.key === '+' || event.key === '=') act({ type: 'scale', factor: nearer, shown })
    else if (event.key === '-') act({ type: 'scale', factor: farther, shown })
    else if (event.key === '0') act({ type: 'live' })
    else if (event.key === 'p') act(window.kind === 'live' ? { type: 'pause', shown } : { type: 'live' })
    else return
    event.preventDefault()
  }
}
