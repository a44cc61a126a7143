import { useEffect } from 'react'

const dialogIsOpen = (): boolean => document.querySelector('[role="dialog"][aria-modal="true"]') !== null

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))

/** `n` begins a new record. In the list of keys letters jump, and do not come here. */
export function useCreateKey(create: () => void): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.key !== 'n' || dialogIsOpen() || isTyping(event.target)) return
      if (event.ctrlKey || event.metaKey || event.altKey) return
      event.preventDefault()
      create()
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  })
}

/** `F6` goes to the next pane, with Shift to the one before. */
export function usePaneKeys(): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key !== 'F6' || dialogIsOpen()) return
      const panes = ['tree', 'keys', 'value'].flatMap((name) => document.querySelector<HTMLElement>(`[data-pane="${name}"]`) ?? [])
      if (panes.length === 0) return
      event.preventDefault()
      const current = panes.findIndex((pane) => pane.contains(document.activeElement))
      const next = current < 0 ? 0 : current + (event.shiftKey ? -1 : 1)
      panes[(next + panes.length) % panes.length]?.focus()
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [])
}
