import { closeSync, fdatasyncSync, fsyncSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { type Row, spreadOf } from '../row.ts'
import { drained, durablePut, flushedPut, openHoldfast, openRawLmdb } from '../stores.ts'
import { keyOf, sustainedWrites, valuesOf } from '../workload.ts'

const keys = 200_000
const durationMs = 4000
const values = () => valuesOf(1000, 1024)

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
    const work = (round: number) => ({ seed: round + 5, keys, values: payloads })
    return {
      ours: (round) =>
        sustainedWrites(
          { ...work(round), write: (key, value) => durablePut(store, key, value), drained: () => drained(store) },
          durationMs,
        ),
      peers: (round) =>
        sustainedWrites(
          { ...work(round), write: (key, value) => flushedPut(raw, key, value), drained: () => raw.root.flushed },
          durationMs,
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
      ours: (round) =>
        medianOf((index) => durablePut(store, keyOf((round * 1500 + index * 7919) % keys), payloads[index % 1000] as Buffer)),
      peers: () => medianOf((index) => append(payloads[index % 1000] as Buffer)),
      close: async () => {
        await store.close()
        closeSync(log)
      },
    }
  },
}
