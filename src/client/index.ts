// `holdfast/client`: what programs of this language use. docs/client.md has it in examples.
export type {
  BatchOperation,
  BatchResult,
  Durability,
  EventTopic,
  Fence,
  HoldfastEvent,
  InputOf,
  Job,
  OutputOf,
} from '../contract/index.ts'
export { type Mappable, parseMapped, stringifyMapped } from '../formats/mapped-json.ts'
export type { JsonOperation } from './caller.ts'
export type { Collection, CollectionOptions, CollectionPage, FindOptions, PageOptions } from './collections.ts'
export { type ConnectOptions, connect } from './connect.ts'
export { HoldfastError, type HoldfastErrorCode } from './errors.ts'
export type { EventsOptions } from './events.ts'
export type { Holdfast } from './holdfast.ts'
export type { JobOperation, Jobs, WaitOptions } from './jobs.ts'
export type { AcquireOptions, HeldLock, Locks } from './locks.ts'
export type { BatchItem, BatchOptions, BatchOutcome, DeleteOptions, ListOptions, PutOptions, Records, Written } from './records.ts'
export type { RetryPolicy } from './retry.ts'
export type { BeginOptions, CommitOptions, ScanOptions, Transaction, Transactions, TransactOptions } from './transactions.ts'
export type { Storable, StoredRecord } from './values.ts'
export type { PathOf, Where } from './where.ts'
