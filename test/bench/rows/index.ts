import type { Row } from '../row.ts'
import { bytesWritten } from './bytes-written.ts'
import { durableWriter, durableWriters } from './durable-writes.ts'
import { fullBackup } from './full-backup.ts'
import { largeStore } from './large-store.ts'
import { durableWritersBesideLevel } from './level-peer.ts'
import { localGet, localPut } from './local-api.ts'
import { awaitedMemoryHit, memoryHit } from './memory-hits.ts'
import { memoryUse } from './memory-use.ts'
import { cleanOpen, replayAfterKill } from './opening.ts'
import { bulkLoad, readMiss, scan } from './reads-and-loads.ts'
import { durableSmallWriters, getOneByOne, localBatches } from './redis-peers.ts'
import { rendererCalls } from './renderer-calls.ts'
import { durableWritersBesideSqlite } from './sqlite-peer.ts'

/** The rows of docs/performance.md, in the order of its table. */
export const rows: readonly Row[] = [
  memoryHit,
  awaitedMemoryHit,
  readMiss,
  getOneByOne,
  bulkLoad,
  durableWriters,
  durableWritersBesideSqlite,
  durableWritersBesideLevel,
  durableSmallWriters,
  durableWriter,
  scan,
  largeStore,
  fullBackup,
  localGet,
  localPut,
  localBatches,
  rendererCalls,
  memoryUse,
  cleanOpen,
  replayAfterKill,
  bytesWritten,
]
