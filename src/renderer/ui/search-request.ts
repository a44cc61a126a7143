import { type RefObject, useEffect } from 'react'
import { create } from 'zustand'

/** Set when `/` was pressed and no search field has taken the focus yet: the page that has one may still be loading. */
const useSearchRequest = create<{ wanted: boolean }>(() => ({ wanted: false }))

export const requestSearch = (): void => useSearchRequest.setState({ wanted: true })

/** Gives the field the focus when a search is asked for. */
export function useSearchField(field: RefObject<HTMLInputElement | null>): void {
  const wanted = useSearchRequest((state) => state.wanted)
  useEffect(() => {
    if (!wanted || field.current === null) return
    field.current.focus()
    field.current.select()
    useSearchRequest.setState({ wanted: false })
  }, [wanted, field])
}
