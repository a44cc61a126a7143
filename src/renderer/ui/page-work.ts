import { useEffect } from 'react'
import { create } from 'zustand'

/** Long work that this window does itself, such as sending a file: it ends with the window. */
export interface PageWork {
  readonly id: string
  readonly name: string
  readonly subject: string
  /** What is done, in words. */
  readonly figures: string
  /** 0 to 1; undefined while it is not known. */
  readonly fraction: number | undefined
  /** Waits for a person. */
  readonly paused: boolean
  readonly open: () => void
}

/** The job centre shows it with the host's jobs. */
export const usePageWork = create<{ works: readonly PageWork[] }>(() => ({ works: [] }))

export function showPageWork(work: PageWork): void {
  usePageWork.setState(({ works }) => ({
    works: works.some(({ id }) => id === work.id) ? works.map((one) => (one.id === work.id ? work : one)) : [...works, work],
  }))
}

export const endPageWork = (id: string): void => usePageWork.setState(({ works }) => ({ works: works.filter((work) => work.id !== id) }))

/** Asks before the window is closed while it works. */
export function useKeepWindow(): void {
  const isWorking = usePageWork(({ works }) => works.length > 0)
  useEffect(() => {
    if (!isWorking) return
    const onLeave = (event: BeforeUnloadEvent) => event.preventDefault()
    window.addEventListener('beforeunload', onLeave)
    return () => window.removeEventListener('beforeunload', onLeave)
  }, [isWorking])
}
