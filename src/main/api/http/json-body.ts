import { isUtf8 } from 'node:buffer'
import { HoldfastError } from '../../base/errors.ts'
import { jsonShapeOf } from '../../base/json-shape.ts'

/** Serialisers recurse; what is nested deeper than this could be read but not written again. */
export const maxBodyDepth = 500
/** Each costs some sixty bytes, where its text is two: a small body must not become a huge tree. */
export const maxBodyContainers = 2_000_000

/** Parses a JSON body. Empty is undefined. Throws `invalid_request`, and `too_large` for more lists and objects than can be taken. */
export function parseJsonBody(bytes: Buffer): unknown {
  if (bytes.length === 0) return undefined
  if (!isUtf8(bytes)) throw invalid('UTF-8')
  refuseBombs(bytes)
  try {
    return JSON.parse(bytes.toString('utf8'))
  } catch (error) {
    const where = /at position (\d+)/.exec((error as Error).message)?.[1]
    throw invalid(where === undefined ? 'JSON' : `JSON, which ends at character ${where}`, error)
  }
}

/** The fields of a JSON body; none at all are as good as an empty object. Throws `invalid_request` when it is not an object. */
export function parseJsonObject(bytes: Buffer): Record<string, unknown> {
  const value = parseJsonBody(bytes)
  if (value === undefined) return {}
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid('a JSON object')
  return value as Record<string, unknown>
}

function refuseBombs(bytes: Buffer): void {
  const { depth, containers } = jsonShapeOf(bytes)
  if (depth > maxBodyDepth) throw invalid(`at most ${maxBodyDepth} levels`)
  if (containers > maxBodyContainers) {
    throw new HoldfastError('too_large', `The body has more than ${maxBodyContainers} lists and objects; send it in parts.`, {
      details: { limit: maxBodyContainers },
    })
  }
}

function invalid(expected: string, cause?: unknown): HoldfastError {
  return new HoldfastError('invalid_request', `body: expected ${expected}.`, { details: { field: 'body', expected }, cause })
}
