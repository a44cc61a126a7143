import { type InputOf, type OperationName, type OutputOf, operations } from '../../contract/index.ts'
import { HoldfastError } from '../base/errors.ts'
import { decodeValue, defaultContentType } from '../storage/value-encoding.ts'

export interface RemoteReply {
  status: number
  header(name: string): string | undefined
  body: Buffer
}

/** How an operation is asked for over HTTP, and how its successful answer is read. */
export interface RemoteRequest {
  method: string
  /** As it stands in the request line, escaped. */
  path: string
  headers: Record<string, string>
  body?: string | Uint8Array
  read(reply: RemoteReply): unknown
}

const json = (reply: RemoteReply): unknown => (reply.body.length === 0 ? {} : JSON.parse(reply.body.toString('utf8')))

/**
 * The contract's table decides. The data door carries raw bytes and ETags, where this side has values and versions: there a read goes as
 * a list of one and a conditional write as a batch of one, which answer in the contract's own shapes.
 */
export function remoteRequest(name: OperationName, input: Record<string, unknown>): RemoteRequest {
  switch (name) {
    case 'records.get':
      return getRequest(String(input.key))
    case 'records.put':
      return putRequest(input as InputOf<'records.put'>)
    case 'records.delete':
      return deleteRequest(input as InputOf<'records.delete'>)
    case 'records.import':
      return importRequest(input as InputOf<'records.import'>)
    default:
      return tableRequest(name, input)
  }
}

function tableRequest(name: OperationName, input: Record<string, unknown>): RemoteRequest {
  const { method, path, body } = operations[name].http
  const { bytes, ...others } = input
  const rest: Record<string, unknown> = body === 'file' ? others : { ...input }
  const filled = path.replace(/\{(\w+)\}/g, (_whole, field: string) => {
    const value = rest[field]
    delete rest[field]
    return encodeURIComponent(String(value))
  })
  if (body === 'json') {
    return { method, path: filled, headers: { 'content-type': 'application/json' }, body: JSON.stringify(rest), read: json }
  }
  const target = filled + queryOf(rest)
  if (body !== 'file') return { method, path: target, headers: {}, read: json }
  const headers = { 'content-type': 'application/octet-stream' }
  return { method, path: target, headers, body: Buffer.from(String(bytes), 'base64'), read: json }
}

function getRequest(key: string): RemoteRequest {
  return {
    ...tableRequest('records.list', { prefix: key, limit: 1, values: true }),
    read(reply) {
      const [item] = (json(reply) as OutputOf<'records.list'>).items
      // The key itself comes first among those that begin with it.
      if (item?.key !== key) throw new HoldfastError('not_found', `There is no record with the key "${key}".`)
      return item
    },
  }
}

function putRequest(input: InputOf<'records.put'>): RemoteRequest {
  const encoding = input.encoding ?? 'json'
  if (input.ifVersion !== undefined) {
    const { key, value, contentType, ttlSeconds, ifVersion, durability } = input
    const read = (result: BatchResult) => ({ key, version: result.version, created: result.status === 201 })
    return batchOfOne({ op: 'put', key, value, encoding, contentType, ttlSeconds, ifVersion }, read, { durability })
  }
  const headers: Record<string, string> = { 'content-type': input.contentType ?? defaultContentType(encoding) }
  if (input.ttlSeconds !== undefined) headers['holdfast-ttl'] = String(input.ttlSeconds)
  if (input.durability !== undefined) headers['holdfast-durability'] = input.durability
  if (input.ifAbsent) headers['if-none-match'] = '*'
  return {
    method: 'PUT',
    path: `/api/data/${encodeURIComponent(input.key)}`,
    headers,
    body: decodeValue(input.value, encoding),
    read: (reply) => ({ key: input.key, version: reply.header('holdfast-version') ?? '', created: reply.status === 201 }),
  }
}

function deleteRequest({ undo, ...input }: InputOf<'records.delete'>): RemoteRequest {
  return batchOfOne({ op: 'delete', ...input }, () => ({}), { undo })
}

type BatchResult = OutputOf<'records.batch'>['results'][number]

/** Atomic, so that a refused condition is an error of the request and not a status inside of a success. */
function batchOfOne(
  operation: InputOf<'records.batch'>['operations'][number],
  read: (result: BatchResult) => unknown,
  { undo = true, durability }: Pick<InputOf<'records.batch'>, 'undo' | 'durability'> = {},
): RemoteRequest {
  return {
    ...tableRequest('records.batch', { atomic: true, operations: [operation], ...(!undo && { undo }), durability }),
    read(reply) {
      const [result] = (json(reply) as OutputOf<'records.batch'>).results
      if (result?.status === 404) throw new HoldfastError('not_found', `There is no record with the key "${operation.key}".`)
      if (!result || result.error) throw new HoldfastError('internal', result?.error?.detail ?? 'The host did not say what became of it.')
      return read(result)
    },
  }
}

/** The NDJSON is the body, the rest the query. */
function importRequest({ ndjson, ...options }: InputOf<'records.import'>): RemoteRequest {
  const { method, path } = operations['records.import'].http
  return { method, path: path + queryOf(options), headers: { 'content-type': 'application/x-ndjson' }, body: ndjson, read: json }
}

function queryOf(fields: Record<string, unknown>): string {
  const given = Object.entries(fields).filter((entry) => entry[1] !== undefined)
  const query = new URLSearchParams(given.map(([field, value]): [string, string] => [field, String(value)])).toString()
  return query === '' ? '' : `?${query}`
}
