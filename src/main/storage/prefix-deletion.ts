import { setImmediate as nextTurn } from 'node:timers/promises'
import { HoldfastError } from '../base/errors.ts'
import type { JobContext } from '../base/job-context.ts'
import type { OperationResult, RecordStore, WriteOperation } from '../persistence/record-store.ts'
import type { KeptAct, UndoPort } from './undo-port.ts'

const pageRecords = 1000
const partBytes = 4 * 1024 * 1024
const maxAttempts = 20

/** `matched`: records with the prefix when the job counted them. `changed`: those that others wrote or deleted meanwhile. */
export interface PrefixDeletionResult extends Record<string, unknown> {
  matched: number
  deleted: number
  changed: number
}

export interface PrefixDeletion {
  readonly prefix: string
  readonly dryRun: boolean
  /** False: nothing is kept to undo it with. */
  readonly undo?: boolean | undefined
}

export interface PrefixDeletionDeps {
  readonly store: RecordStore
  readonly undo?: UndoPort | undefined
  commit(operations: readonly WriteOperation[], signal: AbortSignal | undefined): Promise<readonly OperationResult[]>
}

/**
 * Deletes every record whose key begins with `prefix`, a thousand in a transaction; with `dryRun` it only counts. A record is deleted
 * as the version that was found: one that somebody has written in the meantime stays. Each part is kept for undo before it is deleted,
 * unless `undo` is false; without room for all of it nothing is begun (`undo_not_kept`). Cancelled or failed half-way, what is deleted
 * stays deleted; the error's details say how much that is.
 */
export async function deleteByPrefix(deps: PrefixDeletionDeps, job: JobContext, input: PrefixDeletion): Promise<PrefixDeletionResult> {
  const result: PrefixDeletionResult = { matched: 0, deleted: 0, changed: 0 }
  const bytes = await countRecords(deps.store, input.prefix, job, result)
  if (input.dryRun || result.matched === 0) return result
  const plan = { action: 'records.deletedByPrefix', target: { prefix: input.prefix }, bytes }
  const act = input.undo === false ? undefined : await deps.undo?.keep(plan)
  try {
    job.report({ phase: 'deleting', done: 0, total: result.matched })
    for await (const page of pagesOf(deps.store, input.prefix)) {
      for (const part of partsOf(page)) {
        throwIfStopped(job, result)
        await deletePart({ ...deps, act }, part, job, result)
        job.report({ done: result.deleted + result.changed, total: Math.max(result.matched, result.deleted + result.changed) })
      }
    }
  } finally {
    await act?.end()
  }
  job.log.info({ prefix: input.prefix, ...result }, 'Deleted the records with a prefix.')
  return result
}

interface FoundRecord {
  readonly key: string
  readonly version: string
  /** Bytes of the value. */
  readonly size: number
}

/** Gives the bytes of the values. */
async function countRecords(store: RecordStore, prefix: string, job: JobContext, result: PrefixDeletionResult): Promise<number> {
  let bytes = 0
  job.report({ phase: 'counting', done: 0, total: null, unit: 'records' })
  for await (const page of pagesOf(store, prefix)) {
    throwIfStopped(job, result)
    result.matched += page.length
    for (const { size } of page) bytes += size
    job.report({ done: result.matched })
  }
  return bytes
}

/** Their values are in memory while they are kept. */
function* partsOf(page: readonly FoundRecord[]): Generator<FoundRecord[]> {
  let part: FoundRecord[] = []
  let bytes = 0
  for (const record of page) {
    if (part.length > 0 && bytes + record.size > partBytes) {
      yield part
      part = []
      bytes = 0
    }
    part.push(record)
    bytes += record.size
  }
  yield part
}

// Pages, not an open cursor: a reader that stays open makes LMDB keep every page that it might still look at.
async function* pagesOf(store: RecordStore, prefix: string): AsyncGenerator<FoundRecord[], void, undefined> {
  let after: string | undefined
  for (;;) {
    const range = after === undefined ? { prefix } : { prefix, after }
    const page = store.page({ ...range, limit: pageRecords, reverse: false, values: false })
    after = page.items.at(-1)?.key
    if (page.items.length > 0) yield page.items.map(({ key, meta }) => ({ key, version: meta.version, size: meta.size }))
    if (!page.more || after === undefined) return
    await nextTurn()
  }
}

async function deletePart(
  deps: PrefixDeletionDeps & { act: KeptAct | undefined },
  part: readonly FoundRecord[],
  job: JobContext,
  result: PrefixDeletionResult,
): Promise<void> {
  const commit = (operations: readonly WriteOperation[]) => deps.commit(operations, job.signal)
  let left = part
  for (let attempt = 1; left.length > 0; attempt++) {
    try {
      const deletions = left.map(({ key, version }) => ({ kind: 'delete' as const, key, condition: { version } }))
      await (deps.act === undefined ? commit(deletions) : deps.act.change(deletions, commit))
      result.deleted += left.length
      break
    } catch (error) {
      const isPassing = error instanceof HoldfastError && (error.code === 'precondition_failed' || error.code === 'overloaded')
      if (!isPassing || attempt === maxAttempts) throw withProgress(error, result)
      left = left.filter(({ key, version }) => deps.store.getMeta(key)?.version === version)
    }
  }
  result.changed += part.length - left.length
}

function throwIfStopped(job: JobContext, result: PrefixDeletionResult): void {
  if (job.signal.aborted) throw withProgress(new HoldfastError('cancelled', 'Cancelled.', { cause: job.signal.reason }), result)
}

function withProgress(error: unknown, result: PrefixDeletionResult): unknown {
  if (!(error instanceof HoldfastError)) return error
  const sentence = result.deleted === 0 ? 'Nothing was deleted.' : `${result.deleted} records were deleted before and stay deleted.`
  return new HoldfastError(error.code, `${error.message} ${sentence}`, { details: { ...error.details, ...result }, cause: error })
}
