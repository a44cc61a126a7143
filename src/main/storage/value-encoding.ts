import { isUtf8 } from 'node:buffer'
import type { ValueEncoding } from '../../contract/index.ts'
import { HoldfastError } from '../base/errors.ts'
import { jsonShapeOf } from '../base/json-shape.ts'

/**
 * JSON nested deeper than this is given as text: serialisers recurse, and a value that one part could still write down would break the
 * next one, which has less stack left.
 */
const maxJsonDepth = 256

/** A value's bytes as they stand in JSON. `text` is the JSON text itself for `json`, else the string that `value` will be. */
export type EncodedValue =
  | { readonly encoding: 'json'; readonly text: string; readonly value: unknown }
  | { readonly encoding: 'text' | 'base64'; readonly text: string; readonly value: string }

/**
 * `json` only when parsing and serialising again gives exactly these bytes, so that nothing is lost (spaces, `1.0`, keys that come twice,
 * a byte order mark); `text` for other valid UTF-8; else `base64`. `decodeValue` gives the same bytes back for all three.
 */
export function encodeValue(bytes: Uint8Array): EncodedValue {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (!isUtf8(buffer)) return asBase64(buffer)
  const text = buffer.toString('utf8')
  if (mayBeJson(buffer)) {
    const parsed = parseExactly(text)
    if (parsed !== undefined) return { encoding: 'json', text, value: parsed.value }
  }
  return { encoding: 'text', text, value: text }
}

/** As base64, whatever the bytes are. */
export function asBase64(bytes: Uint8Array): EncodedValue {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64')
  return { encoding: 'base64', text, value: text }
}

/** The bytes of a value given in JSON. Throws `invalid_request` with a sentence that says what was expected. */
export function decodeValue(value: unknown, encoding: ValueEncoding): Uint8Array {
  switch (encoding) {
    case 'json':
      return decodeJson(value)
    case 'text':
      if (typeof value !== 'string') throw invalidValue('with encoding "text" a value is a string')
      if (!value.isWellFormed()) throw invalidValue('with encoding "text" a value is well-formed Unicode; use "base64" for other bytes')
      return Buffer.from(value, 'utf8')
    case 'base64':
      return decodeBase64(value)
    default:
      return encoding satisfies never
  }
}

export function defaultContentType(encoding: ValueEncoding): string {
  switch (encoding) {
    case 'json':
      return 'application/json'
    case 'text':
      return 'text/plain; charset=utf-8'
    case 'base64':
      return 'application/octet-stream'
    default:
      return encoding satisfies never
  }
}

function decodeJson(value: unknown): Uint8Array {
  if (value === undefined) throw invalidValue('a value is missing')
  let text: string | undefined
  try {
    text = JSON.stringify(value)
  } catch (error) {
    if (error instanceof RangeError) throw invalidValue('the value is nested too deeply', error)
    throw invalidValue('with encoding "json" a value is something that JSON can say', error)
  }
  if (text === undefined) throw invalidValue('with encoding "json" a value is something that JSON can say')
  return Buffer.from(text, 'utf8')
}

// Node's decoder skips what it does not know; comparing with the way back refuses line breaks, missing padding and stray bits.
function decodeBase64(value: unknown): Uint8Array {
  if (typeof value !== 'string') throw invalidValue('with encoding "base64" a value is a string')
  const bytes = Buffer.from(value, 'base64')
  if (bytes.toString('base64') !== value) throw invalidValue('the value is not base64 (standard alphabet, padded with =)')
  return bytes
}

function invalidValue(expected: string, cause?: unknown): HoldfastError {
  return new HoldfastError('invalid_request', `value: ${expected}.`, { details: { field: 'value', expected }, cause })
}

// Most values that are not JSON show it in their first byte: spares the attempt and its exception.
function mayBeJson(bytes: Uint8Array): boolean {
  const first = bytes[0]
  if (first === undefined) return false
  const isDigitOrMinus = (first >= 0x30 && first <= 0x39) || first === 0x2d
  const startsLiteral = first === 0x74 || first === 0x66 || first === 0x6e
  const startsNested = first === 0x7b || first === 0x5b
  return (isDigitOrMinus || startsLiteral || first === 0x22 || startsNested) && jsonShapeOf(bytes).depth <= maxJsonDepth
}

function parseExactly(text: string): { value: unknown } | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  return JSON.stringify(value) === text ? { value } : undefined
}
