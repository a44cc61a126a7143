import type { HoldfastError } from '../../base/errors.ts'
import type { IndexMarker } from '../lmdb-index-table.ts'
import type { CollectionPlan } from './collection-plan.ts'
import type { BuildOutcome, BuildProgress } from './index-builder.ts'
import type { IndexHits, IndexSpan } from './index-scan.ts'

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
