import { useEffect, useState } from 'react'
import type { OutputOf, SearchHit } from '../../../contract/index.ts'
import { call } from '../../bridge/call.ts'
import { clearMarks, type FindMode, useBrowseStore } from './browse-store.ts'

const pollMs = 300
const pageHits = 1000

export interface SearchView extends Omit<OutputOf<'records.searchHits'>, 'items'> {
  readonly hits: readonly SearchHit[]
}

/** Begins a search in the whole store; the one before it ends. Throws what the host says. */
export async function startSearch(mode: Exclude<FindMode, 'begins'>, text: string): Promise<void> {
  endSearch()
  const input = mode === 'values' ? { text, in: 'values' as const } : { text, mode }
  const { id } = await call('records.search', input)
  clearMarks()
  useBrowseStore.setState({ searchId: id })
}

/** Stops the search that runs and goes back to the list. */
export function endSearch(): void {
  const { searchId } = useBrowseStore.getState()
  if (searchId === undefined) return
  useBrowseStore.setState({ searchId: undefined })
  clearMarks()
  void stopSearch(searchId)
}

/** What was found so far stays. One that has ended already needs no stopping. */
export const stopSearch = (id: string): Promise<unknown> => call('jobs.cancel', { id }).catch(() => undefined)

/** The hits of a search, as they come in. `error` also tells why the search itself failed. */
export function useSearch(id: string): { view: SearchView | undefined; error: unknown } {
  const [view, setView] = useState<SearchView>()
  const [error, setError] = useState<unknown>()
  useEffect(() => {
    const gone = new AbortController()
    void follow(id, setView, gone.signal).catch((failure: unknown) => {
      if (!gone.signal.aborted) setError(failure)
    })
    return () => gone.abort()
  }, [id])
  return { view, error }
}

async function follow(id: string, show: (view: SearchView) => void, signal: AbortSignal): Promise<void> {
  const hits: SearchHit[] = []
  for (;;) {
    const { items, ...figures } = await call('records.searchHits', { id, skip: hits.length, limit: pageHits }, signal)
    signal.throwIfAborted()
    hits.push(...items)
    show({ ...figures, hits: [...hits] })
    if (hits.length < figures.found) continue
    if (figures.state !== 'running') return
    await new Promise((resolve) => setTimeout(resolve, pollMs))
  }
}
