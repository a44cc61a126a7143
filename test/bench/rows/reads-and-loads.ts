import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { GenerationalStore } from '../../../src/main/persistence/record-store.ts'
import type { Row } from '../row.ts'
import { openHoldfast, openRawLmdb, type RawLmdb } from '../stores.ts'
import { keyOf, perSecond, randomSequence, valuesOf } from '../workload.ts'

const records = 200_000
const payloads = () => valuesOf(1000, 1024)

async function loadHoldfast(store: GenerationalStore, values: readonly Buffer[]): Promise<void> {
  const batch = 1000
  const underWay = new Set<Promise<unknown>>()
  for (let start = 0; start < records; start += batch) {
    const operations = Array.from({ length: batch }, (_, index) => ({
      kind: 'put' as const,
      key: keyOf(start + index),
      value: values[(start + index) % values.length] as Buffer,
      contentType: 'application/json',
      expiresAtMs: null,
    }))
    const commit = store.commit(operations, { durability: 'durable' }).finally(() => underWay.delete(commit))
    underWay.add(commit)
    if (underWay.size >= 4) await Promise.race(underWay)
  }
  await Promise.all(underWay)
  ;(await store.holdSnapshot()).release()
}

async function loadRaw(raw: RawLmdb, values: readonly Buffer[]): Promise<void> {
  for (let index = 0; index < records; index++) {
    const put = raw.records.put(keyOf(index), values[index % values.length] as Buffer)
    if (index % 5000 === 4999) await put
  }
  await raw.root.flushed
}

/** P3: the value comes from the database, not from memory: the store has just been loaded and drained. */
export const readMiss: Row = {
  id: 'P3',
  workload: 'memory miss, read from the database, 1 KiB',
  peer: 'lmdb get, async',
  unit: 'operations/s',
  goal: { atLeast: 1 },
  async prepare(folder) {
    const store = await openHoldfast(join(folder, 'holdfast'))
    const raw = openRawLmdb(join(folder, 'raw'))
    const values = payloads()
    await loadHoldfast(store, values)
    await loadRaw(raw, values)
    const reads = 200_000
    const ours = async (key: string) => store.get(key)
    const peers = async (key: string) => raw.records.get(key)
    const readAll = async (round: number, read: (key: string) => Promise<unknown>) => {
      const random = randomSequence(round + 11)
      const startedAt = performance.now()
      for (let index = 0; index < reads; index++) await read(keyOf(random() % records))
      return perSecond(reads, startedAt)
    }
    return {
      ours: (round) => readAll(round, ours),
      peers: (round) => readAll(round, peers),
      close: async () => {
        await store.close()
        await raw.root.close()
      },
    }
  },
}

/** P5: into an empty store in key order, until the database has everything and it is synced. */
export const bulkLoad: Row = {
  id: 'P5',
  workload: 'bulk load, sorted, 1 KiB',
  peer: 'lmdb put, sorted',
  unit: 'operations/s',
  goal: { atLeast: 0.8 },
  async prepare(folder) {
    const values = payloads()
    return {
      ours: async (round) => {
        const place = join(folder, `holdfast-${round}`)
        const store = await openHoldfast(place)
        const startedAt = performance.now()
        await loadHoldfast(store, values)
        const rate = perSecond(records, startedAt)
        await store.close()
        rmSync(place, { recursive: true })
        return rate
      },
      peers: async (round) => {
        const place = join(folder, `raw-${round}`)
        const raw = openRawLmdb(place)
        const startedAt = performance.now()
        await loadRaw(raw, values)
        const rate = perSecond(records, startedAt)
        await raw.root.close()
        rmSync(place, { recursive: true })
        return rate
      },
      close: async () => {},
    }
  },
}

/** P11: every key with its value, in order; Holdfast in pages, since a held cursor would pin old pages. */
export const scan: Row = {
  id: 'P11',
  workload: 'scan, key + value, 1 KiB',
  peer: 'lmdb getRange',
  unit: 'operations/s',
  goal: { atLeast: 0.8 },
  async prepare(folder) {
    const store = await openHoldfast(join(folder, 'holdfast'))
    const raw = openRawLmdb(join(folder, 'raw'))
    const values = payloads()
    await loadHoldfast(store, values)
    await loadRaw(raw, values)
    return {
      ours: async () => {
        const startedAt = performance.now()
        let after: string | undefined
        let count = 0
        for (let more = true; more; ) {
          const page = store.page({ prefix: '', limit: 1000, reverse: false, values: true, ...(after !== undefined && { after }) })
          count += page.items.length
          after = page.items.at(-1)?.key
          more = page.more
        }
        return perSecond(count, startedAt)
      },
      peers: async () => {
        const startedAt = performance.now()
        let bytes = 0
        let count = 0
        for (const { value } of raw.records.getRange()) {
          bytes += value.length
          count++
        }
        return bytes > 0 ? perSecond(count, startedAt) : 0
      },
      close: async () => {
        await store.close()
        await raw.root.close()
      },
    }
  },
}
