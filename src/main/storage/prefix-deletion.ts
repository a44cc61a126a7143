import { setImmediate as nextTurn } from 'node:timers/promises'
import { HoldfastError } from '../base/errors.ts'
import type { JobContext } from '../base/job-context.ts'
import type { OperationResult, RecordStore, WriteOperation } from '../persistence/record-store.ts'

const pageRecords = 1000
const maxAttempts = 20

/** `matched`: records with the prefix when the job counted them. `changed`: those that others wrote or deleted meanwhile. */
export interface PrefixDeletionResult extends Record<string, unknown> {
  matched: number
  deleted: number
  changed: number
}

export interface PrefixDeletionDeps {
  readonly store: RecordStore
  commit(operations: readonly WriteOperation[], signal: AbortSignal | undefined): Promise<readonly OperationResult[]>
}

/**
 * Deletes every record whose key begins with `prefix`, a thousand in a transaction; with `dryRun` it only counts. A record is deleted
 * as the version that was found: one that somebody has written in the meantime stays. Cancelled or failed half-way, what is deleted
 * stays deleted; the error's details say how much that is.
 */
export async function deleteByPrefix(
  deps: PrefixDeletionDeps,
  job: JobContext,
  input: { prefix: string; dryRun: boolean },
): Promise<PrefixDeletionResult> {
  const result: PrefixDeletionResult = { matched: 0, deleted: 0, changed: 0 }
  job.report({ phase: 'counting', done: 0, total: null, unit: 'records' })
  for await (const page of pagesOf(deps.store, input.prefix)) {
    throwIfStopped(job, result)
    result.matched += page.length
    job.report({ done: result.matched })
  }
  if (input.dryRun) return result
  job.report({ phase: 'deleting', done: 0, total: result.matched })
  for await (const page of pagesOf(deps.store, input.prefix)) {
    throwIfStopped(job, result)
    await deletePage(deps, page, job, result)
    job.report({ done: result.deleted + result.changed, total: Math.max(result.matched, result.deleted + result.changed) })
  }
  job.log.info({ prefix: input.prefix, ...result }, 'Deleted the records with a prefix.')
  return result
}

interface FoundRecord {
  readonly key: string
  readonly version: string
}

// Pages, not an open cursor: a reader that stays open makes LMDB keep every page that it might still look at.
async function* pagesOf(store: RecordStore, prefix: string): AsyncGenerator<FoundRecord[], void, undefined> {
  let after: string | undefined
  for (;;) {
    const range = after === undefined ? { prefix } : { prefix, after }
    const page = store.page({ ...range, limit: pageRecords, reverse: false, values: false })
    after = page.items.at(-1)?.key
    if (page.items.length > 0) yield page.items.map(({ key, meta }) => ({ key, version: meta.version }))
    if (!page.more || after === undefined) return
    await nextTurn()
  }
}

async function deletePage(
  deps: PrefixDeletionDeps,
  page: readonly FoundRecord[],
  job: JobContext,
  result: PrefixDeletionResult,
): Promise<void> {
  let left = page
  for (let attempt = 1; left.length > 0; attempt++) {
    try {
      await deps.commit(
        left.map(({ key, version }) => ({ kind: 'delete', key, condition: { version } })),
        job.signal,
      )
      result.deleted += left.length
      break
    } catch (error) {
      const isPassing = error instanceof HoldfastError && (error.code === 'precondition_failed' || error.code === 'overloaded')
      if (!isPassing || attempt === maxAttempts) throw withProgress(error, result)
      left = left.filter(({ key, version }) => deps.store.getMeta(key)?.version === version)
    }
  }
  result.changed += page.length - left.length
}

function throwIfStopped(job: JobContext, result: PrefixDeletionResult): void {
  if (job.signal.aborted) throw withProgress(new HoldfastError('cancelled', 'Cancelled.', { cause: job.signal.reason }), result)
}

function withProgress(error: unknown, result: PrefixDeletionResult): unknown {
  if (!(error instanceof HoldfastError)) return error
  const sentence = result.deleted === 0 ? 'Nothing was deleted.' : `${result.deleted} records were deleted before and stay deleted.`
  return new HoldfastError(error.code, `${error.message} ${sentence}`, { details: { ...error.details, ...result }, cause: error })
}
