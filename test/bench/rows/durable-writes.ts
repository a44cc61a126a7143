import { closeSync, fdatasyncSync, fsyncSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { GenerationalStore } from '../../../src/main/persistence/record-store.ts'
import { type Row, spreadOf } from '../row.ts'
import { openHoldfast, openRawLmdb } from '../stores.ts'
import { keyOf, perSecond, randomSequence, valuesOf } from '../workload.ts'

const keys = 200_000
const values = () => valuesOf(1000, 1024)

const put = (store: GenerationalStore, key: string, value: Buffer) =>
  store.commit([{ kind: 'put', key, value, contentType: 'application/json', expiresAtMs: null }], { durability: 'durable' })

/** P6: sustained, and the clock stops only when the database has everything. */
export const durableWriters: Row = {
  id: 'P6',
  workload: '64 durable writers, 1 KiB, sustained, all drained',
  peer: 'lmdb put + flushed',
  unit: 'operations/s',
  goal: { atLeast: 3 },
  async prepare(folder) {
    const store = await openHoldfast(join(folder, 'holdfast'))
    const raw = openRawLmdb(join(folder, 'raw'))
    const payloads = values()
    const durationMs = 4000
    const sustained = async (round: number, write: (key: string, value: Buffer) => Promise<unknown>, drained: () => Promise<unknown>) => {
      const random = randomSequence(round + 5)
      const startedAt = performance.now()
      let done = 0
      const writer = async () => {
        while (performance.now() - startedAt < durationMs) {
          await write(keyOf(random() % keys), payloads[done % payloads.length] as Buffer)
          done++
        }
      }
      await Promise.all(Array.from({ length: 64 }, writer))
      await drained()
      return perSecond(done, startedAt)
    }
    return {
      ours: (round) =>
        sustained(
          round,
          (key, value) => put(store, key, value),
          async () => (await store.holdSnapshot()).release(),
        ),
      peers: (round) =>
        sustained(
          round,
          async (key, value) => {
            await raw.records.put(key, value)
            await raw.root.flushed
          },
          async () => raw.root.flushed,
        ),
      close: async () => {
        await store.close()
        await raw.root.close()
      },
    }
  },
}

/** P10: the median of one writer that waits for each write, against the least that a durable append can cost. */
export const durableWriter: Row = {
  id: 'P10',
  workload: 'one durable writer, 1 KiB, p50',
  peer: 'preallocated append + fdatasync',
  unit: 'ms',
  goal: { atMost: 1.3 },
  async prepare(folder) {
    const store = await openHoldfast(join(folder, 'holdfast'))
    const payloads = values()
    const log = openSync(join(folder, 'append'), 'w')
    const megabyte = Buffer.alloc(2 ** 20)
    for (let count = 0; count < 64; count++) writeSync(log, megabyte)
    fsyncSync(log)
    let offset = 0
    const append = (value: Buffer) => {
      writeSync(log, value, 0, value.length, offset)
      offset = (offset + value.length) % (63 * 2 ** 20)
      fdatasyncSync(log)
    }
    const medianOf = async (write: (index: number) => unknown) => {
      const latencies: number[] = []
      for (let index = 0; index < 1500; index++) {
        const startedAt = performance.now()
        await write(index)
        latencies.push(performance.now() - startedAt)
      }
      return spreadOf(latencies).median
    }
    return {
      ours: (round) => medianOf((index) => put(store, keyOf((round * 1500 + index * 7919) % keys), payloads[index % 1000] as Buffer)),
      peers: () => medianOf((index) => append(payloads[index % 1000] as Buffer)),
      close: async () => {
        await store.close()
        closeSync(log)
      },
    }
  },
}
