import { type InputOf, type OperationName, operations, undoHeader } from '../../contract/index.ts'
import { bytesOfBase64, decodeValue } from './value-bytes.ts'

export interface HttpRequest {
  readonly method: string
  readonly path: string
  readonly headers: Record<string, string>
  readonly body?: string | Uint8Array<ArrayBuffer>
}

/** The HTTP request that asks for an operation, from the contract's table. The raw data door is mapped by hand below it. */
export function requestOf(name: OperationName, input: Record<string, unknown>): HttpRequest {
  const { http } = operations[name]
  if (http.body === 'raw') return rawRequest(name, input)
  if (http.body === 'ndjson') {
    const { ndjson, ...options } = input
    const path = http.path + queryOf(options)
    return { method: http.method, path, headers: { 'content-type': 'application/x-ndjson' }, body: String(ndjson) }
  }
  if (http.body === 'file') {
    const { bytes, ...options } = input
    const headers = { 'content-type': 'application/octet-stream' }
    return { method: http.method, path: http.path + queryOf(options), headers, body: bytesOfBase64(String(bytes)) }
  }
  const rest: Record<string, unknown> = { ...input }
  const path = http.path.replace(/\{(\w+)\}/g, (_, field: string) => {
    const value = String(rest[field])
    delete rest[field]
    return encodeURIComponent(value)
  })
  if (http.body === 'json')
    return { method: http.method, path, headers: { 'content-type': 'application/json' }, body: JSON.stringify(rest) }
  return { method: http.method, path: path + queryOf(rest), headers: {} }
}

function queryOf(fields: Record<string, unknown>): string {
  const query = new URLSearchParams()
  for (const [field, value] of Object.entries(fields)) if (value !== undefined) query.set(field, String(value))
  const text = query.toString()
  return text === '' ? '' : `?${text}`
}

function rawRequest(name: OperationName, input: Record<string, unknown>): HttpRequest {
  const path = `/api/data/${encodeURIComponent(String(input.key))}`
  if (name !== 'records.put')
    return { method: operations[name].http.method, path, headers: input.undo === false ? { [undoHeader]: 'false' } : {} }
  const put = input as InputOf<'records.put'>
  const headers: Record<string, string> = { 'content-type': contentTypeOf(put) }
  if (put.ttlSeconds !== undefined) headers['holdfast-ttl'] = String(put.ttlSeconds)
  if (put.durability !== undefined) headers['holdfast-durability'] = put.durability
  if (put.ifAbsent) headers['if-none-match'] = '*'
  return { method: 'PUT', path, headers, body: decodeValue(put.value, put.encoding ?? 'json') }
}

const contentTypeOf = (put: InputOf<'records.put'>): string => {
  if (put.contentType !== undefined) return put.contentType
  const byEncoding = { json: 'application/json', text: 'text/plain; charset=utf-8', base64: 'application/octet-stream' }
  return byEncoding[put.encoding ?? 'json']
}

/**
 * Whether a record operation has to go as a batch of one: `If-Match` takes an ETag where we hold a version, and no URL parser
 * lets the whole keys `.` and `..` through, however they are escaped.
 */
export function needsBatch(input: { key: string; ifVersion?: string | undefined }): boolean {
  return input.ifVersion !== undefined || input.key === '.' || input.key === '..'
}
