import type { QueryItem } from '../../contract/index.ts'
import { type Document, type FieldPath, selectFields } from '../persistence/indexes/document.ts'
import type { StoredRecord } from '../persistence/record-store.ts'
import { toItem } from '../storage/record-item.ts'
import { encodeValue } from '../storage/value-encoding.ts'

/** `document`: the value in the newest schema version; a value that is none is given as it is. */
export function itemOf(record: StoredRecord, document: Document | undefined, select?: readonly FieldPath[]): QueryItem {
  const item = toItem(record.key, record.meta)
  if (document === undefined) {
    const { value, encoding } = encodeValue(record.value)
    return { ...item, value, encoding }
  }
  return { ...item, value: select === undefined ? document : selectFields(document, select), encoding: 'json' }
}
