import { HoldfastError, throwIfCancelled } from '../base/errors.ts'
import type { JobContext } from '../base/job-context.ts'
import { isMsgpack, parseDocument, writeDocument } from '../persistence/indexes/document.ts'
import { isOlder, migrated } from '../persistence/indexes/migrate-document.ts'
import type { StoredCollection } from '../persistence/indexes/stored-collection.ts'
import type { StoredRecord, WriteOperation } from '../persistence/record-store.ts'

export interface MigrationDeps {
  readonly pages: (from: { prefix: string; signal: AbortSignal }) => AsyncIterable<readonly StoredRecord[]>
  readonly commit: (operations: readonly WriteOperation[], signal: AbortSignal) => Promise<unknown>
}

/**
 * Writes the records of a collection that have an older schema version in the newest one; each on its own, and only while nobody else has changed it.
 * What is there already is passed over, so it can be begun again at any time. Result: {records, changed, left, failed}: `left` were changed by others
 * meanwhile, `failed` do not fit the schema afterwards.
 */
export async function migrateCollection(
  deps: MigrationDeps,
  collection: StoredCollection,
  job: JobContext,
): Promise<Record<string, unknown>> {
  const result = { records: 0, changed: 0, left: 0, failed: 0 }
  job.report({ phase: 'changing', done: 0, total: null, unit: 'records' })
  for await (const page of deps.pages({ prefix: collection.prefix, signal: job.signal })) {
    throwIfCancelled(job.signal)
    const outcomes = await Promise.all(page.map((record) => migrateOne(deps, collection, record, job.signal)))
    for (const outcome of outcomes) if (outcome !== 'newest') result[outcome]++
    result.records += page.length
    job.report({ done: result.records })
  }
  return result
}

async function migrateOne(
  { commit }: MigrationDeps,
  collection: StoredCollection,
  { key, meta, value }: StoredRecord,
  signal: AbortSignal,
): Promise<'newest' | 'changed' | 'left' | 'failed'> {
  const document = parseDocument(meta.contentType, value)
  if (document === undefined || !isOlder(document, collection)) return 'newest'
  const operation: WriteOperation = {
    kind: 'put',
    key,
    value: writeDocument(meta.contentType, migrated(document, collection)),
    contentType: isMsgpack(meta.contentType) ? meta.contentType : 'application/json',
    expiresAtMs: meta.expiresAtMs,
    keepsLifetime: true,
    condition: { version: meta.version },
  }
  try {
    await commit([operation], signal)
    return 'changed'
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error
    if (error.code === 'precondition_failed') return 'left'
    if (['schema_violation', 'unique_violation', 'index_key_too_long'].includes(error.code)) return 'failed'
    throw error
  }
}
