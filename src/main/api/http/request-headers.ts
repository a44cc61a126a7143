import type { IncomingMessage } from 'node:http'
import { clientHeader, fenceHeader, undoHeader } from '../../../contract/index.ts'
import { HoldfastError } from '../../base/errors.ts'

/** Of these node would keep the first and drop the rest, or join them: either way a reader before us may have seen another request. */
const single = new Set([
  'host',
  'authorization',
  'origin',
  'content-type',
  'content-length',
  'content-encoding',
  'transfer-encoding',
  'range',
  'if-range',
  'if-modified-since',
  'if-unmodified-since',
  'last-event-id',
  'expect',
  'holdfast-ttl',
  'holdfast-durability',
  clientHeader,
  fenceHeader,
  undoHeader,
])
const maxHeaders = 100

/** Throws `invalid_request` for a request that could be read in two ways. More than a hundred headers: `too_large`. */
export function checkHeaders(request: IncomingMessage): void {
  const { rawHeaders } = request
  if (rawHeaders.length > maxHeaders * 2) {
    throw new HoldfastError('too_large', `A request has at most ${maxHeaders} headers.`, { details: { limit: maxHeaders } })
  }
  if (rawHeaders.length > 2) refuseRepeated(rawHeaders)
  const { headers } = request
  if (headers.host === undefined && request.httpVersion === '1.1') throw invalid('Host', 'one in every request')
  const coding = headers['transfer-encoding']
  if (coding !== undefined && coding.toLowerCase() !== 'chunked') throw invalid('Transfer-Encoding', 'chunked and nothing else')
  if (coding !== undefined && headers['content-length'] !== undefined) throw invalid('Content-Length', 'none beside Transfer-Encoding')
}

function refuseRepeated(rawHeaders: readonly string[]): void {
  const seen = new Set<string>()
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] as string).toLowerCase()
    if (!single.has(name)) continue
    if (seen.has(name)) throw invalid(rawHeaders[index] as string, 'to be given once')
    seen.add(name)
  }
}

/**
 * The type of a body. Refuses one of another type than the door takes. Absent is as good as the first of `accepted`. Throws
 * `unsupported_media_type`.
 */
export function checkContentType(request: IncomingMessage, accepted: readonly [string, ...string[]]): string {
  refuseContentEncoding(request)
  const given = request.headers['content-type']
  if (given === undefined || given.trim() === '') return accepted[0]
  const [type = '', ...parameters] = given.split(';').map((part) => part.trim().toLowerCase())
  const charset = parameters.find((parameter) => parameter.startsWith('charset='))
  const isUtf8 = charset === undefined || /^charset="?utf-?8"?$/.test(charset)
  if (accepted.includes(type) && isUtf8) return type
  const expected = `${accepted[0]}${isUtf8 ? '' : ' in UTF-8'}`
  throw new HoldfastError('unsupported_media_type', `Content-Type: expected ${expected}.`, { details: { field: 'Content-Type', expected } })
}

/** Bodies are taken as they are: one that is compressed would be stored compressed without anybody knowing. */
export function refuseContentEncoding(request: IncomingMessage): void {
  const given = request.headers['content-encoding']
  if (given === undefined || given.trim() === '' || given.trim().toLowerCase() === 'identity') return
  throw new HoldfastError('unsupported_media_type', 'Content-Encoding: expected none; send the body as it is.', {
    details: { field: 'Content-Encoding', expected: 'identity' },
  })
}

function invalid(field: string, expected: string): HoldfastError {
  return new HoldfastError('invalid_request', `${field}: expected ${expected}.`, { details: { field, expected } })
}
