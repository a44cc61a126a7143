import type { Log } from './log.ts'

export interface JobProgress {
  /** A short word for the phase, the same for every run of this kind of job (`reading`, `verifying`, …). */
  phase?: string
  done?: number
  total?: number | null
  unit?: 'records' | 'bytes' | 'steps'
}

/** What a manager is given to run long work: it reports, it watches the signal, it writes to the job's log. */
export interface JobContext {
  readonly id: string
  readonly signal: AbortSignal
  readonly log: Log
  /** Cheap; may be called per unit of work. */
  report(progress: JobProgress): void
}
