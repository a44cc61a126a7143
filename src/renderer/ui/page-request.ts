import { useEffect } from 'react'
import { create } from 'zustand'

/**
 * What one page may ask of another, which may still be loading. With an argument: `key` and `prefix` of records, `setting` the key of one,
 * `backup` and `restore` the id of a backup or `latest`, `release-lock` the id of a lock, `encryption` what to do,
 * `collection` and `query` a name.
 */
export type PageRequest =
  | 'search'
  | 'import'
  | 'export'
  | 'create'
  | 'delete-prefix'
  | 'key'
  | 'prefix'
  | 'setting'
  | 'backup'
  | 'restore'
  | 'undo-restore'
  | 'release-lock'
  | 'encryption'
  | 'compact'
  | 'new-collection'
  | 'collection'
  | 'query'

const useRequested = create<{ requested: PageRequest | undefined; argument: string }>(() => ({ requested: undefined, argument: '' }))

export const requestOfPage = (requested: PageRequest, argument = ''): void => useRequested.setState({ requested, argument })

/** Calls `answer` once for each time that it is asked for, also when that was before the page was there. Undefined: not yet. */
export function usePageRequest(name: PageRequest, answer: ((argument: string) => void) | undefined): void {
  const requested = useRequested((state) => state.requested)
  useEffect(() => {
    if (requested !== name || answer === undefined) return
    const { argument } = useRequested.getState()
    useRequested.setState({ requested: undefined, argument: '' })
    answer(argument)
  })
}
