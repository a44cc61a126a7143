import type { ActivityTarget } from '../../contract/index.ts'
import type { JobContext } from '../base/job-context.ts'
import type { OperationResult, WriteOperation } from '../persistence/record-store.ts'

export type Commit = (operations: readonly WriteOperation[]) => Promise<readonly OperationResult[]>

/** What is about to happen, in the words of the activity list. */
export interface PlannedAct {
  readonly action: string
  readonly target?: ActivityTarget
  /** About how many bytes the values have that it replaces or deletes, so that an act with no room is refused before it begins. */
  readonly bytes: number
}

/** One act that changes many records, each part of which is kept before it happens. */
export interface KeptAct {
  /** Of the safety point, and of the entry in the activity list: within a job the job's own. */
  readonly id: string
  /**
   * Keeps the records that the operations are about to change, durably, then commits exactly those changes: each operation is bound to the
   * version that was kept, and kept anew when another writer came first. Throws `undo_not_kept` with nothing changed, and what `commit` throws.
   */
  change(operations: readonly WriteOperation[], commit: Commit): Promise<readonly OperationResult[]>
  /** The act is over, however it went. Never throws. */
  end(): Promise<void>
}

/**
 * Where a change of people, or of many records, first lays down what it replaces. Nothing here is asked of the single writes of programs:
 * for them it would cost a file and a sync each.
 */
export interface UndoPort {
  /** Whether a person acts, outside of a job: then single changes go through `changeForPerson`. */
  readonly isPersonActing: boolean
  /** Keeps, commits and notes. Without room a deletion is refused as `undo_not_kept`; a write goes on, and its entry has no undo. */
  changeForPerson(
    operations: readonly WriteOperation[],
    commit: Commit,
    options: { readonly undo: boolean },
  ): Promise<readonly OperationResult[]>
  /** Opens a safety point for one act. The caller ends it. Throws `undo_not_kept`. */
  keep(act: PlannedAct): Promise<KeptAct>
  /** Puts back what the act with this id replaced. Throws `undo_expired`, `already_undone`, `nothing_to_undo`, `not_found`. */
  run(
    job: JobContext,
    id: string,
    commit: (operations: readonly WriteOperation[], signal: AbortSignal) => ReturnType<Commit>,
  ): Promise<Record<string, unknown>>
}
