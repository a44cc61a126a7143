import { join } from 'node:path'
import { ClassicLevel } from 'classic-level'
import type { Row } from '../row.ts'
import { durablePut, openHoldfast } from '../stores.ts'
import { sustainedWrites, valuesOf } from '../workload.ts'

const keys = 200_000
const durationMs = 4000

/** P8: LevelDB in its best practice: whatever waits goes into one synced batch. Both are told of each write when it is synced. */
export const durableWritersBesideLevel: Row = {
  id: 'P8',
  workload: '64 durable writers, 1 KiB, acknowledged',
  peer: 'classic-level, queued batches, synced',
  unit: 'operations/s',
  goal: { atLeast: 0.7 },
  async prepare(folder) {
    const store = await openHoldfast(join(folder, 'holdfast'))
    const level = await openLevel(join(folder, 'peer'))
    const values = valuesOf(1000, 1024)
    const work = (round: number) => ({ seed: round + 5, keys, values })
    return {
      ours: (round) => sustainedWrites({ ...work(round), write: (key, value) => durablePut(store, key, value) }, durationMs),
      peers: (round) => sustainedWrites({ ...work(round), write: level.put }, durationMs),
      close: async () => {
        await store.close()
        await level.close()
      },
    }
  },
}

async function openLevel(folder: string) {
  const database = new ClassicLevel<string, Buffer>(folder, { valueEncoding: 'buffer' })
  await database.open()
  let waiting: { key: string; value: Buffer; written: () => void }[] = []
  let isWriting = false
  const write = async () => {
    isWriting = true
    while (waiting.length > 0) {
      const group = waiting
      waiting = []
      await database.batch(
        group.map(({ key, value }) => ({ type: 'put' as const, key, value })),
        { sync: true },
      )
      for (const { written } of group) written()
    }
    isWriting = false
  }
  return {
    put: (key: string, value: Buffer): Promise<void> =>
      new Promise((written) => {
        waiting.push({ key, value, written })
        if (!isWriting) void write()
      }),
    close: () => database.close(),
  }
}
