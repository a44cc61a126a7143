import { LmdbGenerationBuilder } from '../../src/main/persistence/lmdb-generation-builder.ts'
import { encodeRecord } from '../../src/main/persistence/record-codec.ts'
import type { GenerationalStore } from '../../src/main/persistence/record-store.ts'
import { openHoldfast } from './stores.ts'
import { keyOf } from './workload.ts'

interface Content {
  readonly storeId: string
  readonly records: number
  /** In key order. */
  readonly keyAt: (index: number) => string
  readonly valueAt: (index: number) => Buffer
}

/** Fills a store as a restore does: in seconds, where a million durable writes would take a minute. */
export async function fillByRestore(store: GenerationalStore, { storeId, records, keyAt, valueAt }: Content): Promise<void> {
  const next = store.newGenerationFolder()
  const builder = await LmdbGenerationBuilder.create(next.folder, { storeId, timeline: store.figures().timeline })
  const nowMs = Date.now()
  const facts = { version: { ms: nowMs, counter: 0 }, node: 1, contentType: 'application/json', createdAtMs: nowMs, updatedAtMs: nowMs }
  for (let index = 0; index < records; index++) {
    const key = keyAt(index)
    await builder.append(key, encodeRecord(key, valueAt(index), { ...facts, expiresAtMs: null }))
  }
  await builder.finish()
  await store.switchGeneration({ id: next.id, reason: { kind: 'restore', backupId: 'bench' } })
}

/** A new store with so many records. */
export async function openBuiltStore(folder: string, records: number, valueAt: (index: number) => Buffer): Promise<GenerationalStore> {
  const store = await openHoldfast(folder)
  await fillByRestore(store, { storeId: 'bench', records, keyAt: keyOf, valueAt })
  return store
}
