import type { BatchOperation, Fence, InputOf } from '../contract/index.ts'
import type { Caller } from './caller.ts'
import { ConnectionError, HoldfastError } from './errors.ts'
import { itemsOf } from './pages.ts'
import { type BatchItem, operationOf } from './records.ts'
import { pause, type RetryPolicy } from './retry.ts'
import { recordOfItem, type Storable, type StoredRecord, valueIn } from './values.ts'

export type BeginOptions = InputOf<'transactions.begin'>
export type CommitOptions = Omit<InputOf<'transactions.commit'>, 'id' | 'fences'> & { fences?: readonly Fence[] | undefined }
export type ScanOptions = Omit<InputOf<'transactions.scan'>, 'id' | 'limit'> & { pageSize?: number }
type StagedPut = Omit<Extract<BatchItem, { op: 'put' }>, 'op' | 'key' | 'value'>

/** Staged writes go to the host together, at the latest when there are so many, or so many characters of values. */
const maxHeldOperations = 500
const maxHeldCharacters = 4 * 1024 * 1024

/** Reads and writes that become one commit, or nothing. Over once it was committed or rolled back; left alone it is rolled back by the host. */
export class Transaction implements AsyncDisposable {
  readonly id: string
  readonly #caller: Caller
  #held: BatchOperation[] = []
  #heldCharacters = 0
  /** Writes go one request behind the other. Once one was refused all that follows is, the commit too: it would lack that write. */
  #sent: Promise<void> = Promise.resolve()
  #isOver = false

  constructor(caller: Caller, id: string) {
    this.#caller = caller
    this.id = id
  }

  /** The value, own writes included; undefined when there is none. Whatever it is, it is looked at again at commit. */
  async get<T = unknown>(key: string, signal?: AbortSignal): Promise<T | undefined> {
    const [value] = await this.getMany<T>([key], signal)
    return value
  }

  /** In the order of `keys`, at most 1,000. */
  async getMany<T = unknown>(keys: readonly string[], signal?: AbortSignal): Promise<(T | undefined)[]> {
    await this.#flush(signal)
    const { items } = await this.#caller.call('transactions.get', { id: this.id, keys: [...keys] }, signal)
    return items.map(({ value, encoding }) => {
      if (encoding === undefined) return undefined
      const contentType = encoding === 'json' ? 'application/json' : encoding === 'text' ? 'text/plain' : 'application/octet-stream'
      return valueIn({ value, encoding }, contentType) as T
    })
  }

  /** In key order, own writes included. Records that come, go or change in the range make the commit a conflict. */
  async *scan<T = unknown>({ pageSize, after, ...options }: ScanOptions = {}, signal?: AbortSignal): AsyncGenerator<StoredRecord<T>> {
    await this.#flush(signal)
    const pageAfter = async (from: string | undefined) => {
      const page = await this.#caller.call('transactions.scan', { ...options, id: this.id, after: from, limit: pageSize }, signal)
      return { items: page.items.map((item) => recordOfItem<T>(item)), next: page.next }
    }
    yield* itemsOf(pageAfter, after, signal)
  }

  put<T>(key: string, value: Storable<T>, options: StagedPut = {}, signal?: AbortSignal): Promise<void> {
    return this.#stage(operationOf({ op: 'put', key, value, ...options }), signal)
  }

  delete(key: string, options: Pick<BatchOperation, 'ifVersion'> = {}, signal?: AbortSignal): Promise<void> {
    return this.#stage({ op: 'delete', key, ...options }, signal)
  }

  /**
   * Everything or nothing. Throws what a write on the way was refused with, and `transaction_conflict` when something that was read has changed: begin anew,
   * nothing was written.
   */
  async commit({ fences, ...options }: CommitOptions = {}, signal?: AbortSignal): Promise<void> {
    await this.#flush(signal)
    const input = { ...options, id: this.id, ...(fences && { fences: [...fences] }) }
    await this.#caller.call('transactions.commit', input, signal)
    this.#isOver = true
  }

  /** Nothing of it is written. Of one that is over already it says nothing. */
  async rollBack(signal?: AbortSignal): Promise<void> {
    if (this.#isOver) return
    this.#isOver = true
    this.#held = []
    await this.#caller.call('transactions.rollBack', { id: this.id }, signal).catch((error: unknown) => {
      if (!(error instanceof HoldfastError) || error.code !== 'transaction_over') throw error
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // The host does it itself a little later; a failure here would hide why the work was left.
    await this.rollBack().catch(() => {})
  }

  async #stage(operation: BatchOperation, signal: AbortSignal | undefined): Promise<void> {
    this.#held.push(operation)
    this.#heldCharacters += typeof operation.value === 'string' ? operation.value.length : 0
    if (this.#held.length >= maxHeldOperations || this.#heldCharacters >= maxHeldCharacters) await this.#flush(signal)
  }

  #flush(signal: AbortSignal | undefined): Promise<void> {
    if (this.#held.length > 0) {
      const operations = this.#held
      this.#held = []
      this.#heldCharacters = 0
      this.#sent = this.#sent.then(async () => void (await this.#caller.call('transactions.write', { id: this.id, operations }, signal)))
      // Whoever comes next is told; a put that nobody waits for must not end the process.
      this.#sent.catch(() => {})
    }
    return this.#sent
  }
}

/** `attempts` in all; the waits between them are those of the client. */
export type TransactOptions = BeginOptions & CommitOptions & { readonly attempts?: number }

const usualAttempts = 20
/** Conflicts end quickly: who waits long only meets others. */
const longestConflictWaitMs = 250

export class Transactions {
  readonly #caller: Caller

  constructor(caller: Caller) {
    this.#caller = caller
  }

  async begin(options: BeginOptions = {}, signal?: AbortSignal): Promise<Transaction> {
    const { id } = await this.#caller.call('transactions.begin', options, signal)
    return new Transaction(this.#caller, id)
  }

  /**
   * Does `work` in a transaction and commits it. When something that it read was changed by others, or the host went away before the commit, nothing was
   * written and `work` is done again: it must do nothing outside of the transaction that may not be done twice. Throws what `work`
   * throws (then it is rolled back), the last conflict, and `outcome_unknown` when the connection ended within the commit.
   */
  async run<R>(work: (transaction: Transaction) => Promise<R>, options: TransactOptions = {}, signal?: AbortSignal): Promise<R> {
    const { attempts = usualAttempts, ...rest } = options
    const policy = { ...this.#caller.policy, attempts, longestWaitMs: longestConflictWaitMs }
    for (let made = 1; ; made++) {
      const done = await this.#once(work, rest, signal)
      if ('result' in done) return done.result
      if (made >= attempts) throw done.failure
      await this.#pauseBefore(made, policy, signal)
    }
  }

  async #once<R>(
    work: (transaction: Transaction) => Promise<R>,
    { idleMs, bound, ...commit }: Omit<TransactOptions, 'attempts'>,
    signal: AbortSignal | undefined,
  ): Promise<{ result: R } | { failure: unknown }> {
    await using transaction = await this.begin({ idleMs, bound }, signal)
    try {
      const result = await work(transaction)
      await transaction.commit(commit, signal)
      return { result }
    } catch (error) {
      signal?.throwIfAborted()
      if (mayBeginAnew(error)) return { failure: error }
      throw error
    }
  }

  async #pauseBefore(retry: number, { firstWaitMs, longestWaitMs }: RetryPolicy, signal: AbortSignal | undefined): Promise<void> {
    const waitMs = Math.min(longestWaitMs, (firstWaitMs / 4) * 2 ** Math.min(retry, 20))
    await pause(waitMs * this.#caller.random(), signal)
  }
}

/** Nothing of it was committed, and it may go better the next time. */
function mayBeginAnew(error: unknown): boolean {
  if (error instanceof ConnectionError) return error.reason !== 'not_allowed'
  return error instanceof HoldfastError && (error.code === 'transaction_conflict' || error.code === 'transaction_over')
}
