import { join } from 'node:path'
import { systemClock } from '../../../src/main/base/clock.ts'
import { silentLog } from '../../../src/main/base/log.ts'
import { MemoryTier } from '../../../src/main/cache/memory-tier.ts'
import type { StoredRecord } from '../../../src/main/persistence/record-store.ts'
import { EventHub } from '../../../src/main/storage/event-hub.ts'
import { StorageManager } from '../../../src/main/storage/storage-manager.ts'
import { StorageMeter } from '../../../src/main/storage/storage-meter.ts'
import { readerOver } from '../../support/readers.ts'
import { openBuiltStore } from '../built-store.ts'
import type { Row } from '../row.ts'
import { keyOf, perSecond, randomSequence, valuesOf } from '../workload.ts'

const records = 200_000
const reads = 10 * records

/** The door that everything reads through, with every record in its memory tier; and the same values in a plain map. */
async function prepareHits(folder: string) {
  const values = valuesOf(100, 100)
  const store = await openBuiltStore(join(folder, 'holdfast'), records, (index) => values[index % 100] as Buffer)
  const common = { clock: systemClock, log: silentLog }
  const storage = new StorageManager({
    ...common,
    store,
    reader: readerOver(store),
    memoryTier: new MemoryTier({ maxBytes: 256 * 1024 * 1024, clock: systemClock }),
    events: new EventHub({ boot: 'bench', log: silentLog }),
    meter: new StorageMeter({ clock: systemClock }),
    limits: { maxValueBytes: 1024 * 1024, defaultDurability: 'durable', batchRecords: 1000, prefetchRecords: 1024 },
  })
  const map = new Map<string, StoredRecord>()
  const keys = Array.from({ length: records }, (_, index) => keyOf(index))
  for (const key of keys) map.set(key, storage.get(key))
  const close = async () => {
    storage.close()
    await store.close()
  }
  return { storage, map, keys, close }
}

/** The order in which keys are read: found out before, so that only the look-ups are timed. */
const orderOf = (keys: readonly string[], round: number): string[] => {
  const random = randomSequence(round + 5)
  return Array.from({ length: records }, () => keys[random() % keys.length] as string)
}

/** One for a record: the value is looked at, as whoever asks for it will. */
const lengthOf = (record: StoredRecord | undefined): number => (record === undefined || record.value.length === 0 ? 0 : 1)

/** P1 */
export const memoryHit: Row = {
  id: 'P1',
  workload: 'hit in the memory tier, synchronous',
  peer: 'Map',
  unit: 'operations/s',
  goal: { atLeast: 0.5 },
  async prepare(folder) {
    const { storage, map, keys, close } = await prepareHits(folder)
    const readAll = async (round: number, read: (key: string) => StoredRecord | undefined) => {
      const order = orderOf(keys, round)
      const startedAt = performance.now()
      for (let done = 0; done < reads; ) for (const key of order) done += lengthOf(read(key))
      return perSecond(reads, startedAt)
    }
    return {
      ours: (round) => readAll(round, (key) => storage.get(key)),
      peers: (round) => readAll(round, (key) => map.get(key)),
      close,
    }
  },
}

/** P2 */
export const awaitedMemoryHit: Row = {
  id: 'P2',
  workload: 'hit in the memory tier, awaited',
  peer: 'Map behind an async function',
  unit: 'operations/s',
  goal: { atLeast: 0.8 },
  async prepare(folder) {
    const { storage, map, keys, close } = await prepareHits(folder)
    const readAll = async (round: number, read: (key: string) => Promise<StoredRecord | undefined>) => {
      const order = orderOf(keys, round)
      const startedAt = performance.now()
      for (let done = 0; done < reads; ) for (const key of order) done += lengthOf(await read(key))
      return perSecond(reads, startedAt)
    }
    return {
      ours: (round) => readAll(round, async (key) => storage.get(key)),
      peers: (round) => readAll(round, async (key) => map.get(key)),
      close,
    }
  },
}
