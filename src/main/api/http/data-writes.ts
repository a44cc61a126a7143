import { z } from 'zod'
import { contentTypeSchema, durabilitySchema, fenceHeader, fencesSchema, ttlSchema, undoHeader } from '../../../contract/index.ts'
import { HoldfastError } from '../../base/errors.ts'
import type { Condition, RecordMeta } from '../../persistence/record-store.ts'
import type { RecordWrite } from '../../storage/storage-manager.ts'
import { entityTag, parseTagCondition } from './entity-tags.ts'
import type { Exchange } from './exchange.ts'
import { hasWriteConditions, judgeWrite } from './preconditions.ts'
import type { Receiver } from './receiver.ts'
import { refuseContentEncoding } from './request-headers.ts'
import type { HttpServices } from './services.ts'

/** How often a condition is judged anew when another write came between the judging and the writing. */
const maxAttempts = 5

const undoSchema = z.enum(['true', 'false'])

/** `Holdfast-Fence: name=token`, several behind commas; the name percent-encoded. */
function fenceOf(exchange: Exchange, services: HttpServices): Pick<RecordWrite, 'guard'> {
  const given = headerText(exchange, fenceHeader)
  if (given === undefined) return {}
  const fences = given.split(',').map((pair) => {
    const [name = '', token = ''] = pair.trim().split('=')
    return { lock: decoded(name), token: wholeNumber(token) }
  })
  return { guard: services.locks.fence(checked('Holdfast-Fence', fencesSchema, fences, 'name=token, the name percent-encoded')) }
}

function decoded(name: string): string {
  try {
    return decodeURIComponent(name)
  } catch {
    return ''
  }
}

type Guard = { readonly condition?: Condition; readonly mustExist?: boolean }

/** `PUT`: stores the body as it is. 201 when the record is new, 200 when it replaced one. */
export async function answerPut(exchange: Exchange, key: string, services: HttpServices, receiver: Receiver): Promise<void> {
  const facts = { ...writeFacts(exchange), ...fenceOf(exchange, services) }
  const value = await receiver.whole(exchange, services.limits.maxValueBytes, () => valueTooLarge(services.limits.maxValueBytes))
  const { meta, created } = await guarded(exchange, key, services, (guard) =>
    services.storage.put({ key, value, ...facts, ...guard }, exchange.signal),
  )
  const etag = entityTag(services.timeline.current, meta.version)
  exchange.sendJson(created ? 201 : 200, { key, version: meta.version, created }, ['ETag', etag, 'Holdfast-Version', meta.version])
}

/** `DELETE`: 204; 404 when there is nothing, whatever the conditions say (RFC 9110, section 13.2.1). */
export async function answerDelete(exchange: Exchange, key: string, services: HttpServices): Promise<void> {
  if (hasWriteConditions(exchange.request.headers)) services.storage.getMeta(key)
  const undo = checked('Holdfast-Undo', undoSchema, headerText(exchange, undoHeader) ?? 'true', 'true or false') === 'true'
  const fence = fenceOf(exchange, services)
  await guarded(exchange, key, services, ({ condition }) =>
    services.storage.delete(key, { undo, ...fence, ...(condition && { condition }) }, exchange.signal),
  )
  exchange.send(204, [])
}

function writeFacts(exchange: Exchange): Pick<RecordWrite, 'contentType' | 'ttlSeconds' | 'durability'> {
  const { request } = exchange
  refuseContentEncoding(request)
  if (request.headers['content-range'] !== undefined) throw invalidHeader('Content-Range', 'none: a value is written whole')
  const contentType = request.headers['content-type']?.trim() || 'application/octet-stream'
  const ttl = headerText(exchange, 'holdfast-ttl')
  const durability = headerText(exchange, 'holdfast-durability')
  return {
    contentType: checked('Content-Type', contentTypeSchema, contentType, 'at most 255 characters of printable ASCII'),
    ...(ttl !== undefined && {
      ttlSeconds: checked('Holdfast-TTL', ttlSchema, wholeNumber(ttl), 'a whole number of seconds from 1 to 315360000'),
    }),
    ...(durability !== undefined && { durability: checked('Holdfast-Durability', durabilitySchema, durability, 'durable or committed') }),
  }
}

function headerText(exchange: Exchange, name: string): string | undefined {
  const given = exchange.request.headers[name]
  return typeof given === 'string' ? given.trim() : undefined
}

const wholeNumber = (text: string): number => (/^\d{1,12}$/.test(text) ? Number(text) : Number.NaN)

function checked<T>(field: string, schema: z.ZodType<T>, value: unknown, expected: string): T {
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  throw invalidHeader(field, expected)
}

/**
 * Writes under the conditions of the request. What can be judged by the one writer in the store is left to it; the rest is judged here
 * on the present state, and the write is then bound to that very state.
 */
async function guarded<T>(exchange: Exchange, key: string, services: HttpServices, write: (guard: Guard) => Promise<T>): Promise<T> {
  const { headers } = exchange.request
  if (!hasWriteConditions(headers)) return write({})
  const direct = directGuard(exchange, services.timeline.current)
  if (direct !== undefined) return write(direct)
  for (let attempt = 1; ; attempt++) {
    const meta = metaOrNothing(services, key)
    judgeWrite(headers, meta && { etag: entityTag(services.timeline.current, meta.version), updatedAtMs: meta.updatedAtMs })
    try {
      return await write({ condition: { version: meta?.version ?? null } })
    } catch (error) {
      const changedMeanwhile = error instanceof HoldfastError && error.code === 'precondition_failed'
      if (!changedMeanwhile || attempt === maxAttempts) throw error
    }
  }
}

/** For the two conditions that nearly every client uses: one known tag, or "must not exist". */
function directGuard(exchange: Exchange, timelineTag: string): Guard | undefined {
  const { headers } = exchange.request
  const match = headers['if-match']
  const noneMatch = headers['if-none-match']
  if (match !== undefined && noneMatch !== undefined) return undefined
  if (noneMatch !== undefined)
    return noneMatch.trim() === '*' && headers['if-unmodified-since'] === undefined ? { condition: { version: null } } : undefined
  if (match === undefined) return undefined
  const condition = parseTagCondition(match)
  if (condition === '*') return exchange.method === 'PUT' ? { mustExist: true } : undefined
  const [tag] = condition === 'malformed' ? [] : condition
  const isOurs = tag !== undefined && condition.length === 1 && !tag.weak && tag.opaque.startsWith(`${timelineTag}.`)
  return isOurs ? { condition: { version: tag.opaque.slice(timelineTag.length + 1) } } : undefined
}

function metaOrNothing(services: HttpServices, key: string): RecordMeta | undefined {
  try {
    return services.storage.getMeta(key)
  } catch (error) {
    if (error instanceof HoldfastError && error.code === 'not_found') return undefined
    throw error
  }
}

function invalidHeader(field: string, expected: string): HoldfastError {
  return new HoldfastError('invalid_request', `${field}: expected ${expected}.`, { details: { field, expected } })
}

function valueTooLarge(limitBytes: number): HoldfastError {
  return new HoldfastError('too_large', `A value has at most ${limitBytes} bytes (limits.max_value_mb).`, { details: { limitBytes } })
}
