import { type RefObject, useEffect } from 'react'

/** A finger that moved less than this has tapped. */
const tapPx = 6
/** How much of its speed a flick keeps each frame. */
const friction = 0.94

/** Wheel, touch pad and finger on `view`, told as rows to move by. */
export function useRowScroll(view: RefObject<HTMLElement | null>, rowPx: number, scrollBy: (rows: number) => void): void {
  useEffect(() => {
    const element = view.current
    if (!element) return
    const onWheel = (event: WheelEvent) => {
      if (event.ctrlKey) return
      event.preventDefault()
      const unitPx = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? rowPx : event.deltaMode === WheelEvent.DOM_DELTA_PAGE ? 20 * rowPx : 1
      scrollBy((event.deltaY * unitPx) / rowPx)
    }
    // React's own wheel listeners are passive and could not keep the page from moving too.
    element.addEventListener('wheel', onWheel, { passive: false })
    const stopTouch = followFinger(element, (movedPx) => scrollBy(movedPx / rowPx))
    return () => {
      element.removeEventListener('wheel', onWheel)
      stopTouch()
    }
  }, [view, rowPx, scrollBy])
}

function followFinger(element: HTMLElement, move: (movedPx: number) => void): () => void {
  let lastY: number | undefined
  let startY = 0
  let speedPx = 0
  let frame = 0

  const onStart = (event: TouchEvent) => {
    cancelAnimationFrame(frame)
    startY = lastY = event.touches[0]?.clientY ?? 0
    speedPx = 0
  }
  const onMove = (event: TouchEvent) => {
    const y = event.touches[0]?.clientY
    if (lastY === undefined || y === undefined || Math.abs(y - startY) < tapPx) return
    event.preventDefault()
    speedPx = lastY - y
    lastY = y
    move(speedPx)
  }
  const glide = () => {
    speedPx *= friction
    if (Math.abs(speedPx) < 0.5) return
    move(speedPx)
    frame = requestAnimationFrame(glide)
  }
  const onEnd = () => {
    lastY = undefined
    if (!matchMedia('(prefers-reduced-motion: reduce)').matches) frame = requestAnimationFrame(glide)
  }
  element.addEventListener('touchstart', onStart, { passive: true })
  element.addEventListener('touchmove', onMove, { passive: false })
  element.addEventListener('touchend', onEnd)
  return () => {
    cancelAnimationFrame(frame)
    element.removeEventListener('touchstart', onStart)
    element.removeEventListener('touchmove', onMove)
    element.removeEventListener('touchend', onEnd)
  }
}
