import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query'
import type { ActivityEntry, InputOf, OutputOf } from '../../../contract/index.ts'
import { asCallError, type CallError, call } from '../../bridge/call.ts'
import type { Loaded } from '../../bridge/query.ts'

const pageEntries = 100

export type ActivityFilter = Pick<InputOf<'activity.list'>, 'actor' | 'action' | 'undoable'>

export interface ActivityPages {
  readonly items: readonly ActivityEntry[]
  readonly hasMore: boolean
  readonly loadMore: () => void
}

/** The list as far as it was scrolled; an event of the host has it fetched again. */
export function useActivity(filter: ActivityFilter): Loaded<ActivityPages> {
  const query = useInfiniteQuery({
    queryKey: ['activity.list', 'pages', filter],
    queryFn: ({ pageParam, signal }): Promise<OutputOf<'activity.list'>> =>
      call('activity.list', { ...filter, limit: pageEntries, ...(pageParam !== '' && { after: pageParam }) }, signal),
    initialPageParam: '',
    getNextPageParam: ({ next }) => next ?? undefined,
    placeholderData: keepPreviousData,
  })
  const retry = () => void query.refetch()
  const error: CallError | undefined = query.isError ? asCallError(query.error) : undefined
  if (query.data === undefined) return error === undefined ? { state: 'loading' } : { state: 'failed', error, retry }
  const items = query.data.pages.flatMap((page) => page.items)
  const loadMore = () => {
    if (query.hasNextPage && !query.isFetchingNextPage) void query.fetchNextPage()
  }
  const staleSince = error === undefined ? undefined : query.dataUpdatedAt
  return { state: 'ready', data: { items, hasMore: query.hasNextPage, loadMore }, refreshing: query.isFetching, staleSince, error, retry }
}
