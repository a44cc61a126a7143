import { useCallback, useState } from 'react'
import { discardDraft, useDataStore } from './data-store.ts'
import { isDirty } from './draft.ts'

// The draft outlives leaving the page, so it is guarded from the first visit on, wherever in the app somebody is then.
window.addEventListener('beforeunload', (event) => {
  if (isDirty(useDataStore.getState().draft)) event.preventDefault()
})

/** Lets an act go on at once, or after somebody has decided about unsaved changes. */
export function useGuard() {
  const [wanted, setWanted] = useState<() => Promise<unknown>>()
  const attempt = useCallback((act: () => Promise<unknown>) => {
    if (isDirty(useDataStore.getState().draft)) setWanted(() => act)
    else {
      discardDraft()
      void act()
    }
  }, [])
  return {
    wanted,
    attempt,
    stay: () => setWanted(undefined),
    leave: () => {
      void wanted?.()
      setWanted(undefined)
    },
  }
}
