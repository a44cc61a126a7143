import type { InputOf } from '../../../contract/index.ts'
import { maxKeyBytes } from '../../../contract/limits.ts'
import { base64Of } from '../../bridge/value-bytes.ts'
import { keyBytes } from './key-order.ts'
import { neverExpires, type TypedTtl, ttlOf } from './ttl.ts'

export type NewValueKind = 'json' | 'text' | 'file'

/** The form of a new record, as it is typed. */
export interface NewRecord {
  readonly key: string
  readonly kind: NewValueKind
  readonly text: string
  readonly file: File | undefined
  readonly contentType: string
  readonly ttl: TypedTtl
}

export const usualContentType: Record<NewValueKind, string> = {
  json: 'application/json',
  text: 'text/plain; charset=utf-8',
  file: 'application/octet-stream',
}

export const blankRecord: NewRecord = {
  key: '',
  kind: 'json',
  text: '{}',
  file: undefined,
  contentType: usualContentType.json,
  ttl: neverExpires,
}

export type KeyProblem = 'create.keyEmpty' | 'create.keyLong' | 'create.keyInvalid'

export function keyProblem(key: string): KeyProblem | undefined {
  if (key === '') return 'create.keyEmpty'
  if (!key.isWellFormed()) return 'create.keyInvalid'
  return keyBytes(key) > maxKeyBytes ? 'create.keyLong' : undefined
}

export function jsonProblem(record: Pick<NewRecord, 'kind' | 'text'>): string | undefined {
  if (record.kind !== 'json') return undefined
  try {
    JSON.parse(record.text)
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** What to write; the form must have no problem. JSON is stored as it was typed. */
export async function putOf(record: NewRecord): Promise<InputOf<'records.put'>> {
  const ttlSeconds = ttlOf(record.ttl)
  const value =
    record.kind === 'file' && record.file
      ? { value: base64Of(new Uint8Array(await record.file.arrayBuffer())), encoding: 'base64' as const }
      : { value: record.text, encoding: 'text' as const }
  return {
    key: record.key,
    ...value,
    contentType: record.contentType.trim() || usualContentType[record.kind],
    ifAbsent: true,
    ...(typeof ttlSeconds === 'number' ? { ttlSeconds } : {}),
  }
}
