import type { HoldfastEvent } from '../../contract/events.ts'
import { type Job, type JobKind, jobListOutput } from '../../contract/jobs.ts'
import type { HostConnection } from './host-connection.ts'
import type { Texts } from './texts.ts'

/** A job shorter than this was watched by whoever began it. */
const longJobMs = 10_000
/** What ends within this time is said at once, together. */
const groupMs = 1500
const recentJobs = 50
const maxKnown = 500

export interface NotifierDeps {
  host: HostConnection
  texts(): Texts
  /** Switched on, and nobody looks at the window at this moment. */
  mayNotify(): boolean
  /** `path`: the page that a click leads to. */
  show(note: { title: string; body: string; path: string }): void
}

/** Says which jobs failed and which long ones are done, once each and together when several end. Nothing else is worth an interruption. */
export class Notifier {
  readonly #deps: NotifierDeps
  readonly #stop: () => void
  /** Jobs of which nothing is to be said any more. Undefined until the first look: what ended before is no news. */
  #known: Set<string> | undefined
  #ended: Job[] = []
  #timer: NodeJS.Timeout | undefined
  #looking: Promise<void> = Promise.resolve()

  constructor(deps: NotifierDeps) {
    this.#deps = deps
    this.#stop = deps.host.subscribe(
      (event) => this.#take(event),
      (state) => state === 'connected' && this.#look(),
    )
  }

  /** Another host: its jobs of before are no news either. */
  startAnew(): void {
    this.#known = undefined
    this.#ended = []
    this.#look()
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#stop()
  }

  #take(event: HoldfastEvent): void {
    if (event.event === 'jobs' || event.event === 'reset') this.#look()
  }

  #look(): void {
    this.#looking = this.#looking.then(() => this.#lookOnce())
  }

  async #lookOnce(): Promise<void> {
    const reply = await this.#deps.host.invoke('jobs.list', { limit: recentJobs }, { requestId: 'notifier' })
    const jobs = reply.ok ? jobListOutput.safeParse(reply.value).data?.items : undefined
    if (!jobs) return
    const ended = jobs.filter(({ finishedAt }) => finishedAt !== undefined)
    const known = this.#known
    if (known) this.#ended.push(...ended.filter((job) => !known.has(job.id) && isWorthSaying(job)))
    this.#known = new Set([...(known ?? []), ...ended.map(({ id }) => id)].slice(-maxKnown))
    if (this.#ended.length > 0) this.#timer ??= setTimeout(() => this.#say(), groupMs)
  }

  #say(): void {
    this.#timer = undefined
    const jobs = this.#ended.splice(0)
    const [first] = jobs
    if (!first || !this.#deps.mayNotify()) return
    const texts = this.#deps.texts()
    this.#deps.show(jobs.length === 1 ? noteOf(first, texts) : noteOfSeveral(jobs, first, texts))
  }
}

function noteOfSeveral(jobs: readonly Job[], first: Job, texts: Texts): { title: string; body: string; path: string } {
  const failed = jobs.filter(({ state }) => state === 'failed')
  const title = failed.length === 0 ? texts.notify.several(jobs.length) : texts.notify.severalFailed(jobs.length, failed.length)
  const body = [...new Set((failed.length > 0 ? failed : jobs).map((job) => jobName(job, texts)))].join(', ')
  return { title, body, path: placeOf(failed[0] ?? first) }
}

function isWorthSaying({ state, startedAt, finishedAt }: Job): boolean {
  if (state === 'failed') return true
  const tookMs = Date.parse(finishedAt ?? '') - Date.parse(startedAt ?? '')
  return state === 'succeeded' && tookMs >= longJobMs
}

function noteOf(job: Job, texts: Texts): { title: string; body: string; path: string } {
  const name = jobName(job, texts)
  const title = job.state === 'failed' ? texts.notify.jobFailed(name) : texts.notify.jobDone(name)
  return { title, body: job.error?.detail ?? job.subject ?? '', path: placeOf(job) }
}

const jobName = (job: Job, { tray }: Texts): string => (tray.job as Record<string, string>)[job.kind] ?? tray.job.other

const places: Record<JobKind, string> = {
  backup: '/backups',
  verify: '/backups',
  restore: '/backups',
  'undo-restore': '/backups',
  undo: '/activity',
  'delete-prefix': '/data',
  'sample-data': '/data',
  count: '/data',
  search: '/data',
  'bulk-check': '/data',
  'bulk-delete': '/data',
  'bulk-ttl': '/data',
  encryption: '/settings',
  import: '/data',
  export: '/data',
  compaction: '/space',
  'space-measure': '/space',
  'index-build': '/query',
  'collection-migrate': '/query',
}

/** Where one sees what became of it. */
const placeOf = ({ kind }: Job): string => places[kind]
