import type { ActivityEntry, ActivityTarget, Actor } from '../../contract/index.ts'

/** What an entry of the activity list can be undone with: kept records, or the generation that a restore replaced. */
export type UndoMeans =
  | { readonly kind: 'records'; readonly records: number }
  | { readonly kind: 'generation'; readonly generation: string }

/** One act, as the part that did it tells it. */
export interface ActivityNote {
  /** A code of `activityActions`, or a new one of the same form. */
  readonly action: string
  /** Absent: a new one. That of a job is the job's own. */
  readonly id?: string
  /** Absent: whoever this is done for. */
  readonly actor?: Actor
  readonly target?: ActivityTarget
  /** Absent: succeeded. */
  readonly outcome?: ActivityEntry['outcome']
  readonly error?: ActivityEntry['error']
  readonly facts?: ActivityEntry['facts']
  readonly undo?: UndoMeans
  readonly undoes?: string
  /** The pieces of one act, less than this apart, become one entry, whose counts are added up. Milliseconds. */
  readonly joinMs?: number
}

/** Where any part may note what was done. Never throws and never waits: what cannot be written is said in the log. */
export interface ActivityPort {
  /** Gives the id of the entry. */
  note(act: ActivityNote): string
}
