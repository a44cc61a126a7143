import { setTimeout as sleep } from 'node:timers/promises'
import type { Job } from '../contract/index.ts'
import type { Call } from './call.ts'
import { CliFailure, exitCodes } from './failure.ts'
import { jobTitle, ProgressLine } from './progress-line.ts'
import { note, print, printJson } from './terminal.ts'

/** A person sees no faster change; a short job still ends at once. */
const firstPollMs = 30
const slowestPollMs = 400

/**
 * Waits for a job and shows how it gets on; with `--no-wait` only prints it. Ctrl+C cancels the job and waits for how it ends; a second
 * one leaves it alone and returns. With `--json` the finished job is printed, also a failed one.
 * @param describe says the result of a job that succeeded, in a sentence or several lines
 */
export async function runJob(call: Call, job: Job, describe: (result: Record<string, unknown>) => string): Promise<number> {
  const { terminal, json } = call
  if (call.parsed.flags.has('no-wait')) {
    if (json) printJson(terminal, job)
    else print(terminal, `${jobTitle(job)}: job ${job.id} is ${job.state}`)
    return exitCodes.ok
  }
  const ended = await waitForEnd(call, job)
  if (json) printJson(terminal, ended)
  if (ended.state === 'succeeded') {
    if (!json) print(terminal, describe(ended.result ?? {}))
    return exitCodes.ok
  }
  if (ended.state === 'cancelled') throw new CliFailure('cancelled', `${jobTitle(ended)}: ${ended.error?.detail ?? 'cancelled.'}`)
  const { code, detail } = ended.error ?? { code: 'internal', detail: 'The host does not say why.' }
  throw new CliFailure(code, `${jobTitle(ended)} failed: ${detail}`, { facts: { job: ended.id } })
}

async function waitForEnd(call: Call, started: Job): Promise<Job> {
  const line = new ProgressLine(call.terminal)
  const interrupts = new AbortController()
  const cancel = cancelOnInterrupt(call, started, line, interrupts)
  try {
    let job = started
    for (let waitMs = firstPollMs; isOpen(job); waitMs = Math.min(waitMs * 2, slowestPollMs)) {
      line.show(job)
      await sleep(waitMs)
      if (interrupts.signal.aborted) throw leftAlone(job)
      job = await call.host.call('jobs.get', { id: job.id })
    }
    return job
  } finally {
    line.end()
    cancel()
  }
}

const isOpen = (job: Job): boolean => job.state === 'queued' || job.state === 'running'

const leftAlone = (job: Job): CliFailure =>
  new CliFailure('interrupted', `Not waiting any longer; see: holdfast jobs (this is job ${job.id}).`, { exit: exitCodes.interrupted })

function cancelOnInterrupt({ host, terminal }: Call, job: Job, line: ProgressLine, second: AbortController): () => void {
  let asked = false
  return terminal.onInterrupt(() => {
    if (asked) return second.abort()
    asked = true
    line.end()
    note(terminal, 'Cancelling. Ctrl+C again to stop waiting.')
    host.call('jobs.cancel', { id: job.id }).catch((error: unknown) => {
      // It ended by itself in the meantime: the loop finds that out and says so.
      if (error instanceof CliFailure && error.code === 'job_finished') return
      note(terminal, `The job could not be cancelled: ${error instanceof Error ? error.message : String(error)}`)
    })
  })
}
