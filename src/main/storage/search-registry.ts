import type { OutputOf, ParsedInputOf, SearchInput } from '../../contract/index.ts'
import { HoldfastError } from '../base/errors.ts'
import type { JobContext } from '../base/job-context.ts'
import { type SearchDeps, type SearchProgress, searchRecords } from './record-search.ts'
import { makeMatcher } from './search-matcher.ts'

/** The hits of so many searches are kept; the oldest goes first. */
const maxSearches = 8

/** Runs searches and keeps what they found, so that it can be looked at by page while they run and after. */
export class SearchRegistry {
  readonly #deps: Omit<SearchDeps, 'total'> & { total: (prefix: string) => number }
  readonly #searches = new Map<string, SearchProgress>()

  constructor(deps: Omit<SearchDeps, 'total'> & { total: (prefix: string) => number }) {
    this.#deps = deps
  }

  /** Throws `invalid_request` for a pattern that is none, before a job begins. */
  check(input: SearchInput): void {
    makeMatcher(input)
  }

  /** The job of `records.search`. Result: {searched, found, full}. */
  async run(job: JobContext, input: SearchInput): Promise<Record<string, unknown>> {
    const progress: SearchProgress = { hits: [], searched: 0, total: 0, state: 'running', full: false, problem: undefined }
    if (this.#searches.size >= maxSearches) this.#searches.delete(this.#searches.keys().next().value as string)
    this.#searches.set(job.id, progress)
    const { store, reader, clock, total } = this.#deps
    try {
      await searchRecords({ store, reader, clock, total: () => total(input.prefix) }, job, input, progress)
      progress.state = 'done'
    } catch (error) {
      progress.state = 'stopped'
      if (error instanceof HoldfastError && !job.signal.aborted) progress.problem = error.message
      throw error
    }
    return { searched: progress.searched, found: progress.hits.length, full: progress.full }
  }

  /** Throws `not_found` for a search that never was or is no longer kept. */
  hits({ id, skip, limit }: ParsedInputOf<'records.searchHits'>): OutputOf<'records.searchHits'> {
    const { hits, problem, ...figures } = this.#get(id)
    const items = hits.slice(skip, skip + limit)
    return { items, found: hits.length, ...figures, ...(problem !== undefined && { problem }) }
  }

  /** The keys that were found. Throws `not_found`, and `conflict` while the search runs. */
  keysOf(id: string): string[] {
    const { hits, state } = this.#get(id)
    if (state === 'running') throw new HoldfastError('conflict', 'The search still runs; wait for its end, or cancel it.')
    return hits.map(({ key }) => key)
  }

  #get(id: string): SearchProgress {
    const search = this.#searches.get(id)
    if (search !== undefined) return search
    throw new HoldfastError('not_found', `The search ${JSON.stringify(id)} is not kept any more; search again.`)
  }
}
