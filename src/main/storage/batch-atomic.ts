import type { BatchResult } from '../../contract/index.ts'
import { HoldfastError, throwIfCancelled } from '../base/errors.ts'
import type { Condition, OperationResult, StoredRecord, WriteOperation } from '../persistence/record-store.ts'
import type { BatchStep } from './batch-plan.ts'
import { AnswerBudget, type BatchStore, foundResult, missingResult, versionMismatch, writeResult } from './batch-results.ts'
import { isRecordRefusal } from './record-refusal.ts'
import { encodeValue } from './value-encoding.ts'

/** One of the contenders for a record wins every round, so this many lost rounds mean that the host is flooded. */
const maxRounds = 100

/**
 * All or nothing, in one transaction. A `get` sees the puts and deletes before it in the batch, else the store as it is at one moment
 * directly before the batch; a record that the batch reads and then writes cannot change between the two: the write then carries the
 * version that was read, and the batch is staged again when another writer came first.
 *
 * Throws `precondition_failed` (details: index, key) when a condition does not hold; nothing has been applied then.
 */
export async function runAtomicBatch(store: BatchStore, steps: readonly BatchStep[], signal?: AbortSignal): Promise<BatchResult[]> {
  for (const step of steps) if (step.kind === 'refused') throw step.error
  for (let round = 0; round < maxRounds; round++) {
    throwIfCancelled(signal)
    const stage = stageBatch(store, steps)
    try {
      const results = stage.writes.length === 0 ? [] : await store.commit(stage.writes, signal)
      return stage.answers.map((answer) => answer(results))
    } catch (error) {
      const position = failedPosition(error)
      if (position === undefined) throw error
      if (stage.guarded.has(position) && !isRecordRefusal(error)) continue
      throw inRequestOrder(error as HoldfastError, stage.writeIndexes[position])
    }
  }
  throw new HoldfastError('overloaded', 'Too many writers change the same records; try again in a moment.')
}

interface Stage {
  readonly writes: WriteOperation[]
  /** Of each write its place in the request. */
  readonly writeIndexes: number[]
  /** Positions in `writes` whose condition is ours, not the caller's. */
  readonly guarded: Set<number>
  /** One for each step: its result, once the results of the writes are known. */
  readonly answers: ((results: readonly OperationResult[]) => BatchResult)[]
}

/** What the batch itself has made of a key so far. */
type Staged = { readonly kind: 'put'; readonly position: number; readonly value: Uint8Array } | { readonly kind: 'deleted' }

function stageBatch(store: BatchStore, steps: readonly BatchStep[]): Stage {
  const stage: Stage = { writes: [], writeIndexes: [], guarded: new Set(), answers: [] }
  const staged = new Map<string, Staged>()
  const seen = new Map<string, string | null>()
  const budget = new AnswerBudget()
  for (const step of steps) {
    switch (step.kind) {
      case 'get': {
        const own = staged.get(step.key)
        stage.answers.push(own === undefined ? readStored(store, step, seen, budget) : readStaged(step, own))
        break
      }
      case 'write': {
        const first = !staged.has(step.key)
        const position = stage.writes.length
        stage.writes.push(first ? guardWrite(step, seen, stage.guarded, position) : step.write)
        stage.writeIndexes.push(step.index)
        staged.set(step.key, step.write.kind === 'put' ? { kind: 'put', position, value: step.write.value } : { kind: 'deleted' })
        stage.answers.push((results) => writeResult(results[position] as OperationResult))
        break
      }
      case 'refused':
        throw step.error
      default:
        step satisfies never
    }
  }
  return stage
}

type GetStep = Extract<BatchStep, { kind: 'get' }>
type WriteStep = Extract<BatchStep, { kind: 'write' }>

function readStored(store: BatchStore, step: GetStep, seen: Map<string, string | null>, budget: AnswerBudget): () => BatchResult {
  const record: StoredRecord | undefined = store.read(step.key)
  const version = record?.meta.version ?? null
  if (step.ifVersion !== undefined && step.ifVersion !== version) throw versionMismatch(step.key, { index: step.index })
  seen.set(step.key, version)
  if (record === undefined) return missingResult
  budget.take(record, step.index)
  return () => foundResult(record)
}

function readStaged(step: GetStep, own: Staged): (results: readonly OperationResult[]) => BatchResult {
  // What this batch writes has a version only once it is committed: no version that a caller knows can match.
  if (step.ifVersion !== undefined) throw versionMismatch(step.key, { index: step.index })
  if (own.kind === 'deleted') return missingResult
  return (results) => {
    const { value, encoding } = encodeValue(own.value)
    return { ...writeResult(results[own.position] as OperationResult), status: 200, value, encoding }
  }
}

function guardWrite(step: WriteStep, seen: ReadonlyMap<string, string | null>, guarded: Set<number>, position: number): WriteOperation {
  const version = seen.get(step.key)
  if (version === undefined) return step.write
  const condition: Condition | undefined = step.write.condition
  if (condition !== undefined) {
    if (condition.version !== version) throw versionMismatch(step.key, { index: step.index })
    return step.write
  }
  guarded.add(position)
  return { ...step.write, condition: { version } }
}

/** The position, among the operations of the transaction, of the one whose condition failed, or that its collection refuses. */
function failedPosition(error: unknown): number | undefined {
  if (!(error instanceof HoldfastError) || (error.code !== 'precondition_failed' && !isRecordRefusal(error))) return undefined
  const position = error.details?.index
  return typeof position === 'number' ? position : undefined
}

function inRequestOrder(error: HoldfastError, index: number | undefined): HoldfastError {
  return new HoldfastError(error.code, error.message, { details: { ...error.details, index }, cause: error })
}
