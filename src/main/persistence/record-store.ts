import type { Durability } from '../../contract/index.ts'
import type { LatencyHistogram } from '../base/latency-histogram.ts'
import type { CollectionStore } from './indexes/collection-store.ts'
import type { PackPlan } from './pack-record.ts'
import type { PackedTotals } from './packing-figures.ts'
import type { StoreSpace } from './space-port.ts'
import type { RecordMeta, StoredRecord, Version } from './stored-record.ts'
import type { SystemTable } from './system-table.ts'

export type { RecordMeta, StoredRecord, Version } from './stored-record.ts'

/** `null` as a version means: must be absent. An expired record is absent. */
export interface Condition {
  readonly version: Version | null
}

export type WriteOperation =
  | {
      readonly kind: 'put'
      readonly key: string
      readonly value: Uint8Array
      readonly contentType: string
      /** Milliseconds since 1970; a moment that has passed makes the record absent at once. */
      readonly expiresAtMs: number | null
      readonly condition?: Condition
      /** Refuse unless the record exists, whatever its version. */
      readonly mustExist?: boolean
      /** `expiresAtMs` null means none, whatever lifetime its collection gives to records that are written. */
      readonly keepsLifetime?: boolean
      /** It was in the store before: its collection's schema, which may be another one by now, is not asked. */
      readonly comesBack?: boolean
    }
  | {
      readonly kind: 'delete'
      readonly key: string
      readonly condition?: Condition
    }

export type OperationResult =
  | { readonly kind: 'created' | 'replaced'; readonly meta: RecordMeta }
  | { readonly kind: 'deleted' }
  /** A delete of what was not there: nothing was written. */
  | { readonly kind: 'absent' }

/** The newest state of every record, queued writes included: what the one writer judges by. Holds for the moment of the call only. */
export interface NewestStates {
  /** Null when absent or expired. Throws `record_damaged`. */
  meta(key: string): RecordMeta | null
  /** Records from `from` on and before `to` (absent: to the end), in key order, at most `limit`. */
  versions(span: KeySpan): readonly { readonly key: string; readonly version: Version }[]
}

export interface CommitOptions {
  /** When the promise resolves: `durable` after the sync (survives power loss), `committed` after the write (survives a kill). */
  readonly durability: Durability
  /** Aborted before the transaction entered the journal: it is not applied. Later: it is applied all the same. */
  readonly signal?: AbortSignal
  /** The transaction belongs to this timeline: after a restore, which brings back records with their versions, it is refused as `conflict`. */
  readonly timeline?: string
  /**
   * A condition of another kind: called in the one writer, in the tick in which the operations are judged, before them. Refuses by throwing a
   * `HoldfastError`, which is told once everything it was judged by is safe, else the transaction is judged again (JN3). Must not write.
   */
  readonly guard?: (newest: NewestStates) => void
}

export interface PageQuery {
  readonly prefix: string
  /** Inclusive start: keys below it are passed over. */
  readonly from?: string
  /** Exclusive start: the key after which (or, reversed, before which) the page begins. Need not exist. */
  readonly after?: string
  readonly limit: number
  readonly reverse: boolean
  /** With values; else `value` of the items is empty. */
  readonly values: boolean
  /** Each `value` is the record as it is kept, for `decodeRecord`: whoever takes many opens them elsewhere. Only with `values`. */
  readonly packed?: boolean
  /** The page ends early once its values exceed this, with at least one item. */
  readonly maxValueBytes?: number
}

/** A run of keys: from `from` on, before `to` (absent: to the end), at most `limit` of them. */
export interface KeySpan {
  readonly from: string
  readonly to?: string | undefined
  readonly limit: number
}

/** How far a walk over keys came: `passed` keys, and the one that comes next, undefined at the end of the run. */
export interface KeyStride {
  readonly passed: number
  readonly next: string | undefined
}

export interface RecordPage {
  readonly items: readonly StoredRecord[]
  /** Whether more follow; the next page begins after the last item's key. */
  readonly more: boolean
}

export type StoreMode =
  | { readonly kind: 'running' }
  /** Writes are refused until there is room. */
  | { readonly kind: 'full'; readonly code: 'disk_full'; readonly reason: string }
  /** Writes are refused until a person acts (`read_only`), or a healthy copy of the database is made (`healing`). */
  | { readonly kind: 'read-only'; readonly code: 'read_only' | 'healing'; readonly reason: string }
  /** Nothing is served: the data on disk contradicts itself. Nothing is deleted. */
  | { readonly kind: 'stopped'; readonly code: 'store_damaged'; readonly reason: string }

/** A change that has become visible. In commit order; one transaction, one call. */
export interface CommittedChange {
  readonly sequence: number
  readonly keys: readonly string[]
}

export interface StoreFigures {
  readonly timeline: string
  readonly generation: string
  readonly sequence: number
  readonly appliedSequence: number
  readonly records: number
  /** False while the overlay or expired records make the count an estimate. */
  readonly recordsExact: boolean
  readonly overlayBytes: number
  readonly databaseBytes: number
  readonly journalBytes: number
  /** Of recent syncs, in milliseconds. */
  readonly syncP50Ms: number
  /** Writers wait when the overlay holds this much. */
  readonly overlayMaxBytes: number
  /** Of every value that was written into the database: what it has, and what it took there. */
  readonly packing: PackedTotals & { readonly prefixes: readonly (PackedTotals & { readonly prefix: string })[] }
  /** Of every sync of the journal since the start. */
  readonly syncLatency: LatencyHistogram
  /** How long writers waited for room in the overlay, of those that had to. */
  readonly waitLatency: LatencyHistogram
}

/**
 * One ordered, transactional store of records. Every implementation passes `test/conformance/record-store`.
 *
 * Obligations: keys are ordered by their UTF-8 bytes. A transaction is whole or absent. A write is visible to `get` and `page` from
 * its acknowledgement on, and never before (a refused or failed one never). Versions only grow, also across restarts, restores and a
 * clock that goes back. An expired record is absent everywhere. Damaged bytes are never returned: `HoldfastError('record_damaged')`.
 */
export interface RecordStore {
  readonly mode: StoreMode
  /** Positions belong to it. A restore begins a new one. */
  readonly timeline: string
  readonly system: SystemTable
  /** Synchronous: memory or one page of the memory map. Undefined when absent or expired. */
  get(key: string): StoredRecord | undefined
  /** Like `get`, without reading the value. */
  getMeta(key: string): RecordMeta | undefined
  /** A consistent page: one state of the store, the overlay included. */
  page(query: PageQuery): RecordPage
  /**
   * Walks over keys without looking at their records, at about 0.1 µs a key. It counts keys as they lie in the database: what is acknowledged and not
   * drained yet is missed, and what has expired and is not swept yet is counted.
   */
  stride(span: KeySpan): KeyStride
  /**
   * Applies all operations or none. A later operation on a key sees the earlier ones of its transaction.
   * Refusals: `precondition_failed` (details: index, key), `overloaded` (the overlay stayed full for 5 s), `disk_full`, `read_only`,
   * `too_large` (a transaction that cannot fit a journal segment), `outcome_unknown` (the disk failed; it may or may not be applied),
   * `store_damaged`, `stopping`.
   */
  commit(operations: readonly WriteOperation[], options: CommitOptions): Promise<readonly OperationResult[]>
  /** Calls `listener` when changes become visible. Returns how to stop. */
  onCommitted(listener: (change: CommittedChange) => void): () => void
  /** Calls `listener` when `mode` changes, and when a new timeline begins (caches must be dropped). */
  onStateChange(listener: (change: 'mode' | 'timeline') => void): () => void
  figures(): StoreFigures
  /** Finishes what was acknowledged, makes it durable in the database, closes. */
  close(): Promise<void>
}

/** What backups read: the database file at a position, complete up to it. */
export interface SnapshotSource {
  /** Folder of the live LMDB environment, to be opened for reading by a worker of this process. */
  readonly generationFolder: string
  readonly timeline: string
  /** Everything up to here is in the database and flushed: acknowledged writes from before the call are in it. */
  readonly sequence: number
  /** Keeps the generation from being closed or deleted while it is held. */
  release(): void
}

/** Which records are to be stored anew; looks at no more than the header. */
export type IsDue = (key: string, record: Buffer, plan: PackPlan) => boolean

export interface RepackProgress {
  readonly signal: AbortSignal
  /** How many of this pass were looked at. */
  readonly onSeen: (records: number) => void
  /** How often everything is gone through while some are still due; else three times. */
  readonly passes?: number
}

export interface RepackOutcome {
  readonly repacked: number
  /** Those that are still stored in the old way: damaged ones, and ones that cannot be opened. */
  readonly left: number
}

/** A store kept as generations: whole copies of which a pointer names the live one (CORRECTNESS.md TL1–TL3). */
export interface GenerationalStore extends RecordStore {
  readonly space: StoreSpace
  readonly collections: CollectionStore
  /** Waits until everything acknowledged so far is drained and flushed (CP1), then holds the live generation. */
  holdSnapshot(signal?: AbortSignal): Promise<SnapshotSource>
  /** Where a new generation may be built: a folder that does not exist yet, on the same file system as the live one. */
  newGenerationFolder(): { readonly id: string; readonly folder: string }
  /**
   * Makes a finished generation the live one on a new timeline: stops writers, drains, flushes, journals the switch, writes its sequence
   * into the new generation, moves the pointer (the commit point), lets writers go on. A crash leaves exactly the old or the new.
   * The old generation is kept as `previous`, and what was `previous` before is deleted.
   */
  switchGeneration(next: {
    readonly id: string
    readonly reason: SwitchReason
  }): Promise<{ readonly sequence: number; readonly timeline: string }>
  /** The generation that an undo would bring back, and what had replaced it. */
  readonly previousGeneration: { readonly id: string; readonly replacedAtMs: number; readonly reason: SwitchReason } | null
  /** How long a `committed` write may stay unsynced from now on, in milliseconds. 0: synced at once. */
  setFlushEveryMs(flushEveryMs: number): void
  /** How many values were stored larger than they need be while writers pressed, since this was last asked. */
  takeUnpacked(): number
  /** Stores those records anew that are due, as the means say now, while writes go on. Their versions and values stay. */
  repack(isDue: IsDue, progress: RepackProgress): Promise<RepackOutcome>
  /** Afterwards no file of the store holds what was stored before, but for the generation that `undo` would bring back where that is kept. */
  eraseTraces(options: { readonly keepsPrevious: boolean }): Promise<void>
  /** Deletes a generation that was built and is neither live nor previous. */
  discardGeneration(id: string): Promise<void>
}

export type SwitchReason = { readonly kind: 'restore'; readonly backupId: string } | { readonly kind: 'undo' }
