import type { HoldfastError } from '../../base/errors.ts'
import type { IndexMarker } from '../lmdb-index-table.ts'
import type { StoredRecord } from '../stored-record.ts'
import type { CollectionPlan } from './collection-plan.ts'
import type { Document } from './document.ts'
import type { ByteText } from './index-order.ts'
import type { EntryHead, IndexPlan } from './index-plan.ts'

/** A run of one index: entries from `from` on and before `to`. */
export interface IndexSpan {
  readonly collection: CollectionPlan
  readonly index: IndexPlan
  readonly from: ByteText
  readonly to: ByteText
  readonly reverse: boolean
  /** So many entries are looked at, at most: fewer where their records are large. */
  readonly limit: number
}

/** A record that an entry leads to. `heads`: all that the index has of it, in order. */
export interface IndexHit {
  readonly entry: ByteText
  readonly record: StoredRecord
  readonly document: Document | undefined
  readonly heads: readonly EntryHead[]
}

export interface IndexHits {
  readonly hits: readonly IndexHit[]
  /** Entries that were looked at, those included that led nowhere. */
  readonly examined: number
  /** The last of them; undefined at the end of the run. */
  readonly last: ByteText | undefined
}

export interface BuildProgress {
  readonly signal: AbortSignal
  /** How many records were looked at so far. */
  readonly onSeen: (records: number) => void
}

export interface BuildOutcome {
  readonly records: number
  readonly entries: number
}

/** The collections of a store: what is defined in its system table under `collection/`, and the indexes of that. */
export interface CollectionStore {
  readonly plans: readonly CollectionPlan[]
  named(name: string): CollectionPlan | undefined
  /** Why a record could not be written into its collection, as far as it alone says; for those who write many. */
  problemOf(key: string, contentType: string, value: Uint8Array): HoldfastError | undefined
  /** How far an index is; undefined: its build has not begun. */
  marker(id: string): IndexMarker | undefined
  /** One state of the store. Only of an index that is ready. Throws `record_damaged`, `key_missing`. */
  scan(span: IndexSpan): IndexHits
  /** What `IndexBuilder.build` says. */
  build(id: string, progress: BuildProgress): Promise<BuildOutcome>
  /** Removes what is left of indexes that are not defined any more. */
  dropUnused(signal: AbortSignal): Promise<void>
}
