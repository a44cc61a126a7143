import type { InputOf } from '../../../contract/index.ts'
import { maxKeyBytes, maxTtlSeconds } from '../../../contract/limits.ts'
import { base64Of } from '../../bridge/value-bytes.ts'
import { keyBytes } from './key-order.ts'

export type NewValueKind = 'json' | 'text' | 'file'
type TtlUnit = 'never' | 'seconds' | 'minutes' | 'hours' | 'days'

/** The form of a new record, as it is typed. */
export interface NewRecord {
  readonly key: string
  readonly kind: NewValueKind
  readonly text: string
  readonly file: File | undefined
  readonly contentType: string
  readonly ttl: string
  readonly ttlUnit: TtlUnit
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
  ttl: '1',
  ttlUnit: 'never',
}

const unitSeconds: Record<TtlUnit, number> = { never: 0, seconds: 1, minutes: 60, hours: 3600, days: 86_400 }

export type KeyProblem = 'create.keyEmpty' | 'create.keyLong' | 'create.keyInvalid'

export function keyProblem(key: string): KeyProblem | undefined {
  if (key === '') return 'create.keyEmpty'
  if (!key.isWellFormed()) return 'create.keyInvalid'
  return keyBytes(key) > maxKeyBytes ? 'create.keyLong' : undefined
}

/** Seconds, undefined for ever, `invalid` when it is not a time that the store takes. */
export function ttlSecondsOf(record: Pick<NewRecord, 'ttl' | 'ttlUnit'>): number | undefined | 'invalid' {
  if (record.ttlUnit === 'never') return undefined
  if (!/^\d{1,10}$/.test(record.ttl.trim())) return 'invalid'
  const seconds = Number(record.ttl) * unitSeconds[record.ttlUnit]
  return seconds >= 1 && seconds <= maxTtlSeconds ? seconds : 'invalid'
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
  const ttlSeconds = ttlSecondsOf(record)
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
