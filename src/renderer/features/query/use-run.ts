import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import type { QueryExplain, QueryItem, QueryOutput, QueryWarning } from '../../../contract/index.ts'
import { asCallError, type CallError, call } from '../../bridge/call.ts'
import type { Run } from './query-store.ts'

export interface RunResults {
  readonly input: Run
  readonly items: readonly QueryItem[]
  readonly hasMore: boolean
  readonly loadMore: () => void
  readonly fetching: 'first' | 'more' | undefined
  readonly warnings: readonly QueryWarning[]
  readonly explain: QueryExplain | undefined
  readonly error: CallError | undefined
  readonly isLoading: boolean
  readonly retry: () => void
}

/** The answer as far as it was scrolled. It is not asked again by itself: a query may be costly. Undefined: nothing was asked yet. */
export function useRun(run: { readonly input: Run; readonly number: number } | undefined): RunResults | undefined {
  const query = useInfiniteQuery({
    queryKey: ['collections.query', run?.input, run?.number],
    queryFn: ({ pageParam, signal }): Promise<QueryOutput> =>
      call('collections.query', { ...(run?.input as Run), ...(pageParam !== '' && { after: pageParam }) }, signal),
    initialPageParam: '',
    getNextPageParam: ({ next }) => next ?? undefined,
    placeholderData: keepPreviousData,
    enabled: run !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  })
  if (run === undefined) return undefined
  const pages = query.data?.pages ?? []
  return {
    input: run.input,
    items: pages.flatMap(({ items }) => items),
    hasMore: query.hasNextPage,
    loadMore: () => {
      if (query.hasNextPage && !query.isFetching) void query.fetchNextPage()
    },
    fetching: query.isFetchingNextPage ? 'more' : query.isFetching ? 'first' : undefined,
    warnings: pages[0]?.warnings ?? [],
    explain: summed(pages),
    error: query.isError ? asCallError(query.error) : undefined,
    isLoading: query.data === undefined && !query.isError,
    retry: () => void query.refetch(),
  }
}

/** Of all pages that were read: the plan is that of the first. */
function summed(pages: readonly QueryOutput[]): QueryExplain | undefined {
  const all = pages.flatMap(({ explain }) => (explain ? [explain] : []))
  const [first] = all
  if (first === undefined) return undefined
  const sum = (figure: 'examined' | 'returned' | 'durationMs') => all.reduce((total, explain) => total + explain[figure], 0)
  return { ...first, examined: sum('examined'), returned: sum('returned'), durationMs: sum('durationMs') }
}
