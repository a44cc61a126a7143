import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Clock } from '../base/clock.ts'
import { HoldfastError, throwIfCancelled } from '../base/errors.ts'
import type { JobContext } from '../base/job-context.ts'
import type { OperationResult, StoredRecord, WriteOperation } from '../persistence/record-store.ts'
import { commitEntries, type ImportEntry, type ImportTally } from '../storage/import-commit.ts'
import type { FailedItems } from './failed-items.ts'
import type { ImportSource, SourceBatch, SourceFacts, SourceItem } from './import-source.ts'
import { type Counts, type ImportState, noCounts } from './import-state.ts'
import { type Ownership, ownershipOf } from './own-writes.ts'

/** A crash costs reading again what came in so long, and nothing else. */
const checkpointMs = 200
const maxListedErrors = 20

export interface ImportStore {
  /** As one durable transaction. */
  commit(operations: readonly WriteOperation[], signal: AbortSignal | undefined): Promise<readonly OperationResult[]>
  exists(key: string): boolean
  get(key: string): StoredRecord | undefined
  /** Why a record does not fit its collection. */
  problemOf?(operation: WriteOperation): HoldfastError | undefined
}

export interface ListedError {
  readonly line: number
  readonly code: string
  readonly detail: string
}

export interface ImportRunDeps {
  readonly store: ImportStore
  readonly source: ImportSource
  readonly facts: SourceFacts
  readonly failed: FailedItems
  readonly clock: Clock
  /** An earlier run may have written more than its counts say. */
  readonly isResumed: boolean
  /** What a line of the source is called. */
  readonly lineName: string
  /** Keeps how far the import is, durably. */
  readonly save: (state: ImportState) => Promise<void>
}

/** One run of an import, from the position of its state to the end of the source or to what stops it. */
export class ImportRun {
  readonly #deps: ImportRunDeps
  readonly #job: JobContext
  /** At the beginning of this run. */
  readonly #before: ImportState
  readonly errors: ListedError[] = []
  #state: ImportState
  #counts: Counts
  readonly #again: ImportEntry[] = []
  #firstVersion: string | undefined
  #newestVersion: string
  #savedAtMs = Number.NEGATIVE_INFINITY
  /** Keys of the stretch that a crash may have left written and not counted; undefined once it is passed. */
  #recovered: Set<string> | undefined
  #beganAnew = false
  /** The batch under way; its error, when it has one, is what it resolves to. */
  #underWay: Promise<unknown> = Promise.resolve()

  constructor(deps: ImportRunDeps, job: JobContext, state: ImportState) {
    this.#deps = deps
    this.#job = job
    this.#state = state
    this.#before = state
    this.#newestVersion = state.lastVersion
    this.#counts = state.counts
    this.#recovered = deps.isResumed ? new Set() : undefined
  }

  get state(): ImportState {
    return this.#state
  }

  /** With those of a batch that was stopped half-way. */
  get counts(): Counts {
    return this.#counts
  }

  /** Resolves at the source's end. Whatever ends it, the state is kept as it is then. */
  async run(): Promise<void> {
    const { source, facts } = this.#deps
    const { signal } = this.#job
    this.#job.report({ phase: 'importing', done: 0, total: facts.total, unit: facts.unit })
    await this.#deps.save(this.#state)
    try {
      for await (const batch of source.read(this.#state.position, signal)) {
        await this.#settle()
        throwIfCancelled(signal)
        this.#underWay = this.#take(batch).then(
          () => undefined,
          (error: unknown) => error,
        )
        await nextTurn()
      }
      await this.#settle()
    } finally {
      await this.#underWay
      await this.#checkpoint()
    }
  }

  async #settle(): Promise<void> {
    const error = await this.#underWay
    if (error !== undefined) throw error
  }

  async #take(batch: SourceBatch): Promise<void> {
    if (batch.beginsAnew) this.#beginAnew()
    const tally: ImportTally = { ...this.#state.counts }
    let failed = this.#state.counts.failed
    const entries: ImportEntry[] = []
    const fail = (item: SourceItem, problem: { code: string; detail: string }) => {
      failed++
      this.#fail(item, problem)
    }
    for (const item of batch.items) {
      const outcome = this.#judged(item)
      if ('operation' in outcome) entries.push({ line: item.line, operation: outcome.operation })
      else fail(item, outcome.problem)
    }
    const refused = ({ line }: ImportEntry, { code, message }: HoldfastError) => {
      const item = batch.items.find((one) => one.line === line)
      if (item !== undefined) fail(item, { code, detail: message })
    }
    try {
      await this.#commit(this.#withoutOwn(entries, tally), tally, refused)
    } finally {
      this.#counts = { ...tally, failed }
    }
    this.#state = {
      ...this.#state,
      position: batch.position,
      counts: this.#counts,
      lastVersion: this.#newestVersion,
      errors: this.#deps.failed.facts,
    }
    if (this.#deps.clock.monotonicMs() - this.#savedAtMs >= checkpointMs) await this.#checkpoint()
    this.#job.report({ done: batch.done })
  }

  /** What the collection of a record does not let in fails like what the source could not make a record of. */
  #judged({ outcome }: SourceItem): SourceItem['outcome'] {
    const problem = 'operation' in outcome ? this.#deps.store.problemOf?.(outcome.operation) : undefined
    return problem === undefined ? outcome : { problem: { code: problem.code, detail: problem.message } }
  }

  #fail(item: SourceItem, { code, detail }: { code: string; detail: string }): void {
    if (this.errors.length < maxListedErrors) this.errors.push({ line: item.line, code, detail })
    this.#deps.failed.add(item, `${this.#deps.lineName} ${item.line}`, detail)
  }

  /** What a crash cut off between commit and count is counted; what a source gives twice is not. */
  #withoutOwn(entries: readonly ImportEntry[], tally: ImportTally): ImportEntry[] {
    if (this.#state.dryRun || (this.#recovered === undefined && !this.#deps.facts.mayRepeat)) return [...entries]
    let isPassed = false
    const left: ImportEntry[] = []
    for (const entry of entries) {
      const existing = entry.operation.kind === 'put' ? this.#deps.store.get(entry.operation.key) : undefined
      const owned = this.#ownership(existing, entry)
      isPassed ||= entry.operation.kind === 'put' && existing === undefined
      if (owned === 'uncounted' || owned === 'before') this.#count(existing as StoredRecord, tally)
      if (owned === 'foreign') left.push(entry)
      // Written again, so that it belongs to this pass: a second sight of it is then known for one.
      if (owned === 'before') this.#again.push(entry)
    }
    // A batch is one transaction: where one record of it is missing, nothing from here on was written; but not where the source has another order now.
    if (isPassed && !this.#beganAnew) this.#recovered = undefined
    return left
  }

  #ownership(existing: StoredRecord | undefined, { operation }: ImportEntry): Ownership {
    const { startedAtMs, passVersion } = this.#state
    const { lastVersion } = this.#before
    const owned = ownershipOf(existing, operation, { startedAtMs, passVersion, lastVersion }, this.#firstVersion)
    if (owned === 'uncounted') {
      if (this.#recovered === undefined || this.#recovered.has(operation.key)) return this.#deps.facts.mayRepeat ? 'counted' : 'foreign'
      this.#recovered.add(operation.key)
    }
    return owned === 'counted' && !this.#deps.facts.mayRepeat ? 'foreign' : owned
  }

  #count({ meta }: StoredRecord, tally: ImportTally): void {
    tally.imported++
    if (meta.createdAtMs >= this.#state.startedAtMs) tally.created++
    else tally.replaced++
  }

  async #commit(
    entries: readonly ImportEntry[],
    tally: ImportTally,
    refused: (entry: ImportEntry, error: HoldfastError) => void,
  ): Promise<void> {
    const { existing, dryRun } = this.#state
    const { signal } = this.#job
    const deps = { exists: this.#deps.store.exists, commit: (writes: readonly WriteOperation[]) => this.#write(writes), refused }
    const again = this.#again.splice(0)
    if (again.length > 0) await this.#write(again.map(({ operation }) => operation))
    if (entries.length > 0) await commitEntries(deps, entries, { existing, dryRun }, tally, signal)
  }

  async #write(writes: readonly WriteOperation[]): Promise<readonly OperationResult[]> {
    const results = await this.#deps.store.commit(writes, this.#job.signal)
    for (const result of results) {
      if (!('meta' in result)) continue
      const { version } = result.meta
      this.#firstVersion = this.#firstVersion === undefined || version < this.#firstVersion ? version : this.#firstVersion
      if (version > this.#newestVersion) this.#newestVersion = version
    }
    return results
  }

  #beginAnew(): void {
    this.#beganAnew = true
    this.#state = { ...this.#state, counts: { ...noCounts }, passVersion: this.#newestVersion }
  }

  async #checkpoint(): Promise<void> {
    await this.#deps.failed.flush()
    await this.#deps.save(this.#state)
    this.#savedAtMs = this.#deps.clock.monotonicMs()
  }
}

/** The failure of a run with what it had done until then. */
export function withCounts(error: unknown, counts: Counts, signal: AbortSignal): unknown {
  if (!(error instanceof HoldfastError) && !signal.aborted) return error
  const known = error instanceof HoldfastError ? error : new HoldfastError('cancelled', 'Cancelled.', { cause: error })
  const code = signal.aborted ? 'cancelled' : known.code
  const said = code === 'cancelled' ? 'Cancelled.' : known.message
  return new HoldfastError(code, `${said} ${counts.imported} records were imported before and stay; it can be resumed.`, {
    details: { ...known.details, ...counts, resumable: 1 },
    cause: error,
  })
}
