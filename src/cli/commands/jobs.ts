import type { Job } from '../../contract/index.ts'
import type { Call } from '../call.ts'
import { exitCodes } from '../failure.ts'
import { progressText } from '../progress-line.ts'
import { note, print, printJson } from '../terminal.ts'
import { plainText, tableText, tabText, timeText } from '../text.ts'

export async function listJobs({ host, json, terminal }: Call): Promise<number> {
  const page = await host.call('jobs.list', { limit: 1000 })
  if (json) printJson(terminal, page)
  else if (!terminal.outputIsTty) {
    const rows = page.items.map((job) => [job.id, job.kind, job.state, job.createdAt, plainText(outcomeText(job))])
    if (rows.length > 0) print(terminal, tabText(rows))
  } else if (page.items.length === 0) note(terminal, 'No jobs yet.')
  else {
    const rows = page.items.map((job) => [job.id, job.kind, job.state, timeText(job.createdAt), plainText(outcomeText(job))])
    print(terminal, tableText(['ID', 'JOB', 'STATE', 'ASKED FOR', 'WHAT'], rows, terminal.columns))
  }
  return exitCodes.ok
}

function outcomeText(job: Job): string {
  if (job.error) return job.error.detail
  return job.state === 'running' ? progressText(job) : (job.subject ?? '')
}

export async function cancelJob({ host, json, parsed, terminal }: Call): Promise<number> {
  const job = await host.call('jobs.cancel', { id: parsed.arguments[0] ?? '' })
  if (json) printJson(terminal, job)
  else
    print(terminal, job.state === 'cancelled' ? `Job ${job.id} is cancelled` : `Job ${job.id} was told to stop; it is still ${job.state}`)
  return exitCodes.ok
}
