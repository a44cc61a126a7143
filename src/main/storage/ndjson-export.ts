import { setImmediate as nextTurn } from 'node:timers/promises'
import { throwIfCancelled } from '../base/errors.ts'
import type { RecordStore } from '../persistence/record-store.ts'
import { formatLine } from './ndjson-line.ts'

const pageValueBytes = 256 * 1024

/**
 * All records whose key begins with `prefix`, one line each, in key order; many lines a chunk. Each page is one state of the store,
 * the whole is not: what changes behind the reader is not seen. Between pages other requests have their turn, and nothing is held
 * open in the database. Throws `cancelled`, `record_damaged`.
 */
export async function* exportRecords(
  source: { store: RecordStore; prefix: string; maxLineBytes: number; pageRecords: number; onPage: (records: number) => void },
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { store, prefix, maxLineBytes, pageRecords, onPage } = source
  let after: string | undefined
  for (;;) {
    throwIfCancelled(signal)
    const range = after === undefined ? { prefix } : { prefix, after }
    const page = store.page({ ...range, limit: pageRecords, reverse: false, values: true, maxValueBytes: pageValueBytes })
    after = page.items.at(-1)?.key
    if (page.items.length > 0) {
      onPage(page.items.length)
      yield Buffer.concat(page.items.map((record) => Buffer.from(formatLine(record, maxLineBytes))))
    }
    if (!page.more || after === undefined) return
    await nextTurn()
  }
}
