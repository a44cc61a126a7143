import { setTimeout as pause } from 'node:timers/promises'
import { maxSearchHits, type SearchHit, type SearchInput } from '../../contract/index.ts'
import type { Clock } from '../base/clock.ts'
import { throwIfCancelled } from '../base/errors.ts'
import type { JobContext } from '../base/job-context.ts'
import type { RecordStore } from '../persistence/record-store.ts'
import type { BulkReader } from './reading/bulk-reader.ts'
import { toItem } from './record-item.ts'
import { makeMatcher } from './search-matcher.ts'

const pageKeys = 500
/** Of values: what a thread looks through at once. */
const pageRecords = 2000
const pageValueBytes = 1024 * 1024
/** So long a search works before it lets reads and writes have as much. */
const sliceMs = 4

/** What a search has found so far; grows while it runs. */
export interface SearchProgress {
  readonly hits: SearchHit[]
  searched: number
  total: number
  state: 'running' | 'done' | 'stopped'
  full: boolean
  /** Why it failed, in a sentence for people. */
  problem: string | undefined
}

export interface SearchDeps {
  readonly store: RecordStore
  readonly reader: Pick<BulkReader, 'each'>
  readonly clock: Clock
  /** Records with the prefix, as far as is known. */
  readonly total: () => number
}

/** What some records have brought. */
interface SearchStep {
  readonly hits: readonly SearchHit[]
  readonly records: number
}

/**
 * Walks the records with a prefix in key order and keeps those that match, at most 10,000. Keys are looked at in slices of some milliseconds, with a rest as long
 * as each took; values by the threads that read. Nothing is held open in the database. Throws `cancelled`, `invalid_request`, `record_damaged`.
 */
export async function searchRecords(deps: SearchDeps, job: JobContext, input: SearchInput, progress: SearchProgress): Promise<void> {
  job.report({ phase: 'searching', done: 0, total: deps.total(), unit: 'records' })
  for await (const { hits, records } of input.in === 'values' ? inValues(deps, input, job.signal) : inKeys(deps, input, job.signal)) {
    keepHits(progress, hits)
    progress.searched += records
    progress.total = Math.max(deps.total(), progress.searched)
    job.report({ done: progress.searched, total: progress.total })
    if (progress.full) return
  }
}

function keepHits(progress: SearchProgress, hits: readonly SearchHit[]): void {
  const room = maxSearchHits - progress.hits.length
  progress.hits.push(...hits.slice(0, room))
  progress.full = hits.length > room
}

async function* inValues({ reader }: SearchDeps, input: SearchInput, signal: AbortSignal): AsyncGenerator<SearchStep> {
  const range = { prefix: input.prefix, limit: pageRecords, maxValueBytes: pageValueBytes }
  for await (const { result, records } of reader.each({ kind: 'search', input }, range, signal)) yield { hits: result.hits, records }
}

async function* inKeys({ store, clock }: SearchDeps, input: SearchInput, signal: AbortSignal): AsyncGenerator<SearchStep> {
  const match = makeMatcher(input)
  let beganMs = clock.monotonicMs()
  for (let after: string | undefined; ; ) {
    throwIfCancelled(signal)
    const range = { prefix: input.prefix, ...(after !== undefined && { after }) }
    const { items, more } = store.page({ ...range, limit: pageKeys, reverse: false, values: false })
    after = items.at(-1)?.key
    const found = match(items.map(({ key }) => key))
    yield { hits: items.flatMap(({ key, meta }, place) => (found[place] === undefined ? [] : [toItem(key, meta)])), records: items.length }
    if (!more || after === undefined) return
    const workedMs = clock.monotonicMs() - beganMs
    if (workedMs < sliceMs) continue
    await pause(Math.min(50, workedMs))
    beganMs = clock.monotonicMs()
  }
}
