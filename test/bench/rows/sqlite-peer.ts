import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Row } from '../row.ts'
import { openHoldfast } from '../stores.ts'
import { keyOf, perSecond, randomSequence, valuesOf } from '../workload.ts'

const keys = 200_000
const durationMs = 4000
const contentType = 'application/json'

/** P7: SQLite in its best practice: a rowid table, WAL, synced at each commit, and whatever waits in one transaction. */
export const durableWritersBesideSqlite: Row = {
  id: 'P7',
  workload: '64 durable writers, 1 KiB, sustained, all drained',
  peer: 'node:sqlite, WAL FULL, queued',
  unit: 'operations/s',
  goal: { atLeast: 1.3 },
  async prepare(folder) {
    const store = await openHoldfast(join(folder, 'holdfast'))
    const sqlite = openSqlite(join(folder, 'peer.sqlite'))
    const values = valuesOf(1000, 1024)
    const sustained = async (round: number, write: (key: string, value: Buffer) => Promise<unknown>, drained: () => Promise<unknown>) => {
      const random = randomSequence(round + 5)
      const startedAt = performance.now()
      let done = 0
      const writer = async () => {
        while (performance.now() - startedAt < durationMs) await write(keyOf(random() % keys), values[done++ % 1000] as Buffer)
      }
      await Promise.all(Array.from({ length: 64 }, writer))
      await drained()
      return perSecond(done, startedAt)
    }
    return {
      ours: (round) =>
        sustained(
          round,
          (key, value) => store.commit([{ kind: 'put', key, value, contentType, expiresAtMs: null }], { durability: 'durable' }),
          async () => (await store.holdSnapshot()).release(),
        ),
      peers: (round) => sustained(round, sqlite.put, async () => {}),
      close: async () => {
        await store.close()
        sqlite.close()
      },
    }
  },
}

function openSqlite(file: string) {
  const database = new DatabaseSync(file)
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE records (key TEXT UNIQUE, value BLOB)')
  const insert = database.prepare('INSERT INTO records VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value')
  let waiting: { key: string; value: Buffer; written: () => void }[] = []
  const commit = () => {
    const group = waiting
    waiting = []
    database.exec('BEGIN')
    for (const { key, value } of group) insert.run(key, value)
    database.exec('COMMIT')
    for (const { written } of group) written()
  }
  return {
    put: (key: string, value: Buffer): Promise<void> =>
      new Promise((written) => {
        if (waiting.push({ key, value, written }) === 1) setImmediate(commit)
      }),
    close: () => database.close(),
  }
}
