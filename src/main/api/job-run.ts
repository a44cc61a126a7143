import type { Actor, Job, JobKind } from '../../contract/index.ts'
import { type Clock, toIso } from '../base/clock.ts'
import type { JobProgress } from '../base/job-context.ts'

/** Rates over less than this say nothing yet. */
const minRateMs = 500

interface JobRunDeps {
  id: string
  kind: JobKind
  subject: string | undefined
  requestId: string | undefined
  actor: Actor | undefined
  isSilent: boolean
  clock: Clock
}

/** One job of this run of the host: its progress, its rate, and how it ends. */
export class JobRun {
  readonly id: string
  readonly kind: JobKind
  readonly requestId: string | undefined
  /** For whom. Undefined: the host itself. */
  readonly actor: Actor | undefined
  readonly isSilent: boolean
  readonly controller = new AbortController()
  readonly #subject: string | undefined
  readonly #clock: Clock
  readonly #createdAtMs: number
  #state: Job['state'] = 'queued'
  #phase = 'waiting'
  #done = 0
  #total: number | null = null
  /** The last that was known, of whatever phase. */
  #lastTotal: number | undefined
  #unit: Job['unit'] = 'steps'
  #startedAtMs: number | undefined
  #finishedAtMs: number | undefined
  #phaseBeganMs = 0
  #phaseBeganDone = 0
  #error: Job['error']
  #result: Job['result']

  constructor(deps: JobRunDeps) {
    this.id = deps.id
    this.kind = deps.kind
    this.requestId = deps.requestId
    this.actor = deps.actor
    this.isSilent = deps.isSilent
    this.#subject = deps.subject
    this.#clock = deps.clock
    this.#createdAtMs = deps.clock.wallMs()
  }

  get state(): Job['state'] {
    return this.#state
  }

  get isOver(): boolean {
    return this.#state !== 'queued' && this.#state !== 'running'
  }

  begin(): void {
    this.#state = 'running'
    this.#phase = 'starting'
    this.#startedAtMs = this.#clock.wallMs()
    this.#phaseBeganMs = this.#clock.monotonicMs()
  }

  report(progress: JobProgress): void {
    if (progress.phase !== undefined && progress.phase !== this.#phase) {
      this.#phase = progress.phase
      this.#phaseBeganMs = this.#clock.monotonicMs()
      this.#phaseBeganDone = progress.done ?? 0
      this.#done = progress.done ?? 0
      this.#total = null
    }
    if (progress.done !== undefined) this.#done = progress.done
    if (progress.total !== undefined) this.#total = progress.total
    this.#lastTotal = this.#total ?? this.#lastTotal
    if (progress.unit !== undefined) this.#unit = progress.unit
  }

  succeed(result: Record<string, unknown>): void {
    this.#result = result
    this.#total ??= this.#lastTotal ?? this.#done
    this.#done = this.#total
    this.#end('succeeded', 'done')
  }

  fail(error: NonNullable<Job['error']>): void {
    this.#error = error
    this.#end('failed', 'failed')
  }

  /** `detail` says what is left behind. */
  cancelled(detail: string, details?: NonNullable<Job['error']>['details']): void {
    this.#error = { code: 'cancelled', detail, ...(details && { details }) }
    this.#end('cancelled', 'cancelled')
  }

  toJob(waitingFor?: string): Job {
    return {
      id: this.id,
      kind: this.kind,
      state: this.#state,
      ...(this.#subject !== undefined && { subject: this.#subject }),
      phase: this.#phase,
      ...(waitingFor !== undefined && { waitingFor }),
      done: this.#done,
      total: this.#total,
      unit: this.#unit,
      ...(this.#state === 'running' && this.#pace()),
      createdAt: toIso(this.#createdAtMs),
      ...(this.#startedAtMs !== undefined && { startedAt: toIso(this.#startedAtMs) }),
      ...(this.#finishedAtMs !== undefined && { finishedAt: toIso(this.#finishedAtMs) }),
      ...(this.#error !== undefined && { error: this.#error }),
      ...(this.#result !== undefined && { result: this.#result }),
    }
  }

  /** Over the present phase, since phases differ in what a unit costs. */
  #pace(): { ratePerSecond?: number; etaSeconds?: number } {
    const elapsedMs = this.#clock.monotonicMs() - this.#phaseBeganMs
    const moved = this.#done - this.#phaseBeganDone
    if (elapsedMs < minRateMs || moved <= 0) return {}
    const ratePerSecond = Math.round((moved / elapsedMs) * 100_000) / 100
    if (this.#total === null || ratePerSecond === 0) return { ratePerSecond }
    return { ratePerSecond, etaSeconds: Math.max(0, Math.ceil((this.#total - this.#done) / ratePerSecond)) }
  }

  #end(state: 'succeeded' | 'failed' | 'cancelled', phase: string): void {
    this.#state = state
    this.#phase = phase
    this.#finishedAtMs = this.#clock.wallMs()
  }
}
