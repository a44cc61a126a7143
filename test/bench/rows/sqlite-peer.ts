import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Row } from '../row.ts'
import { drained, durablePut, openHoldfast } from '../stores.ts'
import { sustainedWrites, valuesOf } from '../workload.ts'

const keys = 200_000
const durationMs = 4000

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
    const work = (round: number) => ({ seed: round + 5, keys, values })
    return {
      ours: (round) =>
        sustainedWrites(
          { ...work(round), write: (key, value) => durablePut(store, key, value), drained: () => drained(store) },
          durationMs,
        ),
      peers: (round) => sustainedWrites({ ...work(round), write: sqlite.put }, durationMs),
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
