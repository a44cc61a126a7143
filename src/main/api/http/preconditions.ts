import type { IncomingHttpHeaders } from 'node:http'
import { HoldfastError } from '../../base/errors.ts'
import { type EntityTag, matchesStrongly, matchesWeakly, parseHttpDate, parseTagCondition } from './entity-tags.ts'

/** The state that conditions are judged against. Times in milliseconds since 1970. */
export interface CurrentState {
  readonly etag: string
  readonly updatedAtMs: number
}

/** Last-Modified has whole seconds. */
const wholeSeconds = (ms: number): number => Math.floor(ms / 1000) * 1000

/** What to do with a read whose record exists. Order of RFC 9110, section 13.2.2. */
export function judgeRead(headers: IncomingHttpHeaders, current: CurrentState): 'proceed' | 'not-modified' {
  refuseFailedMatch(headers, current)
  const noneMatch = headers['if-none-match']
  if (noneMatch !== undefined) {
    const condition = parseTagCondition(noneMatch)
    const matches = condition === '*' || (condition !== 'malformed' && matchesWeakly(condition, current.etag))
    return matches ? 'not-modified' : 'proceed'
  }
  const since = parseDateHeader(headers['if-modified-since'])
  return since !== undefined && wholeSeconds(current.updatedAtMs) <= since ? 'not-modified' : 'proceed'
}

export const hasReadConditions = (headers: IncomingHttpHeaders): boolean =>
  headers['if-none-match'] !== undefined ||
  headers['if-match'] !== undefined ||
  headers['if-modified-since'] !== undefined ||
  headers['if-unmodified-since'] !== undefined

export const hasWriteConditions = (headers: IncomingHttpHeaders): boolean =>
  headers['if-match'] !== undefined || headers['if-none-match'] !== undefined || headers['if-unmodified-since'] !== undefined

/** Throws `precondition_failed` when a write must not be made on this state. `current` undefined: there is no record. */
export function judgeWrite(headers: IncomingHttpHeaders, current: CurrentState | undefined): void {
  refuseFailedMatch(headers, current)
  const noneMatch = headers['if-none-match']
  if (noneMatch === undefined) return
  const condition = parseTagCondition(noneMatch)
  if (condition === 'malformed') throw malformedNoneMatch()
  if (current === undefined) return
  if (condition === '*') throw preconditionFailed('There is a record with this key already.')
  if (matchesWeakly(condition, current.etag)) throw preconditionFailed('The record is in one of the states that If-None-Match excludes.')
}

function refuseFailedMatch(headers: IncomingHttpHeaders, current: CurrentState | undefined): void {
  const match = headers['if-match']
  if (match !== undefined) {
    const condition = parseTagCondition(match)
    const tags: readonly EntityTag[] = condition === '*' || condition === 'malformed' ? [] : condition
    const matches = current !== undefined && (condition === '*' || matchesStrongly(tags, current.etag))
    if (!matches) throw preconditionFailed('The record is not in the state that If-Match names; read it again.')
    return
  }
  const since = parseDateHeader(headers['if-unmodified-since'])
  if (since !== undefined && (current === undefined || wholeSeconds(current.updatedAtMs) > since)) {
    throw preconditionFailed('The record has changed since the time that If-Unmodified-Since names; read it again.')
  }
}

const parseDateHeader = (text: string | undefined): number | undefined => (text === undefined ? undefined : parseHttpDate(text))

export const preconditionFailed = (sentence: string): HoldfastError => new HoldfastError('precondition_failed', sentence)

export const malformedNoneMatch = (): HoldfastError =>
  new HoldfastError('invalid_request', 'If-None-Match: expected * or a list of quoted entity tags.', {
    details: { field: 'If-None-Match' },
  })
