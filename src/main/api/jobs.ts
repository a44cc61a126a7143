import { randomBytes } from 'node:crypto'
import type { Actor, Job, JobKind, OutputOf, ParsedInputOf } from '../../contract/index.ts'
import { type Clock, toIso } from '../base/clock.ts'
import { HoldfastError } from '../base/errors.ts'
import type { JobContext } from '../base/job-context.ts'
import type { Log } from '../base/log.ts'
import type { ContextIds, RequestContext } from '../base/request-context.ts'
import type { EventHub } from '../storage/event-hub.ts'
import { JobFile } from './job-file.ts'
import { JobRun } from './job-run.ts'
import { toHoldfastError } from './problem.ts'

const maxKept = 200
const maxQueued = 64
/** A screen shows a job's progress; more often than this no eye can follow. */
const progressMs = 250
/** How long a cancel waits for the job to say how it ended. */
const cancelWaitMs = 2000
const maxFactLength = 1024

type Work = (job: JobContext) => Promise<Record<string, unknown>>

/** Jobs of one lane run one at a time, in the order they were asked for. */
const lanes: Record<JobKind, 'backups' | 'records' | 'imports' | 'exports' | 'counts' | 'searches' | 'indexes'> = {
  backup: 'backups',
  verify: 'backups',
  restore: 'backups',
  'undo-restore': 'backups',
  'delete-prefix': 'records',
  'sample-data': 'records',
  'bulk-delete': 'records',
  'bulk-ttl': 'records',
  // They only read.
  count: 'counts',
  'bulk-check': 'counts',
  search: 'searches',
  undo: 'records',
  // A restore or a backup must not come between.
  encryption: 'backups',
  import: 'imports',
  export: 'exports',
  compaction: 'backups',
  'space-measure': 'counts',
  'index-build': 'indexes',
  'collection-migrate': 'records',
}

interface CurrentJob {
  readonly run: JobRun
  readonly work: Work
  readonly over: PromiseWithResolvers<void>
  /** How it is seen while its end is being written down. */
  told?: Job
}

export interface JobRegistryDeps {
  file: string
  clock: Clock
  log: Log
  ids: ContextIds
  events: EventHub
  /** Told of every job that is over, and of those that the host's last end cut off. */
  onEnded?: (job: Job, actor: Actor | undefined) => void
}

/**
 * Long work: queued, run, watched, cancelled, remembered. The last 200 are kept over restarts; what was cut off is told as `interrupted`. How a job ended
 * is told when it is on disk: a kill right after a success must not make it a failure.
 */
export class JobRegistry {
  readonly #deps: JobRegistryDeps
  readonly #file: JobFile
  /** Jobs that are over, oldest first. */
  #past: Job[]
  /** Queued and running, oldest first. */
  readonly #current = new Map<string, CurrentJob>()
  #closing = false

  private constructor(deps: JobRegistryDeps, file: JobFile, past: Job[]) {
    this.#deps = deps
    this.#file = file
    this.#past = past
  }

  static async open(deps: JobRegistryDeps): Promise<JobRegistry> {
    const file = new JobFile({ path: deps.file, log: deps.log })
    const found = (await file.read()).slice(-maxKept)
    const jobs = found.map((job) => interruptedIfOpen(job, deps.clock))
    for (const [index, job] of jobs.entries()) if (job !== found[index]) deps.onEnded?.(job, undefined)
    return new JobRegistry(deps, file, jobs)
  }

  /** Begins the work, or queues it behind what it must not run beside. `isSilent`: it changes nothing and is no act. Throws `overloaded` when too many wait, `stopping`. */
  start(kind: JobKind, subject: string | undefined, work: Work, requestId?: string, isSilent = false): Job {
    if (this.#closing) throw new HoldfastError('stopping', 'The host is stopping; ask again when it runs.')
    if (this.#current.size >= maxQueued) {
      throw new HoldfastError('overloaded', `${maxQueued} jobs are waiting already; wait until some have ended.`)
    }
    const id = `${this.#deps.clock.wallMs().toString(36)}-${randomBytes(4).toString('hex')}`
    const run = new JobRun({ id, kind, subject, requestId, actor: this.#deps.ids.current?.actor, isSilent, clock: this.#deps.clock })
    this.#current.set(id, { run, work, over: Promise.withResolvers() })
    this.#beginWhatCan()
    this.#changed(id)
    return this.get(id)
  }

  /** Newest first. `after` is the id of the last job of the page before. */
  list(input: ParsedInputOf<'jobs.list'>): OutputOf<'jobs.list'> {
    const all = this.#all().reverse()
    const start = input.after === undefined ? 0 : all.findIndex((job) => job.id === input.after) + 1
    if (input.after !== undefined && start === 0) {
      throw new HoldfastError('invalid_request', 'after: expected the id of a job in the list.', { details: { field: 'after' } })
    }
    const items = all.slice(start, start + input.limit)
    return { items, next: start + input.limit < all.length ? (items.at(-1)?.id ?? null) : null }
  }

  find(id: string): Job | undefined {
    const current = this.#current.get(id)
    return current ? this.#view(current) : this.#past.find((past) => past.id === id)
  }

  /** Throws `not_found`. */
  get(id: string): Job {
    const job = this.find(id)
    if (job === undefined) throw new HoldfastError('not_found', `There is no job ${JSON.stringify(id)}.`)
    return job
  }

  /**
   * A queued job is cancelled at once; a running one is told to stop, and the answer is how it stands then. Past its point of no return
   * a job succeeds all the same. Throws `not_found`, `job_finished`.
   */
  async cancel(id: string): Promise<Job> {
    const current = this.#current.get(id)
    if (current === undefined) {
      const { state } = this.get(id)
      throw new HoldfastError('job_finished', `The job has already ended: ${state}.`, { details: { state } })
    }
    if (current.run.state === 'queued')
      await this.#end(current, () => current.run.cancelled('Cancelled before it began; nothing has changed.'))
    else {
      current.run.controller.abort(new HoldfastError('cancelled', 'Cancelled by a person or program.'))
      await settledWithin(current.over.promise, cancelWaitMs)
    }
    return this.get(id)
  }

  /** Stops what runs and remembers it as interrupted. Resolves when all work has ended and the list is on disk. */
  async close(): Promise<void> {
    this.#closing = true
    const open = [...this.#current.values()]
    for (const current of open) {
      const { run } = current
      if (run.state === 'queued') void this.#end(current, () => run.fail(interrupted(run.kind)))
      else run.controller.abort(new HoldfastError('stopping', 'The host is stopping.'))
    }
    await Promise.all(open.map(({ over }) => over.promise))
    await this.#file.flush()
  }

  #beginWhatCan(): void {
    const busy = new Set<string>()
    for (const current of [...this.#current.values()]) {
      const { run } = current
      const lane = lanes[run.kind]
      if (run.state === 'queued' && !busy.has(lane)) {
        run.begin()
        void this.#deps.ids.run(contextOf(run), () => this.#execute(current))
      }
      busy.add(lane)
    }
  }

  async #execute(current: CurrentJob): Promise<void> {
    const { run, work } = current
    const log = this.#deps.log.child({ kind: run.kind })
    log.info({}, 'A job began')
    let toldAtMs = Number.NEGATIVE_INFINITY
    const report: JobContext['report'] = (progress) => {
      run.report(progress)
      const nowMs = this.#deps.clock.monotonicMs()
      if (nowMs - toldAtMs < progressMs) return
      toldAtMs = nowMs
      this.#deps.events.publish('jobs', { id: run.id })
    }
    try {
      const result = await work({ id: run.id, signal: run.controller.signal, log, report })
      await this.#end(current, () => run.succeed(result))
      log.info({ result }, 'A job succeeded')
    } catch (error) {
      await this.#end(current, () => this.#failed(run, error, log))
    }
  }

  #failed(run: JobRun, error: unknown, log: Log): void {
    if (run.controller.signal.aborted) {
      if (this.#closing) run.fail(interrupted(run.kind))
      else run.cancelled(cancelSentence(run.kind, error), plainFacts(error))
      log.info({ err: error, state: run.state }, 'A job was stopped')
      return
    }
    const told = toHoldfastError(error, log)
    const details = plainFacts(told)
    run.fail({ code: told.code, detail: told.message, ...(details && { details }) })
    log.warn({ err: error, code: told.code }, 'A job failed')
  }

  async #end(current: CurrentJob, how: () => void): Promise<void> {
    const { run } = current
    current.told = this.#view(current)
    how()
    // A count or a search that is lost with the host is asked again: nobody waits for the disk there.
    const written = this.#save()
    if (!run.isSilent) await written
    this.#current.delete(run.id)
    this.#past = [...this.#past, run.toJob()].slice(-maxKept)
    if (!this.#closing) this.#beginWhatCan()
    this.#changed(run.id)
    if (!run.isSilent) this.#deps.onEnded?.(run.toJob(), run.actor)
    current.over.resolve()
  }

  #changed(id: string): void {
    void this.#save()
    this.#deps.events.publish('jobs', { id })
  }

  #save(): Promise<void> {
    return this.#file.save(() => this.#all(({ run }) => run.toJob()))
  }

  /** By age, oldest first. */
  #all(shown: (current: CurrentJob) => Job = (current) => this.#view(current)): Job[] {
    return [...this.#past, ...[...this.#current.values()].map(shown)].sort((one, other) =>
      one.createdAt < other.createdAt ? -1 : one.createdAt > other.createdAt ? 1 : 0,
    )
  }

  #view({ run, told }: CurrentJob): Job {
    if (told !== undefined) return told
    if (run.state !== 'queued') return run.toJob()
    const before = [...this.#current.values()].find((other) => lanes[other.run.kind] === lanes[run.kind])
    return run.toJob(before?.run.id)
  }
}

const contextOf = ({ id, requestId, actor }: JobRun): RequestContext => ({
  jobId: id,
  ...(requestId !== undefined && { requestId }),
  ...(actor && { actor }),
})

/** What a job that does not come to its end leaves behind. */
const leftBehind: Record<JobKind, string> = {
  backup: 'everything is as it was before',
  verify: 'everything is as it was before',
  restore: 'everything is as it was before',
  'undo-restore': 'everything is as it was before',
  'delete-prefix': 'records that were deleted before stay deleted',
  'sample-data': 'records that were loaded before stay',
  'bulk-delete': 'records that were deleted before stay deleted',
  'bulk-ttl': 'records that were changed before stay changed',
  count: 'nothing has changed',
  'bulk-check': 'nothing has changed',
  search: 'what was found before is still listed',
  undo: 'records that were put back before stay; undo again for the rest',
  encryption: 'values in both forms, each readable; the next start of the host goes on',
  export: 'nothing is left of it',
  compaction: 'the database is as it was before',
  'space-measure': 'nothing has changed',
  'index-build': 'the index is not used until it is built, which the next start begins',
  'collection-migrate': 'records that were changed before stay so, and the others are changed when they are read',
  import: 'records that were imported before stay, and it can be resumed',
}

const interrupted = (kind: JobKind) => ({
  code: 'interrupted',
  detail: `The host stopped before this was done; ${leftBehind[kind]}.${kind === 'import' ? '' : ' Start it again.'}`,
})

/** The work's own sentence where it counts what it has done, else what work of this kind leaves behind. */
const cancelSentence = (kind: JobKind, error: unknown): string =>
  error instanceof HoldfastError && (error.details?.deleted ?? error.details?.changed ?? error.details?.imported) !== undefined
    ? error.message
    : `Cancelled; ${leftBehind[kind]}.`

/** The facts that fit into a list of past jobs: numbers and short texts. */
function plainFacts(error: unknown): Record<string, string | number> | undefined {
  if (!(error instanceof HoldfastError) || error.details === undefined) return undefined
  const plain = Object.entries(error.details).filter(
    (fact): fact is [string, string | number] =>
      typeof fact[1] === 'number' || (typeof fact[1] === 'string' && fact[1].length <= maxFactLength),
  )
  return plain.length === 0 ? undefined : Object.fromEntries(plain)
}

function interruptedIfOpen(job: Job, clock: Clock): Job {
  if (job.state !== 'queued' && job.state !== 'running') return job
  const { waitingFor, ratePerSecond, etaSeconds, ...rest } = job
  return { ...rest, state: 'failed', phase: 'failed', finishedAt: toIso(clock.wallMs()), error: interrupted(job.kind) }
}

async function settledWithin(promise: Promise<void>, waitMs: number): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>()
  const timer = setTimeout(resolve, waitMs)
  await Promise.race([promise, late])
  clearTimeout(timer)
}
