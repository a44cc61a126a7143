import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Clock } from '../base/clock.ts'
import { HoldfastError } from '../base/errors.ts'
import type { JobContext } from '../base/job-context.ts'
import type { RecordStore, WriteOperation } from '../persistence/record-store.ts'
import type { Commit, KeptAct } from '../storage/undo-port.ts'
import type { KeptChange } from './kept-change.ts'
import { judgeOutcome, planUndo } from './plan-undo.ts'
import type { ChangeOutcome, SafetyContents, SafetyFile } from './safety-file.ts'

const maxAttempts = 20
const maxGroupBytes = 4 * 1024 * 1024
const maxGroupRecords = 1000
const maxLeftKeys = 20
/** Of one group; then each of its records is put back on its own. */
const maxRefusals = 8
const refusals: readonly string[] = ['unique_violation', 'index_key_too_long']

/**
 * `restored`: records put back. `removed`: records that the act had made. `left`: written since, and untouched. `damaged`: what was kept cannot be read.
 * `failed`: an index of today cannot take them; they stay kept.
 */
export interface UndoResult extends Record<string, unknown> {
  restored: number
  removed: number
  left: number
  expired: number
  damaged: number
  failed: number
  /** The first of those that were left. */
  leftKeys: string[]
  /** The first of those that failed, and why. */
  failures: { readonly key: string; readonly code: string; readonly detail: string }[]
}

export interface UndoRunDeps {
  readonly store: Pick<RecordStore, 'get' | 'getMeta'>
  readonly clock: Clock
  readonly act: KeptAct
  commit(operations: readonly WriteOperation[], signal: AbortSignal): ReturnType<Commit>
}

type Item = { readonly change: KeptChange; readonly outcome: ChangeOutcome }

/**
 * Puts the records of one safety point back, the last part first, in transactions of bounded size. What it changes is itself kept by `deps.act`.
 * Cancelled or failed half-way, what is back stays; the same undo goes on with the rest.
 */
export async function undoRecords(
  deps: UndoRunDeps,
  { file, contents }: { file: SafetyFile; contents: SafetyContents },
  job: JobContext,
  total: number,
): Promise<UndoResult> {
  const result: UndoResult = { restored: 0, removed: 0, left: 0, expired: 0, damaged: 0, failed: 0, leftKeys: [], failures: [] }
  job.report({ phase: 'undoing', done: 0, total, unit: 'records' })
  for (let frame = contents.kept.length - 1; frame >= 0; frame--) {
    const outcomes = contents.outcomes.get(frame)
    const place = contents.kept[frame]
    if (place === undefined || outcomes?.every((outcome) => outcome === false)) continue
    const changes = await file.readKept(place)
    if (changes === undefined) result.damaged += outcomes?.filter((outcome) => outcome !== false).length ?? 0
    else await undoPart(deps, itemsOf(deps, changes, outcomes), job, result)
    job.report({ done: doneOf(result), total: Math.max(total, doneOf(result)) })
    await nextTurn()
  }
  job.log.info({ ...result, leftKeys: undefined, failures: undefined }, 'Undid an act')
  return result
}

const doneOf = ({ restored, removed, left, expired, damaged, failed }: UndoResult): number =>
  restored + removed + left + expired + damaged + failed

const itemsOf = ({ store, clock }: UndoRunDeps, changes: readonly KeptChange[], outcomes: readonly ChangeOutcome[] | undefined): Item[] =>
  changes.map((change, index) => {
    const known = outcomes?.[index]
    // Null says that the record was deleted.
    return { change, outcome: known === undefined ? judgeOutcome(change, store.get(change.key), clock.wallMs()) : known }
  })

async function undoPart(deps: UndoRunDeps, items: readonly Item[], job: JobContext, result: UndoResult): Promise<void> {
  for (const group of groupsOf(items)) {
    if (job.signal.aborted) throw withProgress(new HoldfastError('cancelled', 'Cancelled.', { cause: job.signal.reason }), result)
    await undoGroup(deps, group, job, result)
  }
}

async function undoGroup(deps: UndoRunDeps, items: readonly Item[], job: JobContext, result: UndoResult): Promise<void> {
  let group = items
  for (let attempt = 1; ; ) {
    try {
      return await undoAtOnce(deps, group, job, result)
    } catch (error) {
      const refused = refusedOf(error, group)
      if (refused === undefined) {
        // Somebody wrote in between: looked at again, that record is left.
        const isPassing = error instanceof HoldfastError && (error.code === 'precondition_failed' || error.code === 'overloaded')
        if (!isPassing || attempt++ === maxAttempts) throw withProgress(error, result)
        continue
      }
      result.failed++
      if (result.failures.length < maxLeftKeys) result.failures.push(refused)
      group = group.filter(({ change }) => change.key !== refused.key)
      if (items.length - group.length < maxRefusals) continue
      for (const item of group) await undoGroup(deps, [item], job, result)
      return
    }
  }
}

async function undoAtOnce(deps: UndoRunDeps, group: readonly Item[], job: JobContext, result: UndoResult): Promise<void> {
  const nowMs = deps.clock.wallMs()
  const steps = group.map(({ change, outcome }) => ({
    key: change.key,
    step: planUndo(change, outcome, deps.store.getMeta(change.key), nowMs),
  }))
  const operations = steps.flatMap(({ step }) => ('operation' in step ? [step.operation] : []))
  if (operations.length > 0) await deps.act.change(operations, (bound) => deps.commit(bound, job.signal))
  for (const { key, step } of steps) count(result, key, step.kind)
}

/** The record that an index cannot take: one such must not keep all others from coming back. */
function refusedOf(error: unknown, group: readonly Item[]): UndoResult['failures'][number] | undefined {
  if (!(error instanceof HoldfastError) || !refusals.includes(error.code)) return undefined
  const key = error.details?.key
  const isOfGroup = group.some(({ change }) => change.key === key)
  return isOfGroup ? { key: String(key), code: error.code, detail: error.message } : undefined
}

function count(result: UndoResult, key: string, kind: ReturnType<typeof planUndo>['kind']): void {
  switch (kind) {
    case 'put':
      result.restored++
      break
    case 'delete':
      result.removed++
      break
    case 'expired':
      result.expired++
      break
    case 'left':
      result.left++
      if (result.leftKeys.length < maxLeftKeys) result.leftKeys.push(key)
      break
    case 'nothing':
      break
    default:
      kind satisfies never
  }
}

function* groupsOf(items: readonly Item[]): Generator<Item[]> {
  let group: Item[] = []
  let bytes = 0
  for (const item of items) {
    const size = item.change.before?.value.byteLength ?? 0
    if (group.length > 0 && (group.length === maxGroupRecords || bytes + size > maxGroupBytes)) {
      yield group
      group = []
      bytes = 0
    }
    group.push(item)
    bytes += size
  }
  if (group.length > 0) yield group
}

function withProgress(error: unknown, result: UndoResult): unknown {
  if (!(error instanceof HoldfastError)) return error
  const done = result.restored + result.removed
  const sentence = done === 0 ? 'Nothing was undone.' : `${done} records were put back before and stay; undo it again for the rest.`
  return new HoldfastError(error.code, `${error.message} ${sentence}`, { details: { ...error.details, ...result }, cause: error })
}
