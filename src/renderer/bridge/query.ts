import { keepPreviousData, QueryClient, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
// Types alone: every schema would come into the first script of the page with a value.
import type { InputOf, OperationName, Operations, OutputOf } from '../../contract/index.ts'
import { asCallError, type CallError, call } from './call.ts'
import { affectedQueries } from './events.ts'

type NamesOfKind<K extends string> = { [N in OperationName]: Operations[N]['kind'] extends K ? N : never }[OperationName]
export type QueryName = NamesOfKind<'query'>
export type CommandName = NamesOfKind<'command' | 'job'>
/** What answers with the job that it has started. */
export type JobName = NamesOfKind<'job'>

/**
 * What a screen knows of an answer. `ready` keeps the old data while it refreshes; `staleSince` (milliseconds since 1970) is set when
 * the last refresh failed, so that old figures are not taken for new ones.
 */
export type Loaded<T> =
  | { readonly state: 'loading' }
  | { readonly state: 'failed'; readonly error: CallError; readonly retry: () => void }
  | {
      readonly state: 'ready'
      readonly data: T
      readonly refreshing: boolean
      readonly staleSince: number | undefined
      readonly error: CallError | undefined
      readonly retry: () => void
    }

export const makeQueryClient = (): QueryClient =>
  new QueryClient({
    defaultOptions: {
      queries: {
        // The host is on this machine: whether there is a network says nothing.
        networkMode: 'always',
        retry: (failures, error) => failures < 2 && asCallError(error).retryable && asCallError(error).code !== 'cancelled',
        retryDelay: 400,
        refetchOnWindowFocus: false,
        staleTime: 1000,
      },
      mutations: { networkMode: 'always' },
    },
  })

/** How often an answer is asked for again: always the same, or as the last answer suggests. */
type Refetch<T> = number | ((last: T | undefined) => number)

/** Asks once, keeps the answer, asks again when an event says that it changed (and every `refetchMs`). */
export function useOperation<N extends QueryName>(
  name: N,
  input: InputOf<N>,
  options: { refetchMs?: Refetch<OutputOf<N>>; enabled?: boolean; keepPrevious?: boolean } = {},
): Loaded<OutputOf<N>> {
  const { refetchMs } = options
  const query = useQuery({
    queryKey: [name, input],
    queryFn: ({ signal }) => call(name, input, signal),
    refetchInterval: typeof refetchMs === 'function' ? ({ state }) => refetchMs(state.data) : (refetchMs ?? false),
    enabled: options.enabled ?? true,
    ...(options.keepPrevious === false ? {} : { placeholderData: keepPreviousData }),
  })
  const retry = () => void query.refetch()
  // What is kept from another input has no time of its own.
  const shownSince = useRef(0)
  useEffect(() => {
    if (!query.isPlaceholderData && query.dataUpdatedAt > 0) shownSince.current = query.dataUpdatedAt
  }, [query.isPlaceholderData, query.dataUpdatedAt])
  if (query.data !== undefined) {
    const error = query.isError ? asCallError(query.error) : undefined
    const staleSince = query.failureCount > 0 || query.isError ? query.dataUpdatedAt || shownSince.current : undefined
    return { state: 'ready', data: query.data as OutputOf<N>, refreshing: query.isFetching, staleSince, error, retry }
  }
  if (query.isError) return { state: 'failed', error: asCallError(query.error), retry }
  return { state: 'loading' }
}

/** Runs a command or starts a job. `run` rejects with `CallError`, which `error` shows too until the next run. */
export function useCommand<N extends CommandName>(name: N) {
  const queries = useQueryClient()
  const mutation = useMutation({
    mutationFn: (input: InputOf<N>) => call(name, input),
    // The event says the same a moment later; who acted should not wait for it.
    onSettled: () => {
      const topics = name.startsWith('records.') ? (['records', 'jobs'] as const) : (['jobs'] as const)
      const affected = topics.flatMap((event) => affectedQueries({ id: '', event, data: {} }))
      void queries.invalidateQueries({ predicate: (query) => affected.includes(query.queryKey[0] as OperationName) })
    },
  })
  return {
    run: (input: InputOf<N>) => mutation.mutateAsync(input),
    running: mutation.isPending,
    error: mutation.isError ? asCallError(mutation.error) : undefined,
    reset: mutation.reset,
  }
}
