import { toIso } from '../../base/clock.ts'
import { HoldfastError } from '../../base/errors.ts'
import type { RecordMeta } from '../../persistence/record-store.ts'
import { noRoom } from './byte-budget.ts'
import { type ByteRange, parseByteRange } from './byte-range.ts'
import { entityTag, parseHttpDate, parseTagCondition } from './entity-tags.ts'
import type { Exchange, HeaderList } from './exchange.ts'
import { hasReadConditions, judgeRead } from './preconditions.ts'
import type { HttpServices } from './services.ts'

/** A client that asks for much and reads slowly is refused beyond the budget; small values always pass. */
const alwaysServedBytes = 64 * 1024
/** A date names a state for certain only when no second change can have come within its second. */
const dateCertainMs = 1000

/** `GET` and `HEAD` of a record: the very bytes that were stored, or a part of them. */
export function answerRead(exchange: Exchange, key: string, services: HttpServices, nowMs: () => number): void {
  const { storage, timeline } = services
  if (exchange.isHead) {
    const meta = storage.getMeta(key)
    answerHead(exchange, meta, entityTag(timeline.current, meta.version))
    return
  }
  const { meta, value } = storage.get(key)
  if (value.byteLength > alwaysServedBytes && exchange.answers.isFull) throw noRoom()
  const etag = entityTag(timeline.current, meta.version)
  const { headers } = exchange.request
  if (hasReadConditions(headers) && judgeRead(headers, { etag, updatedAtMs: meta.updatedAtMs }) === 'not-modified') {
    exchange.send(304, recordHeaders(meta, etag))
    return
  }
  const range = headers.range === undefined ? 'whole' : wantedRange(exchange, headers.range, meta, etag, nowMs)
  if (range === 'whole') exchange.send(200, bodyHeaders(meta, etag, value.byteLength), value)
  else if (range === 'unsatisfiable') refuseRange(exchange, meta)
  else answerPart(exchange, meta, etag, value, range)
}

function answerHead(exchange: Exchange, meta: RecordMeta, etag: string): void {
  const { headers } = exchange.request
  const notModified = hasReadConditions(headers) && judgeRead(headers, { etag, updatedAtMs: meta.updatedAtMs }) === 'not-modified'
  if (notModified) exchange.send(304, recordHeaders(meta, etag))
  else exchange.send(200, bodyHeaders(meta, etag, meta.size))
}

function answerPart(exchange: Exchange, meta: RecordMeta, etag: string, value: Uint8Array, { first, last }: ByteRange): void {
  const headers = bodyHeaders(meta, etag, last - first + 1)
  headers.push('Content-Range', `bytes ${first}-${last}/${value.byteLength}`)
  exchange.send(206, headers, value.subarray(first, last + 1))
}

function refuseRange(exchange: Exchange, meta: RecordMeta): void {
  const sentence = `The range lies outside of the value, which has ${meta.size} bytes.`
  const error = new HoldfastError('range_not_satisfiable', sentence, { details: { size: meta.size } })
  exchange.sendError(error, ['Content-Range', `bytes */${meta.size}`, 'Accept-Ranges', 'bytes'])
}

function wantedRange(exchange: Exchange, range: string, meta: RecordMeta, etag: string, nowMs: () => number) {
  const ifRange = exchange.request.headers['if-range']
  const isCurrent = typeof ifRange !== 'string' || namesState(ifRange, meta, etag, nowMs())
  return isCurrent ? parseByteRange(range, meta.size) : 'whole'
}

function namesState(ifRange: string, meta: RecordMeta, etag: string, nowMs: number): boolean {
  if (ifRange.includes('"')) {
    const condition = parseTagCondition(ifRange)
    return typeof condition === 'object' && condition.length === 1 && condition[0]?.weak === false && `"${condition[0].opaque}"` === etag
  }
  const second = Math.floor(meta.updatedAtMs / 1000) * 1000
  return parseHttpDate(ifRange) === second && nowMs - second > dateCertainMs
}

// The same record is read again and again: what can be said of a state is put into words once.
const wording = new WeakMap<RecordMeta, { etag: string; headers: HeaderList }>()

/** What every answer says of the state, a 304 too. */
function recordHeaders(meta: RecordMeta, etag: string): HeaderList {
  const known = wording.get(meta)
  if (known?.etag === etag) return known.headers.slice()
  const headers: HeaderList = [
    'ETag',
    etag,
    'Last-Modified',
    new Date(meta.updatedAtMs).toUTCString(),
    'Cache-Control',
    'no-cache',
    'Holdfast-Version',
    meta.version,
    'Holdfast-Created',
    toIso(meta.createdAtMs),
    'Holdfast-Updated',
    toIso(meta.updatedAtMs),
  ]
  if (meta.expiresAtMs !== null) headers.push('Holdfast-Expires', toIso(meta.expiresAtMs))
  wording.set(meta, { etag, headers })
  return headers.slice()
}

function bodyHeaders(meta: RecordMeta, etag: string, length: number): HeaderList {
  const headers = recordHeaders(meta, etag)
  headers.push('Content-Type', meta.contentType, 'Content-Length', length, 'Accept-Ranges', 'bytes', 'Content-Security-Policy', 'sandbox')
  return headers
}
