import { isUtf8 } from 'node:buffer'
import { HoldfastError } from '../../base/errors.ts'

/** Serialisers recurse; what is nested deeper than this could be read but not written again. */
const maxDepth = 500
/** Each costs some sixty bytes, where its text is two: a small body must not become a huge tree. */
const maxContainers = 2_000_000

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
  let depth = 0
  let containers = 0
  let inString = false
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index]
    if (inString) {
      if (byte === 0x5c) index++
      else if (byte === 0x22) inString = false
    } else if (byte === 0x22) inString = true
    else if (byte === 0x7b || byte === 0x5b) {
      containers++
      if (++depth > maxDepth) throw invalid(`at most ${maxDepth} levels`)
    } else if (byte === 0x7d || byte === 0x5d) depth--
  }
  if (containers > maxContainers) {
    throw new HoldfastError('too_large', `The body has more than ${maxContainers} lists and objects; send it in parts.`, {
      details: { limit: maxContainers },
    })
  }
}

function invalid(expected: string, cause?: unknown): HoldfastError {
  return new HoldfastError('invalid_request', `body: expected ${expected}.`, { details: { field: 'body', expected }, cause })
}
