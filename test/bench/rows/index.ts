import type { Row } from '../row.ts'
import { durableWriter, durableWriters } from './durable-writes.ts'
import { localGet, localPut } from './local-api.ts'
import { bulkLoad, readMiss, scan } from './reads-and-loads.ts'

/** The rows of docs/performance.md that need no other program, in the order of its table. */
export const rows: readonly Row[] = [readMiss, bulkLoad, durableWriters, durableWriter, scan, localGet, localPut]
