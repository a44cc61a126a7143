import { useEffect } from 'react'
import { create } from 'zustand'

/** What one page may ask of another, which may still be loading. */
export type PageRequest = 'search'

const useRequested = create<{ requested: PageRequest | undefined }>(() => ({ requested: undefined }))

export const requestOfPage = (requested: PageRequest): void => useRequested.setState({ requested })

/** Calls `answer` once for each time that it is asked for, also when that was before the page was there. */
export function usePageRequest(name: PageRequest, answer: () => void): void {
  const requested = useRequested((state) => state.requested)
  useEffect(() => {
    if (requested !== name) return
    useRequested.setState({ requested: undefined })
    answer()
  })
}
