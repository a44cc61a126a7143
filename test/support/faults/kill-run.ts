import { mkdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Backup, Job, Status } from '../../../src/contract/index.ts'
import { ApiError } from './api-client.ts'
import { Clients } from './clients.ts'
import { type DiskRule, DiskRules, disturbed } from './disk.ts'
import { nowNs } from './disk-log.ts'
import { Finding } from './finding.ts'
import { History } from './history.ts'
import { type HostOptions, HostProcess } from './host-process.ts'
import { observe } from './observe.ts'
import { judge, judgeLife } from './oracle.ts'
import { type Plan, planOf } from './plans.ts'
import { Chance } from './seeded.ts'
import { copiedWorld, switchedWorld, worldBefore } from './worlds.ts'

export interface KillRunOptions {
  /** Holds the data folder and what the run keeps beside it. Made by the run, removed by `close`. */
  readonly folder: string
  readonly seed: number
  readonly clients?: number
  /** Only these kinds of rounds, in turn. */
  readonly kinds?: readonly Plan['kind'][]
  /** A disk that is wrong in every life, once the host is ready; a program with a bug: what the oracle must find. */
  readonly planted?: { readonly rules?: readonly DiskRule[]; readonly script?: string }
  /** How the host is run, where not as usual: the folder of the data (else `data` in `folder`), as the host and as this process sees it. */
  readonly host?: Pick<HostOptions, 'env' | 'within'> & { readonly dataFolder: string; readonly outside: string; readonly config: string }
  /** What `npm run torture` calls it; else `kill`. */
  readonly engine?: string
  /** Works beside the clients in each life, by rules of its own. */
  readonly alongside?: (life: LifeBeside) => { stop(): Promise<void> }
}

/** What works beside the clients is given. */
export interface LifeBeside {
  readonly host: HostProcess
  readonly plan: Plan
  readonly chance: Chance
  /** Of this life: what stands there at its end is wrong. */
  readonly problems: string[]
}

/** A switch to another generation that was asked for in a round. */
interface Switch {
  readonly copy: History
  readonly askedNs: number
  readonly oldTimeline: string
  /** When its job was seen to have succeeded. */
  switchedNs: number
}

/** What the last life of the host left, to be judged when it is open again. */
interface Life {
  readonly plan: Plan
  readonly history: History
  readonly problems: string[]
  readonly backupAskedNs?: number
  readonly switch?: Switch
  /** Settles when the job of the round has ended, or cannot be followed any more. */
  readonly job?: Promise<void>
}

const longestJobMs = 20_000
const usualConfig = '[journal]\nsegment_mb = 32\noverlay_mb = 32\n[database.lmdb]\ncache_size_mb = 8\n'

/**
 * One data folder, many lives: each round starts the host, judges what it finds against all that clients were told before the last kill, lets 16
 * clients work, and kills it at a moment of chance.
 */
export class KillRun {
  readonly figures: Record<string, number> = {
    rounds: 0,
    kills: 0,
    killedInStart: 0,
    killedByDisk: 0,
    acknowledged: 0,
    reads: 0,
    switches: 0,
    backups: 0,
    compactions: 0,
  }
  readonly #dataFolder: string
  readonly #rules: DiskRules
  readonly #options: KillRunOptions
  readonly #chance: Chance
  /** What each known backup may hold. */
  readonly #copies = new Map<string, History>()
  #undo: History | undefined
  /** Of the host that runs. */
  #timeline = ''
  #last: Life = { plan: { kind: 'clean', afterMs: 0, rules: [] }, history: new History(), problems: [] }
  #round = 0

  constructor(options: KillRunOptions) {
    mkdirSync(join(options.folder, 'data'), { recursive: true, mode: 0o700 })
    const { dataFolder, outside, config } = options.host ?? {
      dataFolder: join(options.folder, 'data'),
      outside: undefined,
      config: usualConfig,
    }
    this.#dataFolder = outside === undefined ? realpathSync(dataFolder) : dataFolder
    writeFileSync(join(outside ?? this.#dataFolder, 'holdfast.toml'), config)
    this.#rules = new DiskRules(join(options.folder, 'rules'))
    this.#options = options
    this.#chance = new Chance(options.seed)
  }

  /** Throws, with everything that is needed to have it again, when a round finds something wrong. */
  async round(): Promise<void> {
    const chance = this.#chance.fork()
    const plan = planOf(this.#round, chance, this.#options.kinds)
    this.#count('rounds')
    this.#rules.set(plan.kind === 'disk-at-start' ? plan.rules : [])
    try {
      if (plan.kind === 'start') await this.#killInStart(plan)
      else await this.#live(plan, chance)
    } catch (error) {
      throw error instanceof Finding ? error : this.#failure([`${error}`])
    }
    this.#round++
  }

  /** A last start: what the last kill left is judged, the host stopped properly, and started and judged once more. */
  async finish(): Promise<void> {
    this.#rules.set([])
    for (let time = 0; time < 2; time++) {
      const host = await this.#start()
      const history = await this.#judgeLast(host, this.#chance.fork())
      const code = await host.stop()
      this.#last = {
        plan: { kind: 'clean', afterMs: 0, rules: [] },
        history,
        problems: code === 0 ? [] : [`the stopped host exited with ${code}`],
      }
    }
  }

  get dataFolder(): string {
    return this.#dataFolder
  }

  close(): void {
    rmSync(this.#options.folder, { recursive: true, force: true })
  }

  async #killInStart({ afterMs }: Plan): Promise<void> {
    const child = HostProcess.spawn(this.#hostOptions())
    await sleep(afterMs)
    child.kill('SIGKILL')
    await new Promise((resolve) =>
      child.exitCode === null && child.signalCode === null ? child.once('exit', resolve) : resolve(undefined),
    )
    this.#count('kills')
    this.#count('killedInStart')
  }

  async #live(plan: Plan, chance: Chance): Promise<void> {
    const opened = await this.#openUnlessKilled(plan, chance)
    if (opened === undefined) return
    const { host, history } = opened
    if (plan.kind !== 'disk-at-start') this.#rules.set([...(this.#options.planted?.rules ?? []), ...plan.rules])
    const run = `r${this.#round}`
    const large = plan.kind === 'segments' ? { probability: 0.4, bytes: 400_000 } : { probability: 0.01, bytes: 100_000 }
    const clients = new Clients({ api: host.client, history, chance, run, clients: this.#options.clients ?? 16, large })
    const life: Life = { plan, history, problems: clients.problems, ...this.#disturb(plan, host, history) }
    this.#last = life
    const beside = this.#options.alongside?.({ host, plan, chance: chance.fork(), problems: clients.problems })
    await Promise.race([this.#waitForKill(plan, life), host.ended])
    this.#count(host.hasEnded ? 'killedByDisk' : 'kills')
    if (plan.kind === 'clean') await this.#stopWhileWriting(host, clients, beside)
    else {
      await host.kill()
      await Promise.all([clients.stop(), beside?.stop()])
      if (host.errors.trim() !== '') clients.problems.push(`the host wrote to its standard error: ${host.errors}`)
    }
    this.#count('acknowledged', history.writes.filter((write) => write.outcome === 'acknowledged').length)
    this.#count('reads', history.reads.length)
  }

  async #waitForKill({ untilDone, afterMs }: Plan, { job }: Life): Promise<void> {
    if (untilDone && job) await Promise.race([job, sleep(longestJobMs)])
    await sleep(afterMs)
  }

  async #stopWhileWriting(host: HostProcess, clients: Clients, beside: { stop(): Promise<void> } | undefined): Promise<void> {
    const stopping = Promise.all([clients.stop(), beside?.stop()])
    const code = await host.stop()
    await stopping
    if (code !== 0) clients.problems.push(`the host exited with ${code} after SIGTERM: ${host.errors}`)
  }

  /** Starts what the round is about; the answers come while the clients write. */
  #disturb({ kind }: Plan, host: HostProcess, history: History): Partial<Life> {
    const askedNs = nowNs()
    if (kind === 'backup' || (kind === 'restore' && this.#copies.size === 0)) {
      const job = host.client.json<Job>('POST', '/api/backups', {})
      return { backupAskedNs: askedNs, job: this.#follow(host, job, (done) => this.#noteBackup(done, history, askedNs)) }
    }
    if (kind === 'compaction') {
      return { job: this.#follow(host, host.client.json<Job>('POST', '/api/space/compaction', {}), () => this.#count('compactions')) }
    }
    const copy = kind === 'undo' ? this.#undo : kind === 'restore' ? [...this.#copies.values()].at(-1) : undefined
    if (copy === undefined) return {}
    const path = kind === 'undo' ? '/api/restore/undo' : `/api/backups/${[...this.#copies.keys()].at(-1)}/restore`
    const change: Switch = { copy, askedNs, oldTimeline: this.#timeline, switchedNs: Number.MAX_SAFE_INTEGER }
    const job = this.#follow(host, host.client.json<Job>('POST', path, {}), () => {
      change.switchedNs = nowNs()
    })
    return { switch: change, job }
  }

  /** Waits for a job as long as the host lives. A job that fails is a finding; a host that is killed is not. */
  async #follow(host: HostProcess, started: Promise<Job>, onDone: (job: Job) => void): Promise<void> {
    const problems = this.#last.problems
    try {
      let job = await started
      while (job.state === 'queued' || job.state === 'running') {
        await sleep(5)
        job = await host.client.json<Job>('GET', `/api/jobs/${job.id}`)
      }
      if (job.state === 'succeeded') onDone(job)
      else problems.push(`the job ${job.kind} ended as ${job.state}: ${job.error?.detail}`)
    } catch (error) {
      if (error instanceof ApiError && !['stopping', 'interrupted'].includes(error.code)) problems.push(String(error))
    }
  }

  #noteBackup(job: Job, history: History, askedNs: number): void {
    const id = job.result?.id ?? job.result?.backupId
    if (typeof id !== 'string') {
      this.#last.problems.push(`the backup job does not name its backup: ${JSON.stringify(job.result)}`)
      return
    }
    this.#copies.set(id, copiedWorld(history, { fromNs: askedNs, toNs: nowNs() }))
    this.#count('backups')
  }

  /** Undefined when a rule killed the host while it replayed or was looked at: then the last life is judged after the next start. */
  async #openUnlessKilled(plan: Plan, chance: Chance): Promise<{ host: HostProcess; history: History } | undefined> {
    let host: HostProcess | undefined
    try {
      host = await this.#start()
      return { host, history: await this.#judgeLast(host, chance) }
    } catch (error) {
      if (error instanceof Finding) throw error
      const isKilled = host === undefined ? /SIGKILL/.test(String(error)) : await endsSoon(host)
      if (plan.kind !== 'disk-at-start' || !isKilled) throw this.#failure([String(error)])
      this.#count('killedInStart')
      return undefined
    }
  }

  #start(): Promise<HostProcess> {
    return HostProcess.start(this.#hostOptions())
  }

  #hostOptions(): HostOptions {
    const { host, planted } = this.#options
    const env = { ...disturbed({ folder: this.#dataFolder, rules: this.#rules }), ...host?.env }
    return { dataFolder: this.#dataFolder, env, script: planted?.script, ...(host?.within && { within: host.within }) }
  }

  /** Judges the last life, and gives the history of the next one, which begins with what was found. */
  async #judgeLast(host: HostProcess, chance: Chance): Promise<History> {
    const { history, problems, switch: change } = this.#last
    const { found, problems: contradictions, others } = await observe(host.client, chance)
    const { store, health } = await host.client.json<Status>('GET', '/api/status')
    const hasSwitched = change !== undefined && store.timeline !== change.oldTimeline
    const world = hasSwitched ? switchedWorld(change.copy, history, { timeline: store.timeline, switchedNs: change.switchedNs }) : history
    const all = [
      ...problems,
      ...contradictions,
      ...judge(world, found),
      ...judgeLife(change ? worldBefore(history, change.askedNs) : history),
    ]
    if (store.mode !== 'running') all.push(`the store is ${store.mode}: ${store.reason}`)
    if (health.status === 'critical') all.push(`the host calls itself critical: ${JSON.stringify(health.checks)}`)
    const isCounted = store.recordsExact && this.#options.alongside === undefined
    if (isCounted && store.records !== found.size + others)
      all.push(`the status counts ${store.records} records, there are ${found.size + others}`)
    all.push(...(await this.#judgeBackups(host)))
    if (all.length > 0) throw this.#failure(all)
    this.#timeline = store.timeline
    if (hasSwitched) {
      this.#count('switches')
      this.#undo = copiedWorld(history, {
        fromNs: change.askedNs,
        toNs: Math.min(change.switchedNs, nowNs()),
        timeline: change.oldTimeline,
      })
    }
    const versions = [world.highestVersion(), history.highestVersion()].toSorted()
    return new History(found, versions[1])
  }

  /** Whatever the list shows is whole (BK1): a backup that a kill cut off is not in it. */
  async #judgeBackups(host: HostProcess): Promise<string[]> {
    if (this.#last.backupAskedNs === undefined) return []
    const { items } = await host.client.json<{ items: Backup[] }>('GET', '/api/backups')
    const problems = items.filter(({ state }) => state === 'damaged').map(({ id, problem }) => `the backup ${id} is damaged: ${problem}`)
    const newest = items[0]
    if (newest === undefined) return problems
    if (!this.#copies.has(newest.id))
      this.#copies.set(newest.id, copiedWorld(this.#last.history, { fromNs: this.#last.backupAskedNs, toNs: nowNs() }))
    let job = await host.client.json<Job>('POST', `/api/backups/${newest.id}/verify`, {})
    while (job.state === 'queued' || job.state === 'running') {
      await sleep(10)
      job = await host.client.json<Job>('GET', `/api/jobs/${job.id}`)
    }
    if (job.state !== 'succeeded') problems.push(`the backup ${newest.id} is listed and cannot be verified: ${job.error?.detail}`)
    return problems
  }

  #failure(problems: readonly string[]): Finding {
    const { seed, folder, engine = 'kill' } = this.#options
    return new Finding(problems, {
      where: `Round ${this.#round} (seed ${seed}), after a round of ${JSON.stringify(this.#last.plan)}`,
      replay: `npm run torture -- ${engine} --seed ${seed} --rounds ${this.#round + 1}`,
      folder,
    })
  }

  #count(name: string, more = 1): void {
    this.figures[name] = (this.figures[name] ?? 0) + more
  }
}

/** A cut connection is seen a little earlier than the end of the process. */
async function endsSoon(host: HostProcess): Promise<boolean> {
  await Promise.race([host.ended, sleep(1000)])
  return host.hasEnded
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
