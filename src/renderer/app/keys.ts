import { useEffect } from 'react'

/** How long after `g` its second key is waited for. */
const sequenceMs = 1200

export interface GlobalKeys {
  /** The letter after `g`. */
  readonly go: (letter: string) => boolean
  readonly search: () => void
  readonly help: () => void
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))

const dialogIsOpen = (): boolean => document.querySelector('[role="dialog"][aria-modal="true"]') !== null

/** The keys that work on every page, except while somebody types or a dialog asks. */
export function useGlobalKeys(keys: GlobalKeys): void {
  useEffect(() => {
    let goUntilMs = 0
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || dialogIsOpen()) return
      const goes = event.timeStamp < goUntilMs
      goUntilMs = 0
      if (goes && keys.go(event.key)) event.preventDefault()
      else if (event.key === 'g') goUntilMs = event.timeStamp + sequenceMs
      else if (event.key === '/') {
        event.preventDefault()
        keys.search()
      } else if (event.key === '?') keys.help()
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [keys])
}
