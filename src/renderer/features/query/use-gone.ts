import { useEffect } from 'react'
import type { Collection } from '../../../contract/index.ts'
import { useQueryStore } from './query-store.ts'

/** The name of the chosen collection, where somebody has removed it meanwhile, or since the query was saved that was opened. */
export function useGone(collections: readonly Collection[] | undefined): string | undefined {
  const { collection: chosen, seen, savedAs } = useQueryStore()
  const isThere = collections?.some(({ name }) => name === chosen) === true
  useEffect(() => {
    if (isThere) useQueryStore.setState({ seen: chosen })
  }, [isThere, chosen])
  // One that was only just made is not listed yet.
  const wasThere = seen === chosen || savedAs !== undefined
  return collections !== undefined && !isThere && wasThere ? chosen : undefined
}
