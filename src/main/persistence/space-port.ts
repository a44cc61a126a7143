import type { SweepFigures } from './sweep-figures.ts'

/** A table of the database. */
export interface TablePages {
  readonly name: string
  readonly entries: number
  /** Of its pages. */
  readonly bytes: number
}

/** Of the file of an environment. Pages behind `lastPage` are room that was taken for commits to come. */
export interface DatabasePages {
  readonly pageBytes: number
  readonly lastPage: number
  readonly usedBytes: number
  readonly tables: readonly TablePages[]
}

export interface PinnedPages {
  readonly readers: number
  readonly behind: number
  readonly processIds: readonly number[]
  /** Null where it could not be measured. */
  readonly bytes: number | null
}

/** Somebody who reads a generation for a while. */
export interface Hold {
  readonly holder: 'backup' | 'compaction'
  readonly sinceMs: number
}

/** What is measured once a second: cheap. */
export interface SpaceFigures {
  readonly fileBytes: number
  readonly usedBytes: number
  readonly pinned: PinnedPages
  /** Who is known to hold the live generation, the longest first. */
  readonly holds: readonly Hold[]
  /** Of the last pass over expired records that is over. */
  readonly sweep: SweepFigures | null
}

/** What a record takes, and how old it is. */
export interface RecordSize {
  readonly key: string
  /** Key and record as they are stored. */
  readonly bytes: number
  readonly valueBytes: number
  readonly updatedAtMs: number
}

export interface SizeQuery {
  readonly from: string
  readonly fromExclusive: boolean
  /** Exclusive; undefined: to the end. */
  readonly to: string | undefined
  /** One of so many records is looked at. */
  readonly every: number
  /** Looked at, at most. */
  readonly limit: number
}

/** How a compaction goes on: `done` of `total` bytes where it is copied, records where it is walked, else steps. */
export interface CompactionProgress {
  readonly signal: AbortSignal
  readonly onProgress: (phase: 'copying' | 'walking' | 'catching-up' | 'switching', done: number, total: number) => void
}

/** Sizes of the database file before, and of the new one. */
export interface CompactionOutcome {
  readonly beforeBytes: number
  readonly afterBytes: number
  readonly records: number
}

/** What the database takes, and how it takes less. */
export interface StoreSpace {
  figures(): SpaceFigures
  pages(): DatabasePages
  /** Entries of records that have expired and are not deleted yet, and about what they take. Where they are very many, at least. */
  expired(): { readonly records: number; readonly bytes: number }
  /** Sizes of records in the database, in key order; what is not drained yet is missed. `last` is the key after which it goes on, undefined at the end. */
  sizes(query: SizeQuery): { readonly sizes: readonly RecordSize[]; readonly last: string | undefined }
  /** What must be free on the disk of the database for a compaction. */
  roomForCompaction(): number
  /** Throws what would make `compact` fail at once: `disk_full` with what it needs and what is free, `read_only`, `conflict`. */
  assertCanCompact(): Promise<void>
  /**
   * Writes the database anew without its free pages and makes that the live one, while reads and writes go on. Until then it is as it was, whatever happens.
   * Throws `disk_full`, `conflict`, `cancelled`.
   */
  compact(progress: CompactionProgress): Promise<CompactionOutcome>
}
