import { LmdbGenerationBuilder } from '../../src/main/persistence/lmdb-generation-builder.ts'
import { encodeRecord } from '../../src/main/persistence/record-codec.ts'
import type { GenerationalStore } from '../../src/main/persistence/record-store.ts'
import { openHoldfast } from './stores.ts'
import { keyOf } from './workload.ts'

/** A store with so many records, built as a restore builds one: in seconds, where a million durable writes would take a minute. */
export async function openBuiltStore(folder: string, records: number, valueAt: (index: number) => Buffer): Promise<GenerationalStore> {
  const store = await openHoldfast(folder)
  const next = store.newGenerationFolder()
  const builder = await LmdbGenerationBuilder.create(next.folder, { storeId: 'bench', timeline: store.figures().timeline })
  const times = { createdAtMs: Date.now(), updatedAtMs: Date.now(), expiresAtMs: null }
  for (let index = 0; index < records; index++) {
    const facts = { version: { ms: times.createdAtMs, counter: 0 }, node: 1, contentType: 'application/json', ...times }
    await builder.append(keyOf(index), encodeRecord(keyOf(index), valueAt(index), facts))
  }
  await builder.finish()
  await store.switchGeneration({ id: next.id, reason: { kind: 'restore', backupId: 'bench' } })
  return store
}
