import { useEffect } from 'react'

interface RecordKeys {
  readonly editing: boolean
  readonly edit: (() => void) | undefined
  readonly save: () => void
  readonly remove: () => void
}

/** `e` edits, `Ctrl S` saves, `Del` asks to delete. */
export function useRecordKeys({ editing, edit, save, remove }: RecordKeys): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (document.querySelector('[role="dialog"][aria-modal="true"]') !== null) return
      if ((event.ctrlKey || event.metaKey) && event.key === 's') {
        event.preventDefault()
        if (editing) save()
        return
      }
      const typing = event.target instanceof HTMLElement && (event.target.isContentEditable || event.target.tagName === 'INPUT')
      if (editing || typing || event.ctrlKey || event.metaKey || event.altKey) return
      if (event.key === 'e' && edit) {
        event.preventDefault()
        edit()
      } else if (event.key === 'Delete') remove()
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  })
}
