import { HoldfastError } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import type { OperationResult, RecordStore, WriteOperation } from '../persistence/record-store.ts'
import type { Commit, KeptAct } from '../storage/undo-port.ts'
import { afterOf, beforeOf, type KeptChange } from './kept-change.ts'
import type { ChangeOutcome, SafetyFile } from './safety-file.ts'

const maxAttempts = 20
/** What one change may replace: it is held in memory, and written as one piece. */
const maxChangeBytes = 64 * 1024 * 1024

export interface SafetyPointDeps {
  readonly id: string
  readonly file: SafetyFile
  readonly store: Pick<RecordStore, 'get' | 'getMeta'>
  readonly log: Log
  /** Throws `undo_not_kept` when so many bytes more are not allowed. */
  readonly checkRoom: (bytes: number) => void
  readonly onEnd: (point: SafetyPoint) => Promise<void>
}

/** A safety point while its act goes on. */
export class SafetyPoint implements KeptAct {
  readonly id: string
  readonly file: SafetyFile
  readonly #deps: SafetyPointDeps
  #frames = 0
  #changed = 0
  /** Whether it is not known of a part if it happened. */
  #isOpen = false

  constructor(deps: SafetyPointDeps) {
    this.id = deps.id
    this.file = deps.file
    this.#deps = deps
  }

  /** Records that the act has changed. */
  get changed(): number {
    return this.#changed
  }

  /** Whether there is, or may be, something to undo. */
  get isWorthKeeping(): boolean {
    return this.#changed > 0 || this.#isOpen
  }

  async change(operations: readonly WriteOperation[], commit: Commit): Promise<readonly OperationResult[]> {
    for (let attempt = 1; ; attempt++) {
      const kept = this.#look(operations)
      const frame = await this.#keep([...kept.values()])
      try {
        const results = await commit(bound(operations, kept))
        await this.#settle(frame, outcomesOf(operations, results, kept))
        return results
      } catch (error) {
        await this.#failed(frame, kept.size, error)
        if (!isOvertaken(error, operations) || attempt === maxAttempts) throw error
      }
    }
  }

  async end(): Promise<void> {
    await this.#deps.onEnd(this)
  }

  /** What is there now, by key. A damaged record is not there: nobody can keep it, and deleting it must be possible. */
  #look(operations: readonly WriteOperation[]): Map<string, KeptChange> {
    const last = new Map(operations.map((operation) => [operation.key, operation]))
    let bytes = 0
    for (const key of last.keys()) bytes += this.#deps.store.getMeta(key)?.size ?? 0
    if (bytes > maxChangeBytes) throw tooMuchAtOnce(bytes)
    this.#deps.checkRoom(bytes)
    const kept = new Map<string, KeptChange>()
    for (const [key, operation] of last) {
      try {
        const record = this.#deps.store.get(key)
        kept.set(key, { key, before: record ? beforeOf(record) : null, after: afterOf(operation) })
      } catch (error) {
        if (!(error instanceof HoldfastError) || error.code !== 'record_damaged') throw error
        this.#deps.log.warn({ err: error }, 'A damaged record cannot be kept for undo')
      }
    }
    return kept
  }

  /** Gives the number of the frame; undefined when there is nothing to keep. */
  async #keep(changes: readonly KeptChange[]): Promise<number | undefined> {
    if (changes.every(({ before, after }) => before === null && after === null)) return undefined
    try {
      await this.file.keep(changes)
      return this.#frames++
    } catch (error) {
      throw notKept(`the disk says ${(error as NodeJS.ErrnoException).code ?? 'no'}`, error)
    }
  }

  async #settle(frame: number | undefined, outcomes: readonly ChangeOutcome[]): Promise<void> {
    if (frame === undefined) return
    this.#changed += outcomes.filter((outcome) => outcome !== false).length
    try {
      await this.file.noteChanged(frame, outcomes)
    } catch (error) {
      // The change is done; an undo finds out from the records themselves.
      this.#deps.log.warn({ err: error, id: this.id }, 'The outcome of a change could not be noted in its safety point')
    }
  }

  async #failed(frame: number | undefined, records: number, error: unknown): Promise<void> {
    if (frame === undefined) return
    if (error instanceof HoldfastError && error.code !== 'outcome_unknown') await this.#settle(frame, new Array(records).fill(false))
    else this.#isOpen = true
  }
}

/** The same operations, the first of each key bound to the version that was kept. What the caller itself demands stays. */
function bound(operations: readonly WriteOperation[], kept: ReadonlyMap<string, KeptChange>): WriteOperation[] {
  const seen = new Set<string>()
  return operations.map((operation) => {
    const change = kept.get(operation.key)
    if (change === undefined || operation.condition !== undefined || seen.has(operation.key)) return operation
    seen.add(operation.key)
    if (operation.kind === 'put' && operation.mustExist && change.before === null) return operation
    return { ...operation, condition: { version: change.before?.version ?? null } }
  })
}

function outcomesOf(
  operations: readonly WriteOperation[],
  results: readonly OperationResult[],
  kept: ReadonlyMap<string, KeptChange>,
): ChangeOutcome[] {
  const last = new Map(operations.map(({ key }, index) => [key, results[index]]))
  return [...kept.values()].map(({ key, before }) => {
    const result = last.get(key)
    if (result !== undefined && 'meta' in result) return result.meta.version
    return before === null ? false : null
  })
}

/** Whether another writer came between keeping and committing, of a record on which the caller makes no condition. */
function isOvertaken(error: unknown, operations: readonly WriteOperation[]): boolean {
  if (!(error instanceof HoldfastError) || error.code !== 'precondition_failed') return false
  const operation = operations[Number(error.details?.index)]
  return operation !== undefined && operation.condition === undefined && !(operation.kind === 'put' && operation.mustExist)
}

/** Says why, and what to do. */
export function notKept(reason: string, cause?: unknown): HoldfastError {
  const sentence = `What this would change could not be kept for undo: ${reason}. Nothing was changed by it. Make room, raise undo.max_mb, or do it without undo.`
  return new HoldfastError('undo_not_kept', sentence, { cause })
}

const tooMuchAtOnce = (bytes: number): HoldfastError =>
  notKept(
    `the records of one request have ${Math.ceil(bytes / 1_000_000)} MB, and at most ${maxChangeBytes / 1024 / 1024} MB are kept at once`,
  )
