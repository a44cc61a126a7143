import { randomUUID } from 'node:crypto'
import { type Actor, type Fence, maxBatchBytes, type OutputOf, type ParsedInputOf, type TransactionView } from '../../../contract/index.ts'
import type { ActivityPort } from '../../base/activity.ts'
import { type Clock, toIso } from '../../base/clock.ts'
import { HoldfastError } from '../../base/errors.ts'
import type { CommitOptions, OperationResult, RecordStore, WriteOperation } from '../../persistence/record-store.ts'
import { restoredMeanwhile } from '../../persistence/timeline-conflict.ts'
import { planBatch } from '../batch-plan.ts'
import { writeResult } from '../batch-results.ts'
import { wrongPlace } from '../list-place.ts'
import { Transaction } from './transaction.ts'

const maxOpen = 256
/** Of all open transactions together. */
const maxStagedBytes = 256 * 1024 * 1024

export interface TransactionWish {
  readonly guard: NonNullable<CommitOptions['guard']>
  readonly timeline: string
  readonly durability: CommitOptions['durability'] | undefined
  readonly signal: AbortSignal | undefined
}

export interface TransactionManagerDeps {
  readonly store: Pick<RecordStore, 'get' | 'page' | 'timeline'>
  /** The one way to write. */
  readonly commit: (operations: readonly WriteOperation[], wish: TransactionWish) => Promise<readonly OperationResult[]>
  /** Throws `lock_lost` when called in the writer and a token is stale. */
  readonly fence: (fences: readonly Fence[]) => () => void
  readonly clock: Clock
  readonly actor?: () => Actor | undefined
  /** What people do to the transactions of programs is noted. */
  readonly activity?: ActivityPort
  readonly limits: { readonly maxValueBytes: number }
}

interface Open {
  readonly id: string
  /** Grows with each one that begins. */
  readonly number: number
  readonly transaction: Transaction
  readonly idleMs: number
  readonly startedAtMs: number
  readonly timeline: string
  readonly door: string | undefined
  readonly forget: () => void
  timer: NodeJS.Timeout | undefined
  endsAtMs: number
}

/** Calls `act` when the client that asked is gone; gives how to stop that. */
export type OnClientGone = (act: () => void) => () => void

/**
 * Interactive transactions: begin, read and write, commit or roll back. They are serialisable: everything that one has read is looked at again in the one
 * writer when it commits, and it is refused whole when something has changed. One that nobody asks anything of is rolled back.
 */
export class TransactionManager {
  readonly #deps: TransactionManagerDeps
  readonly #open = new Map<string, Open>()
  #begun = 0
  readonly figures = { begun: 0, committed: 0, conflicts: 0, rolledBack: 0, failed: 0 }

  constructor(deps: TransactionManagerDeps) {
    this.#deps = deps
  }

  get openCount(): number {
    return this.#open.size
  }

  /** Throws `overloaded` when too many are open. */
  begin({ idleMs, bound }: ParsedInputOf<'transactions.begin'>, onClientGone?: OnClientGone): TransactionView {
    const { store, clock, actor } = this.#deps
    if (this.#open.size >= maxOpen)
      throw new HoldfastError('overloaded', `There are ${maxOpen} open transactions already. Try again in a moment.`)
    const id = randomUUID()
    const startedAtMs = clock.wallMs()
    const open: Open = {
      id,
      number: ++this.#begun,
      transaction: new Transaction(store),
      idleMs,
      startedAtMs,
      timeline: store.timeline,
      door: actor?.()?.door,
      forget: (bound && onClientGone?.(() => this.#rollBackIfOpen(id))) || (() => {}),
      timer: undefined,
      endsAtMs: 0,
    }
    this.#open.set(id, open)
    this.#touch(open)
    this.figures.begun++
    return this.#view(open)
  }

  /** Throws `transaction_over`, `transaction_conflict`, `too_large`, and `conflict` when a restore came between, as all that uses a transaction. */
  get({ id, keys }: ParsedInputOf<'transactions.get'>): OutputOf<'transactions.get'> {
    const { transaction } = this.#use(id)
    return this.#rollingBackConflicts(id, () => ({ items: keys.map((key) => transaction.get(key)) }))
  }

  scan({ id, ...scan }: ParsedInputOf<'transactions.scan'>): OutputOf<'transactions.scan'> {
    const { transaction } = this.#use(id)
    return this.#rollingBackConflicts(id, () => transaction.scan(scan))
  }

  /** Stages writes that only this transaction sees; a `get` among them reads. Throws what a batch throws; then the earlier ones of the call are staged. */
  write({ id, operations }: ParsedInputOf<'transactions.write'>): TransactionView {
    const open = this.#use(id)
    const { clock, limits } = this.#deps
    const steps = planBatch(operations, clock.wallMs(), { maxValueBytes: limits.maxValueBytes, maxBatchBytes })
    for (const step of steps) {
      if (step.kind === 'get')
        throw new HoldfastError('invalid_request', 'operations: expected put and delete only; read with get or scan.', {
          details: { index: step.index },
        })
      if (step.kind === 'refused') throw step.error
    }
    if (this.#stagedBytes > maxStagedBytes)
      throw new HoldfastError('overloaded', 'Open transactions hold too much already. Try again in a moment.')
    for (const step of steps) if (step.kind === 'write') this.#rollingBackConflicts(id, () => open.transaction.stage(step.write))
    return this.#view(open)
  }

  /**
   * Everything or nothing. Throws `transaction_conflict` when something that was read has changed, `lock_lost`, `transaction_over`, and what
   * `RecordStore.commit` names. The transaction is over in any case, except where the store only said to come again (`overloaded`, `disk_full`).
   */
  async commit(input: ParsedInputOf<'transactions.commit'>, signal?: AbortSignal): Promise<OutputOf<'transactions.commit'>> {
    const open = this.#use(input.id)
    clearTimeout(open.timer)
    this.#open.delete(open.id)
    const { transaction } = open
    const fence = this.#deps.fence(input.fences ?? [])
    const guard: TransactionWish['guard'] = (newest) => {
      fence()
      transaction.check(newest)
    }
    const writes = transaction.writes
    try {
      const wish = { guard, timeline: open.timeline, durability: input.durability, signal }
      const results = await this.#deps.commit(writes, wish)
      this.figures.committed++
      open.forget()
      return { results: results.map((result, at) => ({ key: (writes[at] as WriteOperation).key, ...writeResult(result) })) }
    } catch (error) {
      this.#failed(open, error)
      throw error
    }
  }

  /** Nothing of it is written. Throws `transaction_over`. */
  rollBack(id: string): TransactionView {
    const open = this.#find(id)
    this.#end(open)
    this.figures.rolledBack++
    const view = this.#view(open)
    // Programs roll back their own; a person takes it from one.
    if (this.#deps.actor?.()?.kind === 'person') this.#deps.activity?.note({ action: 'transaction.rolledBack', target: { name: id } })
    return view
  }

  /** The oldest first. A page goes on behind the number of the last one before it, whether that is still open or not. */
  list({ after, limit }: ParsedInputOf<'transactions.list'>): OutputOf<'transactions.list'> {
    const last = after === undefined ? 0 : Number(after)
    if (!Number.isSafeInteger(last)) throw wrongPlace()
    const left = [...this.#open.values()].filter(({ number }) => number > last).sort((one, other) => one.number - other.number)
    const page = left.slice(0, limit)
    return { items: page.map((open) => this.#view(open)), next: left.length > limit ? `${page.at(-1)?.number}` : null }
  }

  /** What is open is rolled back. */
  close(): void {
    for (const open of this.#open.values()) this.#end(open)
  }

  get #stagedBytes(): number {
    let bytes = 0
    for (const { transaction } of this.#open.values()) bytes += transaction.figures.bytes
    return bytes
  }

  #find(id: string): Open {
    const open = this.#open.get(id)
    if (open === undefined) throw over()
    return open
  }

  #use(id: string): Open {
    const open = this.#find(id)
    if (open.timeline !== this.#deps.store.timeline) {
      this.#rollBackIfOpen(id)
      this.figures.conflicts++
      throw restoredMeanwhile()
    }
    this.#touch(open)
    return open
  }

  #touch(open: Open): void {
    clearTimeout(open.timer)
    open.endsAtMs = this.#deps.clock.wallMs() + open.idleMs
    open.timer = setTimeout(() => this.#rollBackIfOpen(open.id), open.idleMs)
    open.timer.unref()
  }

  #rollBackIfOpen(id: string): void {
    const open = this.#open.get(id)
    if (open === undefined) return
    this.#end(open)
    this.figures.rolledBack++
  }

  #end(open: Open): void {
    clearTimeout(open.timer)
    open.forget()
    this.#open.delete(open.id)
  }

  #rollingBackConflicts<T>(id: string, act: () => T): T {
    try {
      return act()
    } catch (error) {
      if (error instanceof HoldfastError && error.code === 'transaction_conflict') {
        this.#rollBackIfOpen(id)
        this.figures.conflicts++
      }
      throw error
    }
  }

  #failed(open: Open, error: unknown): void {
    const code = error instanceof HoldfastError ? error.code : 'internal'
    if (code === 'transaction_conflict' || code === 'conflict' || code === 'lock_lost') this.figures.conflicts++
    else if (code === 'cancelled') this.figures.rolledBack++
    else this.figures.failed++
    if (code === 'overloaded' || code === 'disk_full') {
      // What the store could not take now it may take in a moment: the client need not do its work again.
      this.#open.set(open.id, open)
      this.#touch(open)
    } else open.forget()
  }

  #view({ id, transaction, startedAtMs, endsAtMs, door }: Open): TransactionView {
    return { id, startedAt: toIso(startedAtMs), expiresAt: toIso(endsAtMs), ...(door !== undefined && { door }), ...transaction.figures }
  }
}

function over(): HoldfastError {
  return new HoldfastError(
    'transaction_over',
    'This transaction is over: it was committed, rolled back, or left alone for too long. Begin it again.',
  )
}
