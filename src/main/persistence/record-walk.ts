import { setImmediate as nextTurn } from 'node:timers/promises'
import { throwIfCancelled } from '../base/errors.ts'
import type { LmdbRecordTable } from './lmdb-record-table.ts'
import { checkRecord } from './record-codec.ts'

/** So much is checked at a time: a few milliseconds. */
const mostRecords = 2000
const mostBytes = 4 * 1024 * 1024

/** How a walk over all records goes on. */
export interface WalkProgress {
  readonly signal?: AbortSignal | undefined
  readonly onWalked?: (records: number) => void
}

/** Checks every record once, in pieces that leave others their turn, and gives how many there are. Nobody may write meanwhile. */
export async function walkRecords(table: LmdbRecordTable, { signal, onWalked }: WalkProgress): Promise<number> {
  let count = 0
  for (let last: string | undefined = ''; last !== undefined; await nextTurn()) {
    throwIfCancelled(signal)
    last = checkPiece(table, last, (records) => (count += records))
    onWalked?.(count)
  }
  return count
}

/** Checks some records after a key. Returns the last of them, undefined at the end. */
function checkPiece(table: LmdbRecordTable, after: string, onChecked: (records: number) => void): string | undefined {
  let records = 0
  let bytes = 0
  for (const { key, record } of table.range({ from: after, fromExclusive: after !== '', to: undefined }, false)) {
    checkRecord(key, record)
    records++
    bytes += record.length
    if (records < mostRecords && bytes < mostBytes) continue
    onChecked(records)
    return key
  }
  onChecked(records)
  return undefined
}
