import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Job, Status } from '../../../src/contract/index.ts'
import { Clients } from './clients.ts'
import { type Disturbance, Disturber } from './disturber.ts'
import { Finding } from './finding.ts'
import { History } from './history.ts'
import { type HostFigures, HostProbe } from './host-probe.ts'
import { HostProcess } from './host-process.ts'
import { KillRun, type LifeBeside } from './kill-run.ts'
import type { Plan } from './plans.ts'
import { Chance } from './seeded.ts'
import { newSideState, SideClients } from './side-clients.ts'
import { slotsDisagreeing } from './slots.ts'
import { SmallDisk } from './small-disk.ts'
import { sleep } from './troubled-host.ts'

export interface EverythingOptions {
  readonly folder: string
  readonly seed: number
}

const diskMegabytes = 768
const mebibyte = 1024 * 1024
/** What a host may hold more at the end of a long life than after its beginning, and how many files it may have open more. */
const mostGrowthBytes = 24 * mebibyte
/** Threads begin when they are first needed, and each opens the database for itself: about five files. */
const mostMoreFiles = 16
/** A life in which the disk breaks belongs to the engine `kill`; here the disk only runs full. */
const kinds: readonly Plan['kind'][] = ['writes', 'backup', 'segments', 'restore', 'writes', 'undo', 'clean', 'start']

/** What a life that is judged by every write can take; a restore of chance would bring back what nobody can tell. */
const alwaysDisturbing: readonly Disturbance[] = ['encryption', 'compression', 'compaction', 'import', 'clock', 'full-disk']

/** Where each file of a data folder comes from (docs/formats.md, docs/operations.md); everything else is explained by nobody. */
const knownFiles = [
  /^holdfast\.(toml|json)$/,
  /^(jobs|encryption|config-undo|backup-marks)\.json$/,
  /^(lock|token|keys\/master\.json)$/,
  /^journal\/(journal-\d{12}|free-[0-9a-f]{12}-\d+)\.hfj$/,
  /^db\/(current\.json|g-[^/]+\/(data|lock)\.mdb)$/,
  /^backups\/[^/]+\.hfb$/,
  /^undo\/[^/]+\.hfu$/,
  /^activity\/[^/]+\.jsonl$/,
  /^series\/([^/]+\.hfs|annotations\.json)$/,
  /^logs\/holdfast\.log(\.\d+)?$/,
  /^imports\/[^/]+\.(json|ndjson|csv)$/,
]

/**
 * Everything at once on one data folder on a small disk: judged clients, programs with transactions, locks, lifetimes, large batches and a
 * collection, imports, backups and restores, encryption and compression switched on and off, compactions, a disk that
 * runs full, a clock that jumps, and kills. Then one long life, after which the host must hold no more than at its beginning, and every
 * file must be one that is known.
 */
export class EverythingRun {
  readonly figures: Record<string, number> = {}
  readonly #options: EverythingOptions
  readonly #chance: Chance
  readonly #disk: SmallDisk
  readonly #probe: HostProbe
  readonly #state = newSideState()
  readonly #kill: KillRun
  readonly #memory: HostFigures[][] = []

  static async make(options: EverythingOptions): Promise<EverythingRun> {
    mkdirSync(join(options.folder, 'data'), { recursive: true, mode: 0o700 })
    return new EverythingRun(options, await SmallDisk.make(join(options.folder, 'data'), diskMegabytes))
  }

  private constructor(options: EverythingOptions, disk: SmallDisk) {
    this.#options = options
    this.#disk = disk
    this.#chance = new Chance(options.seed)
    this.#probe = new HostProbe(join(options.folder, 'probe'))
    // The socket lies outside of the small disk: whoever runs the host, this process reaches it.
    const socket = join(options.folder, 'run', 'socket')
    const config = `[server]\nsocket = "${socket}"\n[journal]\nsegment_mb = 16\noverlay_mb = 16\n[database.lmdb]\ncache_size_mb = 8\n`
    const host = { dataFolder: disk.folder, outside: disk.outside, config, env: this.#probe.env, within: disk.within }
    this.#kill = new KillRun({ ...options, clients: 8, kinds, host, engine: 'everything', alongside: (life) => this.#alongside(life) })
  }

  round(): Promise<void> {
    return this.#kill.round()
  }

  /** Judges the last life, then lets everything work on one host, and looks `looks` times at what it holds. */
  async longLife(looks: number, workMs: number): Promise<void> {
    await this.#kill.finish()
    const host = await HostProcess.start({ dataFolder: this.#disk.folder, env: this.#probe.env, within: this.#disk.within })
    const problems: string[] = []
    const figures: HostFigures[] = []
    this.#memory.push(figures)
    for (let look = 0; look < looks; look++) {
      const clients = new Clients({
        api: host.client,
        history: new History(),
        chance: this.#chance.fork(),
        run: `long${this.#options.seed}.${look}`,
        clients: 8,
        large: { probability: 0.05, bytes: 100_000 },
      })
      const beside = this.#beside({ host, problems, chance: this.#chance.fork() }, [...alwaysDisturbing, 'backup', 'restore'])
      await sleep(workMs)
      await Promise.all([clients.stop(), beside.stop()])
      problems.push(...clients.problems)
      await atRest(host)
      problems.push(...(await slotsDisagreeing(host.socket)))
      figures.push(await this.#probe.figures())
    }
    problems.push(...grown(figures))
    if ((await host.stop()) !== 0) problems.push(`the host did not stop cleanly: ${host.errors}`)
    problems.push(...this.#unexplainedFiles())
    if (problems.length > 0) throw this.#finding(problems)
  }

  async close(): Promise<void> {
    this.#disk.remove()
    this.#kill.close()
  }

  /** Of each long life, at each look. */
  memoryReport(): string[] {
    return this.#memory.flat().map(({ files, ...bytes }) => JSON.stringify({ ...bytes, files: files.length }))
  }

  totals(): Record<string, number> {
    return { ...this.#kill.figures, ...this.#state.figures, ...this.figures }
  }

  #alongside({ host, plan, chance, problems }: LifeBeside): { stop(): Promise<void> } {
    // A job that is judged by the round must not fail for a disk that another hand filled.
    const hasJob = plan.kind === 'backup' || plan.kind === 'restore' || plan.kind === 'undo'
    return this.#beside({ host, chance, problems }, hasJob ? ['clock', 'compression'] : alwaysDisturbing)
  }

  #beside({ host, chance, problems }: Pick<LifeBeside, 'host' | 'chance' | 'problems'>, disturbances: readonly Disturbance[]) {
    const { folder } = this.#options
    const programs = new SideClients({
      socket: host.socket,
      chance: chance.fork(),
      state: this.#state,
      problems,
      hostNowMs: () => this.#probe.earliestNowMs(),
    })
    const common = { host, chance: chance.fork(), problems, probe: this.#probe, disk: this.#disk }
    const disturber = new Disturber({ ...common, folder, kinds: disturbances, counts: this.figures })
    return { stop: async () => void (await Promise.all([programs.stop(), disturber.stop()])) }
  }

  #unexplainedFiles(): string[] {
    const files = readdirSync(this.#disk.outside, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
    const names = files.map(({ parentPath, name }) => join(parentPath, name).slice(this.#disk.outside.length + 1))
    return names.filter((name) => !knownFiles.some((known) => known.test(name))).map((name) => `nobody knows the file ${name}`)
  }

  #finding(problems: readonly string[]): Finding {
    const { seed, folder } = this.#options
    return new Finding(problems, { where: `A long life (seed ${seed})`, replay: `npm run torture -- everything --seed ${seed}`, folder })
  }
}

/** What a host holds may rise and fall; it must not end far above where it was once everything had been done. */
function grown(figures: readonly HostFigures[]): string[] {
  const [, second = figures[0]] = figures
  const last = figures.at(-1)
  if (second === undefined || last === undefined) return []
  const held = ({ heapUsed, external }: HostFigures) => heapUsed + external
  const problems: string[] = []
  if (held(last) - held(second) > mostGrowthBytes) problems.push(`the host holds more and more: ${figures.map(held).join(', ')} bytes`)
  if (last.files.length - second.files.length > mostMoreFiles) {
    const more = last.files.filter((file) => !second.files.includes(file))
    problems.push(
      `the host has more and more files open: ${figures.map(({ files }) => files.length).join(', ')}; not before: ${more.join(' ')}`,
    )
  }
  return problems
}

/** Everything that was acknowledged is drained, and no job runs any more. */
async function atRest(host: HostProcess): Promise<void> {
  for (let waitedMs = 0; waitedMs < 60_000; waitedMs += 50) {
    const { store } = await host.client.json<Status>('GET', '/api/status')
    const { items } = await host.client.json<{ items: Job[] }>('GET', '/api/jobs')
    const isBusy = items.some(({ state }) => state === 'queued' || state === 'running')
    if (store.sequence === store.appliedSequence && !isBusy) return
    await sleep(50)
  }
  throw new Error('The host does not come to rest.')
}
