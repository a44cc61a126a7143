import type { InputOf, Job, OperationName, OutputOf, operations } from '../contract/index.ts'
import type { Caller, JsonOperation } from './caller.ts'
import { HoldfastError } from './errors.ts'
import { itemsOf } from './pages.ts'
import { pause } from './retry.ts'

/** The operations that answer with a job. */
export type JobOperation = JsonOperation & { [N in OperationName]: (typeof operations)[N]['kind'] extends 'job' ? N : never }[OperationName]

export interface WaitOptions {
  /** Called with each state that was seen. */
  readonly onProgress?: (job: Job) => void
}

/** A person sees no faster change; a short job still ends at once. */
const firstPollMs = 20
const slowestPollMs = 400

export class Jobs {
  readonly #caller: Caller

  constructor(caller: Caller) {
    this.#caller = caller
  }

  get(id: string, signal?: AbortSignal): Promise<Job> {
    return this.#caller.call('jobs.get', { id }, signal)
  }

  /** The newest first. */
  list(signal?: AbortSignal): AsyncIterable<Job> {
    return itemsOf((after) => this.#caller.call('jobs.list', { after }, signal), undefined, signal)
  }

  /** Asks it to stop; `wait` tells how it ended. Throws `job_finished`. */
  cancel(id: string, signal?: AbortSignal): Promise<Job> {
    return this.#caller.call('jobs.cancel', { id }, signal)
  }

  /** Starts a job and waits for its end: `jobs.run('backups.create', {})`. */
  async run<N extends JobOperation>(name: N, input: InputOf<N>, options: WaitOptions = {}, signal?: AbortSignal): Promise<Job> {
    const job: OutputOf<JobOperation> = await this.#caller.call(name, input, signal)
    return this.wait(job, options, signal)
  }

  /** The job when it has succeeded. Throws what it failed with, `cancelled` included. Aborting only ends the waiting. */
  async wait(job: Job | string, { onProgress }: WaitOptions = {}, signal?: AbortSignal): Promise<Job> {
    let current = typeof job === 'string' ? await this.get(job, signal) : job
    for (let waitMs = firstPollMs; isOpen(current); waitMs = Math.min(waitMs * 2, slowestPollMs)) {
      onProgress?.(current)
      await pause(waitMs, signal)
      current = await this.get(current.id, signal)
    }
    onProgress?.(current)
    if (current.state === 'succeeded') return current
    const { code, detail } = current.error ?? {
      code: current.state === 'cancelled' ? 'cancelled' : 'internal',
      detail: `The job ${current.state}.`,
    }
    throw new HoldfastError(code, detail, { details: { job: current.id, ...current.error?.details } })
  }
}

const isOpen = ({ state }: Job): boolean => state === 'queued' || state === 'running'
