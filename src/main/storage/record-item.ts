import type { RecordItem } from '../../contract/index.ts'
import { toIso } from '../base/clock.ts'
import type { RecordMeta, StoredRecord } from '../persistence/record-store.ts'
import { encodeValue } from './value-encoding.ts'

/** A record as lists show it, without its value. */
export function toItem(key: string, meta: RecordMeta): RecordItem {
  return {
    key,
    version: meta.version,
    contentType: meta.contentType,
    size: meta.size,
    createdAt: toIso(meta.createdAtMs),
    updatedAt: toIso(meta.updatedAtMs),
    ...(meta.expiresAtMs !== null && { expiresAt: toIso(meta.expiresAtMs) }),
  }
}

/** A record with its value, in the encoding that keeps its bytes. */
export function toItemWithValue(record: StoredRecord): RecordItem & Required<Pick<RecordItem, 'encoding'>> & { value: unknown } {
  const { value, encoding } = encodeValue(record.value)
  return { ...toItem(record.key, record.meta), value, encoding }
}
