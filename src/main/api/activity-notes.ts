import type { ActivityAction, Actor, Job, JobKind } from '../../contract/index.ts'
import type { ActivityLog } from '../activity/activity-log.ts'
import type { ActivityNote } from '../base/activity.ts'
import type { GenerationalStore } from '../persistence/record-store.ts'
import type { UndoManager } from '../undo/undo-manager.ts'
import type { ActivityService } from './services.ts'

interface Deps {
  readonly activity: ActivityLog
  readonly undo: UndoManager
  readonly store: Pick<GenerationalStore, 'previousGeneration'>
}

const actions: Readonly<Partial<Record<JobKind, ActivityAction>>> = {
  backup: 'backup.made',
  verify: 'backup.verified',
  restore: 'backup.restored',
  'undo-restore': 'undo.restore',
  'delete-prefix': 'records.deletedByPrefix',
  'bulk-delete': 'records.deleted',
  'bulk-ttl': 'records.ttlChanged',
  'sample-data': 'records.sampleLoaded',
  undo: 'undo.records',
  encryption: 'encryption.changed',
  import: 'records.imported',
  export: 'records.exported',
  compaction: 'store.compacted',
  'index-build': 'index.built',
  'collection-migrate': 'collection.migrated',
}

/** What of a job's result its entry tells. */
const toldFacts = [
  'records',
  'bytes',
  'matched',
  'deleted',
  'changed',
  'imported',
  'failed',
  'restored',
  'removed',
  'left',
  'expired',
  'damaged',
]

/** Makes an entry of every job that is over, with the means to undo it. A job of a kind that is not known here is told by that kind. */
export function jobNotes({ activity, undo, store }: Deps): (job: Job, actor: Actor | undefined) => void {
  return (job, actor) => {
    if (activity.has(job.id)) return
    const note: ActivityNote = {
      action: actions[job.kind] ?? `job.${job.kind}`,
      actor: actor ?? { kind: 'host' },
      outcome: outcomeOf(job),
      ...(job.error && { error: job.error }),
      ...targetOf(job),
      ...factsOf(job),
      ...undo.meansOf(job.id),
    }
    activity.note(job.state === 'succeeded' ? { ...note, ...undoOf(job, { activity, store }) } : note)
  }
}

/** The list, each entry with what can be said of its undo. */
export const activityService = ({ activity, undo }: Deps): ActivityService => ({
  list: (input) => activity.list(input, undo.stateOf),
  planUndo: (id) => undo.plan(id),
})

function outcomeOf({ state, error }: Job): NonNullable<ActivityNote['outcome']> {
  if (state === 'succeeded' || state === 'cancelled') return state
  return error?.code === 'interrupted' ? 'interrupted' : 'failed'
}

function targetOf({ kind, subject, result }: Job): Pick<ActivityNote, 'target'> {
  const backupId = result?.backupId ?? (kind === 'verify' || kind === 'restore' ? subject : undefined)
  if (typeof backupId === 'string') return { target: { backupId } }
  if (subject === undefined) return {}
  const isPrefix = kind === 'delete-prefix' || kind === 'bulk-delete' || kind === 'bulk-ttl'
  return { target: isPrefix ? { prefix: subject } : { name: subject } }
}

function factsOf({ kind, result }: Job): Pick<ActivityNote, 'facts'> {
  const facts: Record<string, number> = {}
  if (kind === 'bulk-delete' || kind === 'bulk-ttl') {
    const { changed, skipped } = result ?? {}
    if (typeof changed === 'number') facts[kind === 'bulk-delete' ? 'deleted' : 'written'] = changed
    if (typeof skipped === 'number') facts.left = skipped
    return { facts }
  }
  for (const name of toldFacts) {
    const value = result?.[name]
    if (typeof value === 'number') facts[name] = value
  }
  return Object.keys(facts).length === 0 ? {} : { facts }
}

/** A restore, and its undo, can be undone while the generation that they replaced is kept. */
function undoOf({ kind, result }: Job, { activity, store }: Omit<Deps, 'undo'>): Pick<ActivityNote, 'undo' | 'undoes'> {
  if (kind === 'undo') return typeof result?.undoes === 'string' ? { undoes: result.undoes } : {}
  if (kind !== 'restore' && kind !== 'undo-restore') return {}
  const replaced = store.previousGeneration?.id
  const means = replaced === undefined ? {} : { undo: { kind: 'generation' as const, generation: replaced } }
  if (kind === 'restore') return means
  const undone = activity.findLast(({ undo }) => undo?.kind === 'generation' && undo.generation === result?.generation)
  return { ...means, ...(undone && { undoes: undone.id }) }
}
