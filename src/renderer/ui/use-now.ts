import { useSyncExternalStore } from 'react'

const tickMs = 5000
const listeners = new Set<() => void>()
let nowMs = Date.now()
let timer: ReturnType<typeof setInterval> | undefined

function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  timer ??= setInterval(() => {
    nowMs = Date.now()
    for (const tell of [...listeners]) tell()
  }, tickMs)
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    clearInterval(timer)
    timer = undefined
  }
}

/** Milliseconds since 1970, moving every five seconds: one timer for all relative times on the screen. */
export const useNow = (): number => useSyncExternalStore(subscribe, () => nowMs)
