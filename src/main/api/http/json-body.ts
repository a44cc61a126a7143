import { isUtf8 } from 'node:buffer'
import { parseExactJson } from '../../../contract/index.ts'
import { HoldfastError } from '../../base/errors.ts'
import { jsonShapeOf, maxParsedContainers, maxParsedDepth } from '../../base/json-shape.ts'

/** `exact`: the body carries values, whose numbers keep their digits. */
interface JsonBodyOptions {
  readonly exact: boolean
}

/** Parses a JSON body. Empty is undefined. Throws `invalid_request`, and `too_large` for more lists and objects than can be taken. */
export function parseJsonBody(bytes: Buffer, { exact }: JsonBodyOptions = { exact: false }): unknown {
  if (bytes.length === 0) return undefined
  if (!isUtf8(bytes)) throw invalid('UTF-8')
  refuseBombs(bytes)
  try {
    const text = bytes.toString('utf8')
    return exact ? parseExactJson(text) : JSON.parse(text)
  } catch (error) {
    const where = /at position (\d+)/.exec((error as Error).message)?.[1]
    throw invalid(where === undefined ? 'JSON' : `JSON, which ends at character ${where}`, error)
  }
}

/** The fields of a JSON body; none at all are as good as an empty object. Throws `invalid_request` when it is not an object. */
export function parseJsonObject(bytes: Buffer, options?: JsonBodyOptions): Record<string, unknown> {
  const value = parseJsonBody(bytes, options)
  if (value === undefined) return {}
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid('a JSON object')
  return value as Record<string, unknown>
}

function refuseBombs(bytes: Buffer): void {
  const { depth, containers } = jsonShapeOf(bytes)
  if (depth > maxParsedDepth) throw invalid(`at most ${maxParsedDepth} levels`)
  if (containers > maxParsedContainers) {
    throw new HoldfastError('too_large', `The body has more than ${maxParsedContainers} lists and objects; send it in parts.`, {
      details: { limit: maxParsedContainers },
    })
  }
}

function invalid(expected: string, cause?: unknown): HoldfastError {
  return new HoldfastError('invalid_request', `body: expected ${expected}.`, { details: { field: 'body', expected }, cause })
}
