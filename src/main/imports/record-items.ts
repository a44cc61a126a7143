import { isUtf8 } from 'node:buffer'
import { keySchema } from '../../contract/index.ts'
import { defaultContentType, encodeValue } from '../storage/value-encoding.ts'
import type { SourceItem } from './import-source.ts'

/** What a source of keys and bytes has found under a key. */
export interface FoundValue {
  readonly line: number
  readonly key: Buffer
  readonly prefix: string
  readonly value: Buffer
  /** Milliseconds since 1970. */
  readonly expiresAtMs: number | null
}

/** The record that it becomes, or why there is none; then the file of failed items has it with an empty key, which somebody has to fill in. */
export function recordItem(found: FoundValue, maxValueBytes: number): SourceItem {
  const { line, key, prefix, value, expiresAtMs } = found
  const problem = keyProblem(key, prefix) ?? sizeProblem(value.length, maxValueBytes)
  if (problem !== undefined) return failedItem(line, key, problem.code, problem.detail, problem.code === 'too_large' ? undefined : value)
  const { encoding } = encodeValue(value)
  const operation = {
    kind: 'put' as const,
    key: prefix + key.toString('utf8'),
    value,
    contentType: defaultContentType(encoding),
    expiresAtMs,
  }
  return { line, outcome: { operation }, raw: () => undefined }
}

export function failedItem(line: number, key: Buffer, code: string, detail: string, value?: Buffer): SourceItem {
  const said = `${shownKey(key)}: ${detail}`
  return { line, outcome: { problem: { code, detail: said } }, raw: () => (value === undefined ? undefined : lineWithoutKey(value)) }
}

function lineWithoutKey(value: Buffer): string {
  const encoded = encodeValue(value)
  const written = encoded.encoding === 'json' ? encoded.text : JSON.stringify(encoded.text)
  return `{"key":"","value":${written},"encoding":"${encoded.encoding}"}`
}

function keyProblem(key: Buffer, prefix: string): { code: string; detail: string } | undefined {
  if (!isUtf8(key)) return { code: 'invalid_request', detail: 'the key is not UTF-8; give it another one.' }
  const checked = keySchema.safeParse(prefix + key.toString('utf8'))
  if (checked.success) return undefined
  return { code: 'invalid_request', detail: `${checked.error.issues[0]?.message ?? 'the key cannot be one'}; give it another one.` }
}

export function sizeProblem(bytes: number, maxValueBytes: number): { code: string; detail: string } | undefined {
  if (bytes <= maxValueBytes) return undefined
  return { code: 'too_large', detail: `the value has ${bytes} bytes; the limit is ${maxValueBytes} (limits.max_value_mb).` }
}

function shownKey(key: Buffer): string {
  const short = key.subarray(0, 200)
  return isUtf8(key) ? JSON.stringify(key.toString('utf8').slice(0, 200)) : `base64 ${short.toString('base64')}`
}
