import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { type Database, open, type RootDatabase } from 'lmdb'
import { systemClock } from '../../src/main/base/clock.ts'
import { silentLog } from '../../src/main/base/log.ts'
import { LmdbStore } from '../../src/main/persistence/lmdb-store.ts'
import type { GenerationalStore } from '../../src/main/persistence/record-store.ts'

/** Holdfast's store with its defaults, in an empty folder. */
export async function openHoldfast(folder: string): Promise<GenerationalStore> {
  mkdirSync(folder, { recursive: true })
  return LmdbStore.open({
    databaseFolder: join(folder, 'db'),
    journalFolder: join(folder, 'journal'),
    storeId: 'bench',
    nodeId: 'bench',
    clock: systemClock,
    log: silentLog,
  })
}

export const durablePut = (store: GenerationalStore, key: string, value: Buffer) =>
  store.commit([{ kind: 'put', key, value, contentType: 'application/json', expiresAtMs: null }], { durability: 'durable' })

/** Everything that was acknowledged is in the database, and synced. */
export const drained = async (store: GenerationalStore): Promise<void> => (await store.holdSnapshot()).release()

export interface RawLmdb {
  readonly root: RootDatabase
  readonly records: Database<Buffer, string>
}

/** lmdb-js as its documentation advises for raw bytes; pages of the size that suits 1 KiB records best. */
export function openRawLmdb(folder: string): RawLmdb {
  mkdirSync(folder, { recursive: true })
  const root = open({ path: folder, pageSize: 8192, maxDbs: 4 })
  return { root, records: root.openDB<Buffer, string>('records', { encoding: 'binary' }) }
}

/** A put that is safe when it resolves. */
export async function flushedPut({ root, records }: RawLmdb, key: string, value: Buffer): Promise<void> {
  await records.put(key, value)
  await root.flushed
}
