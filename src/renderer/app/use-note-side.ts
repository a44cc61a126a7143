import { notificationsStore } from '@mantine/notifications'
import { type RefObject, useEffect, useState } from 'react'

export type NoteSide = 'left' | 'right'

/** Notes lie below right, and below left while they would cover there what has the focus: nobody types into what cannot be seen. */
export function useNoteSide(notes: RefObject<HTMLElement | null>): NoteSide {
  const [side, setSide] = useState<NoteSide>('right')
  useEffect(() => {
    const look = () => setSide(wouldCoverFocus(notes.current) ? 'left' : 'right')
    // Notes have their size once they are drawn.
    const lookLater = () => requestAnimationFrame(look)
    const stop = notificationsStore.subscribe(lookLater)
    document.addEventListener('focusin', look)
    return () => {
      stop()
      document.removeEventListener('focusin', look)
    }
  }, [notes])
  return side
}

/** Whether the notes, were they below right, would hide the middle of what has the focus. */
function wouldCoverFocus(notes: HTMLElement | null): boolean {
  const focused = document.activeElement
  const box = notes?.querySelector('[data-position="bottom-right"]')?.getBoundingClientRect()
  if (!focused || focused === document.body || !box || box.height === 0 || notes?.contains(focused)) return false
  const { left, top, width, height } = focused.getBoundingClientRect()
  return left + width / 2 > window.innerWidth - box.width && top + height / 2 > box.top
}
