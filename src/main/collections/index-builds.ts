import type { Job } from '../../contract/index.ts'
import { HoldfastError, throwIfCancelled } from '../base/errors.ts'
import type { JobContext } from '../base/job-context.ts'
import type { Log } from '../base/log.ts'
import type { GenerationalStore } from '../persistence/record-store.ts'

/** A build that a restore or a copy of the database cut off is begun again. */
const maxAttempts = 5

export interface IndexBuildsDeps {
  readonly store: GenerationalStore
  readonly start: (subject: string, work: (job: JobContext) => Promise<Record<string, unknown>>) => Job
  readonly log: Log
}

/**
 * Sees to it that every index is built: those of new definitions, those that a stop cut off, all of them after a restore, whose database has none. One job
 * at a time builds what is due, one index after the other.
 */
export class IndexBuilds {
  readonly #deps: IndexBuildsDeps
  readonly #asked = new Set<string>()
  readonly #stop: () => void
  readonly #ending = new AbortController()
  #running: Job | undefined
  /** Something may have become due since the running job looked last. */
  #mayBeMore = false
  #tidying: Promise<void> = Promise.resolve()

  constructor(deps: IndexBuildsDeps) {
    this.#deps = deps
    this.#stop = deps.store.onStateChange((change) => {
      if (change === 'timeline') this.startDue()
    })
  }

  /** Starts the job where something is due and none is running. Gives the job that runs. */
  startDue(): Job | undefined {
    if (this.#deps.store.mode.kind === 'stopped' || this.#ending.signal.aborted) return undefined
    this.#tidy()
    this.#mayBeMore = true
    const [first] = this.#due()
    if (first === undefined || this.#running !== undefined) return this.#running
    try {
      this.#running = this.#deps.start(first.subject, (job) => this.#buildAll(job).finally(() => this.#ended()))
      return this.#running
    } catch (error) {
      // Too many jobs wait, or the host stops: what is due stays due.
      if (!(error instanceof HoldfastError)) throw error
      this.#deps.log.warn({ err: error }, 'The job that builds indexes could not be started; the next start of the host does it.')
      return undefined
    }
  }

  /** Builds an index that has failed once more. Throws `conflict` when there is nothing to build. */
  rebuild(id: string): Job {
    const state = this.#deps.store.collections.marker(id)?.state
    if (state === 'ready') throw new HoldfastError('conflict', 'The index is ready; there is nothing to build.')
    this.#asked.add(id)
    const job = this.startDue()
    if (job === undefined) throw new HoldfastError('unavailable', 'The index cannot be built now. Try again in a moment.')
    return job
  }

  /** The job that builds it, or will. */
  jobOf(id: string): string | undefined {
    return this.#running !== undefined && this.#due().some((due) => due.id === id) ? this.#running.id : undefined
  }

  async close(): Promise<void> {
    this.#stop()
    this.#ending.abort()
    await this.#tidying
  }

  #due(): { readonly id: string; readonly subject: string }[] {
    const { collections } = this.#deps.store
    return collections.plans.flatMap(({ stored }) =>
      stored.indexes.flatMap(({ id, name }) => {
        const state = collections.marker(id)?.state
        const isDue = state === undefined || state === 'building' || (state === 'failed' && this.#asked.has(id))
        return isDue ? [{ id, subject: `${stored.name}/${name}` }] : []
      }),
    )
  }

  /** Result: {indexes, records, entries}. One that fails does not keep the others from being built. */
  async #buildAll(job: JobContext): Promise<Record<string, unknown>> {
    const result = { indexes: 0, records: 0, entries: 0 }
    const failures = new Map<string, unknown>()
    for (;;) {
      this.#mayBeMore = false
      const due = this.#due().find(({ id }) => !failures.has(id))
      if (due === undefined) break
      throwIfCancelled(job.signal)
      this.#asked.delete(due.id)
      try {
        const { records, entries } = await this.#buildOne(due.id, job)
        result.indexes++
        result.records += records
        result.entries += entries
      } catch (error) {
        throwIfCancelled(job.signal)
        failures.set(due.id, error)
        job.log.warn({ err: error, index: due.subject }, 'An index could not be built.')
      }
    }
    const [failure] = failures.values()
    if (failure !== undefined && !isGone(failure)) throw failure
    return result
  }

  async #buildOne(id: string, job: JobContext) {
    const onSeen = (records: number) => job.report({ done: records })
    for (let attempt = 1; ; attempt++) {
      job.report({ phase: 'indexing', done: 0, total: null, unit: 'records' })
      try {
        return await this.#deps.store.collections.build(id, { signal: job.signal, onSeen })
      } catch (error) {
        if (!(error instanceof HoldfastError) || error.code !== 'conflict' || attempt === maxAttempts) throw error
        throwIfCancelled(job.signal)
      }
    }
  }

  #ended(): void {
    this.#running = undefined
    if (this.#mayBeMore) this.startDue()
  }

  /** What is left of indexes that are gone takes room, and does no other harm. */
  #tidy(): void {
    const { store, log } = this.#deps
    this.#tidying = this.#tidying
      .then(() => store.collections.dropUnused(this.#ending.signal))
      .catch((error) => {
        if (!this.#ending.signal.aborted)
          log.warn({ err: error }, 'What is left of old indexes could not be removed; the next start tries again.')
      })
  }
}

const isGone = (error: unknown): boolean => error instanceof HoldfastError && error.code === 'not_found'
