import { setTimeout as pause } from 'node:timers/promises'
import { maxSearchHits, type SearchHit, type SearchInput } from '../../contract/index.ts'
import type { Clock } from '../base/clock.ts'
import { throwIfCancelled } from '../base/errors.ts'
import type { JobContext } from '../base/job-context.ts'
import type { RecordStore, StoredRecord } from '../persistence/record-store.ts'
import { toItem } from './record-item.ts'
import { type Matcher, makeMatcher } from './search-matcher.ts'

const pageRecords = 500
const pageValueBytes = 1024 * 1024
/** Of a longer value only the beginning is searched by a pattern. */
const patternBytes = 256 * 1024
const snippetMargin = 40
/** So long a search works before it lets reads and writes have as much. */
const sliceMs = 4

/** What a search has found so far; grows while it runs. */
export interface SearchProgress {
  readonly hits: SearchHit[]
  searched: number
  total: number
  state: 'running' | 'done' | 'stopped'
  full: boolean
}

export interface SearchDeps {
  readonly store: RecordStore
  readonly clock: Clock
  /** Records with the prefix, as far as is known. */
  readonly total: () => number
}

/**
 * Walks the records with a prefix in key order and keeps those that match, at most 10,000. It works in slices of some milliseconds and rests as long
 * as each took; nothing is held open in the database. Throws `cancelled`, `invalid_request`, `record_damaged`.
 */
export async function searchRecords(deps: SearchDeps, job: JobContext, input: SearchInput, progress: SearchProgress): Promise<void> {
  const { store, clock } = deps
  const find = finderFor(input)
  const inValues = input.in === 'values'
  const reading = { limit: pageRecords, reverse: false, values: inValues, maxValueBytes: pageValueBytes }
  let after: string | undefined
  let beganMs = clock.monotonicMs()
  job.report({ phase: 'searching', done: 0, total: deps.total(), unit: 'records' })
  for (;;) {
    throwIfCancelled(job.signal)
    const page = store.page({ prefix: input.prefix, ...(after !== undefined && { after }), ...reading })
    after = page.items.at(-1)?.key
    keepHits(progress, find(page.items))
    progress.searched += page.items.length
    progress.total = Math.max(deps.total(), progress.searched)
    job.report({ done: progress.searched, total: progress.total })
    if (progress.full || !page.more || after === undefined) return
    const workedMs = clock.monotonicMs() - beganMs
    if (workedMs < sliceMs) continue
    await pause(Math.min(50, workedMs))
    beganMs = clock.monotonicMs()
  }
}

function keepHits(progress: SearchProgress, hits: readonly SearchHit[]): void {
  const room = maxSearchHits - progress.hits.length
  progress.hits.push(...hits.slice(0, room))
  progress.full = hits.length > room
}

type Finder = (records: readonly StoredRecord[]) => SearchHit[]

function finderFor(input: SearchInput): Finder {
  const match = makeMatcher(input)
  if (input.in === 'values') return (records) => hitsInValues(records, match, input)
  return (records) => {
    const found = match(records.map(({ key }) => key))
    return records.flatMap(({ key, meta }, place) => (found[place] === undefined ? [] : [toItem(key, meta)]))
  }
}

function hitsInValues(records: readonly StoredRecord[], match: Matcher, input: SearchInput): SearchHit[] {
  const mayHold = quickLook(input)
  const readBytes = input.mode === 'contains' ? Number.POSITIVE_INFINITY : patternBytes
  const candidates = records.flatMap(({ key, meta, value }) => {
    const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength)
    return mayHold(bytes) ? [{ key, meta, text: readable(bytes.toString('utf8', 0, Math.min(bytes.length, readBytes))) }] : []
  })
  const found = match(candidates.map(({ text }) => text))
  return candidates.flatMap(({ key, meta, text }, place) => {
    const at = found[place]
    return at === undefined ? [] : [{ ...toItem(key, meta), snippet: snippetOf(text, at) }]
  })
}

/** Looks at the bytes before they are made into text. A backslash may be an escape for what is looked for. */
function quickLook({ text, mode, caseSensitive }: SearchInput): (value: Buffer) => boolean {
  if (mode !== 'contains' || !caseSensitive) return () => true
  const bytes = Buffer.from(text)
  return (value) => value.includes(bytes) || value.includes('\\u')
}

/** JSON without its escapes, so that "é" is found where it is written "\u00e9". */
function readable(text: string): string {
  if (!text.includes('\\u')) return text
  try {
    return JSON.stringify(JSON.parse(text))
  } catch {
    return text
  }
}

/** The text around what was found, on one line. */
function snippetOf(text: string, { from, to }: { from: number; to: number }): NonNullable<SearchHit['snippet']> {
  const start = Math.max(0, from - snippetMargin)
  const end = Math.min(text.length, Math.min(to, from + 2 * snippetMargin) + snippetMargin)
  const shown = text.slice(start, end).toWellFormed().replace(/\s/gu, ' ')
  return { text: shown, from: from - start, to: Math.min(to - start, shown.length) }
}
