import { isUtf8 } from 'node:buffer'
import type { z } from 'zod'
import { importLineSchema, parseExactJson } from '../../contract/index.ts'
import { toIso } from '../base/clock.ts'
import { invalidInput } from '../base/describe-issue.ts'
import { HoldfastError } from '../base/errors.ts'
import { jsonShapeOf, maxParsedContainers, maxParsedDepth } from '../base/json-shape.ts'
import type { StoredRecord, WriteOperation } from '../persistence/record-store.ts'
import { valueTooLarge } from './batch-plan.ts'
import type { PlainLine, PlainLines } from './plain-lines.ts'
import { asBase64, decodeValue, defaultContentType, type EncodedValue, encodeValue } from './value-encoding.ts'

/** A JSON string may write one byte as six (`\u0000`). */
const worstEscape = 6
/** `#`: no JSON text begins with it. The files of failed lines carry their reasons so. */
const commentSign = 0x23

/**
 * What a line of an import asks for; undefined for a blank line and for a comment, which begins with `#`. A line whose `expiresAt` has passed says that the key holds nothing any
 * more: it becomes a delete, so that the later of two lines wins in this case too. Throws `invalid_request` or `too_large`. `plainLines`: for many lines; the
 * value may then be a view of the line.
 */
export function parseLine(bytes: Buffer, nowMs: number, maxValueBytes: number, plainLines?: PlainLines): WriteOperation | undefined {
  const plain = plainLines?.read(bytes)
  if (plain !== undefined) return toPut(plain, maxValueBytes)
  if (isBlank(bytes) || bytes[0] === commentSign) return undefined
  const parsed = importLineSchema.safeParse(parseJson(bytes))
  if (!parsed.success) throw notRecord(parsed.error)
  const { key, encoding, contentType, ttlSeconds, expiresAt } = parsed.data
  const value = decodeValue(parsed.data.value, encoding)
  if (value.byteLength > maxValueBytes) throw valueTooLarge(value.byteLength, maxValueBytes, { key })
  const expiresAtMs = ttlSeconds !== undefined ? nowMs + ttlSeconds * 1000 : expiresAt !== undefined ? Date.parse(expiresAt) : null
  if (expiresAtMs !== null && expiresAtMs <= nowMs) return { kind: 'delete', key }
  return { kind: 'put', key, value, contentType: contentType ?? defaultContentType(encoding), expiresAtMs }
}

function toPut({ key, value, encoding, contentType }: PlainLine, maxValueBytes: number): WriteOperation {
  if (value.length > maxValueBytes) throw valueTooLarge(value.length, maxValueBytes, { key })
  return { kind: 'put', key, value, contentType: contentType ?? defaultContentType(encoding), expiresAtMs: null }
}

/** The line of an export, its end included; `parseLine` makes the same record of it. */
export function formatLine(record: StoredRecord, maxLineBytes: number): string {
  const encoded = encodeForLine(record.value, maxLineBytes)
  const value = encoded.encoding === 'json' ? encoded.text : JSON.stringify(encoded.text)
  const { contentType, expiresAtMs } = record.meta
  const type = contentType === defaultContentType(encoded.encoding) ? '' : `,"contentType":${JSON.stringify(contentType)}`
  const expiry = expiresAtMs === null ? '' : `,"expiresAt":"${toIso(expiresAtMs)}"`
  return `{"key":${JSON.stringify(record.key)},"value":${value},"encoding":"${encoded.encoding}"${type}${expiry}}\n`
}

// Text made of control characters grows sixfold when escaped. Where the line would be longer than an import takes, base64 is not.
function encodeForLine(value: Uint8Array, maxLineBytes: number): EncodedValue {
  const encoded = encodeValue(value)
  const room = maxLineBytes - 16 * 1024
  if (encoded.encoding !== 'text' || value.byteLength * worstEscape <= room) return encoded
  return Buffer.byteLength(JSON.stringify(encoded.text)) <= room ? encoded : asBase64(value)
}

function isBlank(bytes: Buffer): boolean {
  return bytes.every((byte) => byte === 0x20 || byte === 0x09 || byte === 0x0d)
}

function notRecord(error: z.ZodError): HoldfastError {
  const [issue] = error.issues
  if (issue?.path.length === 0 && issue.code === 'invalid_type') {
    return new HoldfastError('invalid_request', 'The line is not an object like {"key":"sensor:1","value":21.5}.', { cause: error })
  }
  return invalidInput(error)
}

function parseJson(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) throw new HoldfastError('invalid_request', 'The line is not UTF-8; write other bytes as base64.')
  refuseBombs(bytes)
  try {
    return parseExactJson(bytes.toString('utf8'))
  } catch (error) {
    throw new HoldfastError('invalid_request', 'The line is not valid JSON.', { cause: error })
  }
}

// A line is parsed in one go, while every other request waits.
function refuseBombs(bytes: Buffer): void {
  const { depth, containers } = jsonShapeOf(bytes)
  if (depth > maxParsedDepth) throw new HoldfastError('invalid_request', `The line is nested more than ${maxParsedDepth} levels deep.`)
  if (containers > maxParsedContainers) {
    throw new HoldfastError('too_large', `The line has more than ${maxParsedContainers} lists and objects; write the value as text.`)
  }
}
