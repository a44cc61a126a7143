import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Clock } from '../base/clock.ts'
import { HoldfastError } from '../base/errors.ts'
import type { JobContext } from '../base/job-context.ts'
import type { OperationResult, RecordStore, StoredRecord, WriteOperation } from '../persistence/record-store.ts'
import type { KeptAct, UndoPort } from './undo-port.ts'

const batchValueBytes = 4 * 1024 * 1024
const maxAttempts = 20
/** Records named in the result; beyond that they are only counted. */
const maxNamed = 100

export type BulkAction = { readonly kind: 'delete' } | { readonly kind: 'ttl'; readonly ttlSeconds: number | null }
export type BulkTarget = { readonly prefix: string } | { readonly keys: readonly string[] }

/** `skipped`: changed or deleted by others meanwhile, and left as they are; the first of them by name. `bytes`: of the values. */
export interface BulkResult extends Record<string, unknown> {
  matched: number
  bytes: number
  changed: number
  skipped: number
  skippedKeys: string[]
}

export interface BulkDeps {
  readonly store: RecordStore
  readonly clock: Clock
  /** Records of one transaction. */
  readonly batchRecords: number
  commit(operations: readonly WriteOperation[], signal: AbortSignal | undefined): Promise<readonly OperationResult[]>
  /** Absent: nothing is kept to undo it with. */
  readonly undo?: UndoPort | undefined
}

/** How many records a bulk change would meet, and how large they are. Changes nothing. */
export async function checkBulk(deps: Pick<BulkDeps, 'store' | 'batchRecords'>, job: JobContext, target: BulkTarget): Promise<BulkResult> {
  const result: BulkResult = { matched: 0, bytes: 0, changed: 0, skipped: 0, skippedKeys: [] }
  job.report({ phase: 'counting', done: 0, total: 'keys' in target ? target.keys.length : null, unit: 'records' })
  for await (const batch of batchesOf(deps, target, false)) {
    throwIfStopped(job, result)
    result.matched += batch.length
    for (const { meta } of batch) result.bytes += meta.size
    job.report({ done: result.matched })
  }
  return result
}

const actions = { delete: 'records.deleted', ttl: 'records.ttlChanged' } as const

/**
 * Changes every record of the target, a batch in a transaction. A record is changed as the version that was found: one that somebody has written in the
 * meantime stays as it is, and is counted and named as skipped. Each batch is kept for undo before it is changed; without room for all of it nothing
 * is begun (`undo_not_kept`). Cancelled or failed half-way, what is changed stays so; the error says how much that is.
 */
export async function runBulk(deps: BulkDeps, job: JobContext, target: BulkTarget, action: BulkAction): Promise<BulkResult> {
  const result = await checkBulk(deps, job, target)
  if (result.matched === 0) return result
  const named = 'prefix' in target && target.prefix !== '' ? { target: { prefix: target.prefix } } : {}
  const act = await deps.undo?.keep({ action: actions[action.kind], ...named, bytes: result.bytes })
  try {
    job.report({ phase: action.kind === 'delete' ? 'deleting' : 'changing', done: 0, total: result.matched })
    for await (const batch of batchesOf(deps, target, action.kind === 'ttl')) {
      throwIfStopped(job, result)
      await changeBatch({ ...deps, act }, job, batch, action, result)
      const done = result.changed + result.skipped
      job.report({ done, total: Math.max(result.matched, done) })
    }
  } finally {
    await act?.end()
  }
  const { skippedKeys, ...figures } = result
  job.log.info({ action: action.kind, ...figures }, 'Changed many records.')
  return result
}

async function changeBatch(
  deps: BulkDeps & { act: KeptAct | undefined },
  job: JobContext,
  batch: readonly StoredRecord[],
  action: BulkAction,
  result: BulkResult,
): Promise<void> {
  const commit = (operations: readonly WriteOperation[]) => deps.commit(operations, job.signal)
  let left = batch
  for (let attempt = 1; left.length > 0; attempt++) {
    try {
      const operations = left.map((record) => operationOf(record, action, deps.clock.wallMs()))
      await (deps.act === undefined ? commit(operations) : deps.act.change(operations, commit))
      result.changed += left.length
      break
    } catch (error) {
      const isPassing = error instanceof HoldfastError && (error.code === 'precondition_failed' || error.code === 'overloaded')
      if (!isPassing || attempt === maxAttempts) throw withProgress(error, result)
      left = left.filter(({ key, meta }) => deps.store.getMeta(key)?.version === meta.version)
    }
  }
  noteSkipped(batch, left, result)
}

function noteSkipped(batch: readonly StoredRecord[], changed: readonly StoredRecord[], result: BulkResult): void {
  if (changed.length === batch.length) return
  const kept = new Set(changed)
  const skipped = batch.filter((record) => !kept.has(record))
  result.skipped += skipped.length
  result.skippedKeys.push(...skipped.slice(0, maxNamed - result.skippedKeys.length).map(({ key }) => key))
}

function operationOf({ key, meta, value }: StoredRecord, action: BulkAction, wallMs: number): WriteOperation {
  const condition = { version: meta.version }
  if (action.kind === 'delete') return { kind: 'delete', key, condition }
  const expiresAtMs = action.ttlSeconds === null ? null : wallMs + action.ttlSeconds * 1000
  return { kind: 'put', key, value, contentType: meta.contentType, expiresAtMs, condition }
}

type Reading = Pick<BulkDeps, 'store' | 'batchRecords'>

async function* batchesOf(reading: Reading, target: BulkTarget, values: boolean): AsyncGenerator<StoredRecord[], void, undefined> {
  yield* 'keys' in target ? batchesOfKeys(reading, target.keys, values) : batchesOfPrefix(reading, target.prefix, values)
}

// Pages, not an open cursor: a reader that stays open makes LMDB keep every page that it might still look at.
async function* batchesOfPrefix(
  { store, batchRecords }: Reading,
  prefix: string,
  values: boolean,
): AsyncGenerator<StoredRecord[], void, undefined> {
  let after: string | undefined
  for (;;) {
    const range = after === undefined ? { prefix } : { prefix, after }
    const page = store.page({ ...range, limit: batchRecords, reverse: false, values, maxValueBytes: batchValueBytes })
    after = page.items.at(-1)?.key
    if (page.items.length > 0) yield [...page.items]
    if (!page.more || after === undefined) return
    await nextTurn()
  }
}

async function* batchesOfKeys(
  { store, batchRecords }: Reading,
  keys: readonly string[],
  values: boolean,
): AsyncGenerator<StoredRecord[], void, undefined> {
  let batch: StoredRecord[] = []
  let bytes = 0
  for (const key of new Set(keys)) {
    const record = values ? store.get(key) : withoutValue(store, key)
    if (record === undefined) continue
    batch.push(record)
    bytes += record.value.byteLength
    if (batch.length < batchRecords && bytes < batchValueBytes) continue
    yield batch
    batch = []
    bytes = 0
    await nextTurn()
  }
  if (batch.length > 0) yield batch
}

function withoutValue(store: RecordStore, key: string): StoredRecord | undefined {
  const meta = store.getMeta(key)
  return meta && { key, meta, value: new Uint8Array() }
}

function throwIfStopped(job: JobContext, result: BulkResult): void {
  if (job.signal.aborted) throw withProgress(new HoldfastError('cancelled', 'Cancelled.', { cause: job.signal.reason }), result)
}

function withProgress(error: unknown, result: BulkResult): unknown {
  if (!(error instanceof HoldfastError)) return error
  const sentence = result.changed === 0 ? 'Nothing was changed.' : `${result.changed} records were changed before and stay so.`
  return new HoldfastError(error.code, `${error.message} ${sentence}`, { details: { ...error.details, ...result }, cause: error })
}
