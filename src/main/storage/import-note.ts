import type { ImportReport } from '../../contract/index.ts'
import type { ActivityNote, ActivityPort } from '../base/activity.ts'
import { HoldfastError } from '../base/errors.ts'

/** The app imports a file in pieces, one after the other. */
const piecesMs = 30_000

/** Tells of an import when it is over, also when it ends early: what was imported before stays. */
export async function noteImport(activity: ActivityPort | undefined, run: () => Promise<ImportReport>): Promise<ImportReport> {
  try {
    const report = await run()
    activity?.note(noteOf(report))
    return report
  } catch (error) {
    if (error instanceof HoldfastError) activity?.note({ ...noteOf(error.details ?? {}), ...howItEnded(error) })
    throw error
  }
}

function noteOf({ imported = 0, replaced = 0, failed = 0 }: Partial<ImportReport>): ActivityNote {
  return { action: 'records.imported', facts: { imported, replaced, failed }, joinMs: piecesMs }
}

const howItEnded = ({ code, message }: HoldfastError): Pick<ActivityNote, 'outcome' | 'error'> => ({
  outcome: code === 'cancelled' ? 'cancelled' : 'failed',
  error: { code, detail: message },
})
