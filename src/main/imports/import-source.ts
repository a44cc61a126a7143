import type { WriteOperation } from '../persistence/record-store.ts'

/** Where the reading of a source can be taken up; what it means is the source's own affair. Plain JSON, a few bytes. */
export type Position = Readonly<Record<string, string | number>>

/** One row, line, key or element of a source, and what becomes of it. */
export interface SourceItem {
  /** Counted from 1; of a file its line. */
  readonly line: number
  readonly outcome: { readonly operation: WriteOperation } | { readonly problem: { readonly code: string; readonly detail: string } }
  /** As it stands in the file of what failed; undefined where there is nothing to show but the reason. */
  readonly raw: () => string | undefined
}

export interface SourceBatch {
  readonly items: readonly SourceItem[]
  /** Behind these items. */
  readonly position: Position
  /** How far the reading is, in the source's unit. */
  readonly done: number
  /** The source had to begin anew: all that was read before comes again. */
  readonly beginsAnew?: true
}

export interface SourceFacts {
  readonly unit: 'records' | 'bytes'
  /** In the source's unit; null while nobody knows. */
  readonly total: number | null
  /** The source may give a key twice in one pass. */
  readonly mayRepeat: boolean
}

/**
 * What an import reads from. Throws `source_unreachable`, `source_refused`, `source_unreadable`, each with a sentence that says what to do; none of
 * them ever holds a password.
 */
export interface ImportSource {
  open(signal: AbortSignal): Promise<SourceFacts>
  /** Batches in a fixed order, from a position on; the next is read when it is asked for. */
  read(from: Position | undefined, signal: AbortSignal): AsyncIterable<SourceBatch>
  /** How the failed items are written down. */
  readonly errorsFormat: ErrorsFormat
  close(): Promise<void>
}

/** The text around the items that failed, so that the file of them can be imported as it is. */
export interface ErrorsFormat {
  readonly ending: 'ndjson' | 'json' | 'csv'
  head(): string
  item(raw: string | undefined, reason: string): string
  /** Between two items. */
  readonly separator: string
  readonly tail: string
}

export interface SourceLimits {
  readonly maxValueBytes: number
  /** Items of one batch. */
  readonly batchRecords: number
}
