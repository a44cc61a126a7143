import type { z } from 'zod'
import type { HoldfastEvent, InputOf, OutputOf } from '../contract/index.ts'
import type { Caller, JsonOperation } from './caller.ts'
import { Collection, type CollectionOptions } from './collections.ts'
import { type EventsOptions, followEvents } from './events.ts'
import { Jobs } from './jobs.ts'
import { type AcquireOptions, type HeldLock, Locks, type Monotonic } from './locks.ts'
import { Records } from './records.ts'
import { type Transaction, Transactions, type TransactOptions } from './transactions.ts'
import type { Transport } from './transport.ts'

/** A connection to one host. Requests share a bounded number of sockets; nothing stays open after `close`. */
export class Holdfast implements AsyncDisposable {
  readonly records: Records
  readonly transactions: Transactions
  readonly locks: Locks
  readonly jobs: Jobs
  readonly #caller: Caller
  readonly #transport: Transport

  constructor({ caller, transport, now }: { caller: Caller; transport: Transport; now: Monotonic }) {
    this.#caller = caller
    this.#transport = transport
    this.records = new Records(caller)
    this.transactions = new Transactions(caller)
    this.locks = new Locks({ caller, now })
    this.jobs = new Jobs(caller)
  }

  /** Any other operation of docs/api.md, by its name. Its input and output are those of the contract. */
  call<N extends JsonOperation>(name: N, input: InputOf<N>, signal?: AbortSignal): Promise<OutputOf<N>> {
    return this.#caller.call(name, input, signal)
  }

  /** `transactions.run`. */
  transact<R>(work: (transaction: Transaction) => Promise<R>, options?: TransactOptions, signal?: AbortSignal): Promise<R> {
    return this.transactions.run(work, options, signal)
  }

  /** `locks.with`. */
  withLock<R>(names: readonly string[], work: (lock: HeldLock) => Promise<R>, options?: AcquireOptions, signal?: AbortSignal): Promise<R> {
    return this.locks.with(names, work, options, signal)
  }

  /** A collection by its name; with a zod shape its values are typed and checked by it. Nothing is asked of the host yet. */
  collection<S extends z.ZodType>(name: string, options: CollectionOptions<S> & { readonly schema: S }): Collection<z.output<S>, z.input<S>>
  collection<T = unknown>(name: string, options?: Omit<CollectionOptions, 'schema'>): Collection<T>
  collection(name: string, options: CollectionOptions = {}): Collection {
    return new Collection({ caller: this.#caller, records: this.records }, name, options)
  }

  /** What has changed, as it happens; see `followEvents`. */
  events(options: EventsOptions = {}, signal?: AbortSignal): AsyncIterable<HoldfastEvent> {
    return followEvents(this.#caller, options, signal)
  }

  /** What still runs fails as `cancelled`. */
  async close(): Promise<void> {
    this.#transport.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
