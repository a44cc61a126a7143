import type { Clock } from '../base/clock.ts'
import type { JobProgress } from '../base/job-context.ts'
import type { ArchiveFile } from './archive-file.ts'

/** What a task in the worker is given. */
export interface TaskContext {
  readonly clock: Clock
  readonly report: (progress: JobProgress) => void
  readonly signal: AbortSignal
  /** Says that the task leaves something open that cannot be closed: its thread ends with it. */
  readonly retire: () => void
}

/** What is told of an archive that was read whole. Sizes in bytes. */
export interface ArchiveSummary {
  readonly id: string
  readonly storeId: string
  readonly records: number
  /** Keys and records before compression. */
  readonly bytes: number
  readonly storedBytes: number
  readonly sequence: number
  readonly timeline: string
}

export function summaryOf({ manifest, source }: ArchiveFile): ArchiveSummary {
  const { id, storeId, records, bytes, sequence, timeline } = manifest
  return { id, storeId, records, bytes, storedBytes: source.bytes, sequence, timeline }
}
