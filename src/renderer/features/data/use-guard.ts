import { useCallback, useEffect, useState } from 'react'
import { isDirty, useDataStore } from './data-store.ts'

/** Lets an act go on at once, or after somebody has decided about unsaved changes. */
export function useGuard() {
  const [wanted, setWanted] = useState<() => Promise<unknown>>()
  const attempt = useCallback((act: () => Promise<unknown>) => {
    if (isDirty(useDataStore.getState().draft)) setWanted(() => act)
    else {
      useDataStore.setState({ draft: undefined })
      void act()
    }
  }, [])
  useEffect(() => {
    const onLeave = (event: BeforeUnloadEvent) => {
      if (isDirty(useDataStore.getState().draft)) event.preventDefault()
    }
    window.addEventListener('beforeunload', onLeave)
    return () => window.removeEventListener('beforeunload', onLeave)
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
