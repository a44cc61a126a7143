import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Row } from '../row.ts'
import { drained, durablePut, flushedPut, openHoldfast, openRawLmdb } from '../stores.ts'
import { keyOf, valuesOf, type Writers, writeRandomKeys } from '../workload.ts'

const keys = 100_000
const contentType = 'application/json'

/** What this process, its threads included, has had written to disks. */
const writtenBytes = (): number => Number(/^write_bytes: (\d+)$/m.exec(readFileSync('/proc/self/io', 'utf8'))?.[1])

/** P23: what flash wears out by. The clock does not count; everything is drained and synced. */
export const bytesWritten: Row = {
  id: 'P23',
  workload: 'bytes written to the disk for each random durable update of 1 KiB, all drained',
  peer: 'lmdb put + flushed, 64 writers',
  unit: 'KiB',
  goal: { atMost: 0.5 },
  async prepare(folder) {
    const store = await openHoldfast(join(folder, 'holdfast'))
    const raw = openRawLmdb(join(folder, 'raw'))
    const values = valuesOf(1000, 1024)
    const updates = 20_000
    for (let start = 0; start < keys; start += 1000) {
      const places = Array.from({ length: 1000 }, (_, index) => start + index)
      const puts = places.map((place) => ({
        kind: 'put' as const,
        key: keyOf(place),
        value: values[place % 1000] as Buffer,
        contentType,
        expiresAtMs: null,
      }))
      await store.commit(puts, { durability: 'committed' })
      await Promise.all(places.map((place) => raw.records.put(keyOf(place), values[place % 1000] as Buffer)))
    }
    const each = async (work: Writers) => {
      const before = writtenBytes()
      const written = await writeRandomKeys(work, (begun) => begun < updates)
      return (writtenBytes() - before) / written / 1024
    }
    return {
      ours: (round) =>
        each({ seed: round + 5, keys, values, write: (key, value) => durablePut(store, key, value), drained: () => drained(store) }),
      peers: (round) =>
        each({ seed: round + 5, keys, values, write: (key, value) => flushedPut(raw, key, value), drained: () => raw.root.flushed }),
      close: async () => {
        await store.close()
        await raw.root.close()
      },
    }
  },
}
