import type { AnnotationKind, Job } from '../../../contract/index.ts'
import type { EventHub } from '../../storage/event-hub.ts'

const kinds: Partial<Record<Job['kind'], { readonly succeeded: AnnotationKind; readonly failed?: AnnotationKind }>> = {
  backup: { succeeded: 'backup_made', failed: 'backup_failed' },
  restore: { succeeded: 'restored', failed: 'restore_failed' },
  'undo-restore': { succeeded: 'restore_undone' },
}
/** Events tell the end of a job more than once. */
const remembered = 64

/**
 * Notes the backups, restores and undos that end. `jobOf` gives a job, or undefined when it is gone. Returns how to stop.
 */
export function annotateJobs(
  events: EventHub,
  jobOf: (id: string) => Job | undefined,
  annotate: (kind: AnnotationKind, subject: string | undefined) => void,
): () => void {
  const noted: string[] = []
  return events.subscribe(({ event, data }) => {
    if (event !== 'jobs' || data.id === undefined || noted.includes(data.id)) return
    const job = jobOf(data.id)
    if (job === undefined || (job.state !== 'succeeded' && job.state !== 'failed')) return
    noted.push(job.id)
    if (noted.length > remembered) noted.shift()
    const kind = kinds[job.kind]?.[job.state]
    if (kind !== undefined) annotate(kind, subjectOf(job))
  })
}

const subjectOf = ({ state, subject, result, error }: Job): string | undefined =>
  state === 'failed' ? error?.code : (subject ?? (typeof result?.id === 'string' ? result.id : undefined))
