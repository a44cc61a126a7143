import { Packr, Unpackr } from 'msgpackr'
import type { BatchResult, OutputOf } from '../../../contract/index.ts'
import { HoldfastError } from '../../base/errors.ts'
import { maxParsedContainers, maxParsedDepth } from '../../base/json-shape.ts'
import { checkMsgpack } from '../../base/msgpack-shape.ts'

export const msgpackType = 'application/msgpack'
/** The registered name, the one that most programs send, and its old form. */
export const msgpackTypes: readonly string[] = [msgpackType, 'application/vnd.msgpack', 'application/x-msgpack']

/** document → operations → operation: only a value itself may be bytes. */
const bytesDepth = 3
const unpackr = new Unpackr({ useRecords: false, mapsAsObjects: true, int64AsType: 'number' })
const packr = new Packr({ useRecords: false, variableMapSize: true })

/** The fields of a msgpack body. Throws what `parseJsonObject` throws; what stands in a list is named by its index. */
export function parseMsgpackObject(bytes: Buffer): Record<string, unknown> {
  if (bytes.length === 0) return {}
  checkMsgpack(bytes, { maxDepth: maxParsedDepth, maxContainers: maxParsedContainers, bytesDepth })
  const value: unknown = unpackr.unpack(bytes)
  if (typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)) {
    return value as Record<string, unknown>
  }
  const expected = 'a map'
  throw new HoldfastError('invalid_request', `body: expected ${expected}.`, { details: { field: 'body', expected } })
}

/** Results of a batch. What is base64 in JSON is bin here, without an encoding, as it is in a request. */
export function packBatch({ results }: OutputOf<'records.batch'>): Buffer {
  return packr.pack({ results: results.map(withBytes) })
}

function withBytes(result: BatchResult): Record<string, unknown> {
  if (result.encoding !== 'base64') return result
  const { encoding: _, value, ...rest } = result
  return { ...rest, value: Buffer.from(String(value), 'base64') }
}

/** Whether a client would rather have msgpack than JSON: it names it, and no less than JSON. */
export function prefersMsgpack(accept: string | undefined): boolean {
  if (accept === undefined || !accept.includes('msgpack')) return false
  let msgpack = 0
  let json = 0
  for (const part of accept.split(',')) {
    const [type = '', ...parameters] = part.split(';').map((word) => word.trim().toLowerCase())
    const given = parameters.find((parameter) => parameter.startsWith('q='))
    const quality = given === undefined ? 1 : Number(given.slice(2))
    if (msgpackTypes.includes(type)) msgpack = Math.max(msgpack, quality)
    if (type === 'application/json') json = Math.max(json, quality)
  }
  return msgpack > 0 && msgpack >= json
}
