import { mkdirSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Clients } from './clients.ts'
import { type DiskRule, DiskRules, disturbed } from './disk.ts'
import { Finding } from './finding.ts'
import { History } from './history.ts'
import { HostProcess, type Refusal } from './host-process.ts'
import { observe } from './observe.ts'
import { judge, judgeLife, type Observation } from './oracle.ts'
import { anyPowerLoss, type PowerLoss } from './power-loss.ts'
import { type PowerCut, Recording } from './recording.ts'
import { Chance } from './seeded.ts'

export interface PowerRunOptions {
  /** Holds everything of the run. Made by it, removed by `close`. */
  readonly folder: string
  readonly seed: number
  readonly clients?: number
  /** Faults of the disk in every life, once the host is ready. */
  readonly rules?: readonly DiskRule[]
  /** How large the load is: `segments` fills journal segments, so that they are changed, drained and used again. */
  readonly load?: 'mixed' | 'segments'
  /** A program with a bug in it: what the oracle must find. */
  readonly script?: string
}

/** Longer than what is written gathers before it is drained. */
const untilQuietMs = 250
const config = '[journal]\nsegment_mb = 32\noverlay_mb = 32\n[database.lmdb]\ncache_size_mb = 8\n'

/**
 * Records everything that a host asks of the disk while clients write, cuts the power at moments of chance, opens what is left, and judges it: what
 * was acknowledged as durable before the cut is there. The starts after a cut are recorded and cut too.
 */
export class PowerRun {
  readonly figures: Record<string, number> = { recordings: 0, calls: 0, cuts: 0, cutsInStart: 0, acknowledged: 0 }
  readonly #options: PowerRunOptions
  readonly #live: string
  readonly #chance: Chance
  #history = new History()

  constructor(options: PowerRunOptions) {
    mkdirSync(join(options.folder, 'data'), { recursive: true, mode: 0o700 })
    this.#live = realpathSync(join(options.folder, 'data'))
    writeFileSync(join(this.#live, 'holdfast.toml'), config)
    this.#options = options
    this.#chance = new Chance(options.seed)
  }

  close(): void {
    rmSync(this.#options.folder, { recursive: true, force: true })
  }

  /** Records one life and cuts it `cuts` times. The last cut is where the next life begins. Throws a `Finding`. */
  async record(cuts: number): Promise<void> {
    const chance = this.#chance.fork()
    const names = chance.pick(['posix', 'posix', 'ext4'] as const)
    const recording = new Recording(this.#live, this.#path('disk.log'), names, chance.fork())
    const history = await this.#recordLife(recording, chance)
    this.#count('recordings')
    this.#count('calls', recording.length)
    this.#count('acknowledged', history.writes.filter((write) => write.outcome === 'acknowledged').length)
    const places = recording.cuts(cuts, chance)
    for (const [index, cut] of places.entries()) {
      const loss = { ...anyPowerLoss(chance), names }
      recording.rebuildAt(cut, this.#path('cut'), loss, chance)
      const found = await this.#open({ cut, loss, history }, chance)
      if (index === places.length - 1) this.#history = new History(found, history.highestVersion())
    }
    const gaps = recording.gaps(this.#path('whole'), chance)
    if (gaps.length > 0) throw this.#finding('the recorder has missed what was written', gaps)
    rmSync(this.#live, { recursive: true })
    renameSync(this.#path('cut'), this.#live)
  }

  async #recordLife(recording: Recording, chance: Chance): Promise<History> {
    const rules = new DiskRules(this.#path('rules'))
    const slow: DiskRule[] = chance.yes(0.6) ? [{ operation: 'sync', action: 'delay', number: chance.whole(300, 8000), files: '*' }] : []
    rules.set(slow)
    const env = disturbed({ folder: this.#live, log: recording.log, rules })
    const host = await HostProcess.start({ dataFolder: this.#live, env, script: this.#options.script })
    rules.set([...(this.#options.rules ?? []), ...slow])
    const history = this.#history
    const large = this.#options.load === 'segments' ? { probability: 0.5, bytes: 400_000 } : { probability: 0.02, bytes: 150_000 }
    const run = `p${this.figures.recordings}`
    const clients = new Clients({ api: host.client, history, chance, run, clients: this.#options.clients ?? 16, large })
    await new Promise((resolve) => setTimeout(resolve, chance.whole(400, 1500)))
    // The cuts fall anywhere in the recording; its own end must not fall between a write and the recorder's note of it.
    await clients.stop()
    await new Promise((resolve) => setTimeout(resolve, untilQuietMs))
    await host.kill()
    const problems = [...clients.problems, ...judgeLife(history)]
    if (problems.length > 0) throw this.#finding('the living host', problems)
    return history
  }

  /** Opens what the cut has left, at times only after a start that was cut too, and judges it. */
  async #open({ cut, loss, history }: Cut, chance: Chance): Promise<Observation> {
    const folder = this.#path('cut')
    const log: string[] = [`cut after ${cut.after} calls (${JSON.stringify(loss)})`]
    for (let again = 0; again < 2 && chance.yes(0.3); again++) log.push(await this.#cutAStart(loss.names, chance))
    const host = await this.#startOrRefusal(folder)
    this.#count('cuts')
    if (!(host instanceof HostProcess)) throw this.#finding(log.join(', then '), [`the host did not start: ${host.code} ${host.detail}`])
    try {
      const { found, problems } = await observe(host.client, chance)
      const mode = await host.client.json<{ store: { mode: string; reason?: string } }>('GET', '/api/status')
      if (mode.store.mode !== 'running') problems.push(`the store is ${mode.store.mode}: ${mode.store.reason}`)
      problems.push(...judge(history, found, { certainNs: cut.atNs, possibleNs: cut.atNs, power: true }))
      if (problems.length > 0) throw this.#finding(log.join(', then '), problems)
      return found
    } catch (error) {
      throw error instanceof Finding ? error : this.#finding(log.join(', then '), [`${error}`, host.errors])
    } finally {
      await host.kill()
    }
  }

  /** Lets the host begin to start on the folder `cut`, and cuts the power again. */
  async #cutAStart(names: PowerLoss['names'], chance: Chance): Promise<string> {
    const folder = this.#path('cut')
    const recording = new Recording(folder, this.#path('start.log'), names, chance.fork())
    const host = await this.#startOrRefusal(folder, disturbed({ folder, log: recording.log }))
    if (!(host instanceof HostProcess)) return `a start that was refused: ${host.code} ${host.detail}`
    await host.kill()
    const [cut] = recording.cuts(1, chance)
    if (cut === undefined) return 'a start that asked nothing of the disk'
    const loss = { ...anyPowerLoss(chance), names }
    recording.rebuildAt(cut, this.#path('again'), loss, chance)
    rmSync(folder, { recursive: true })
    renameSync(this.#path('again'), folder)
    this.#count('cutsInStart')
    return `a start cut after ${cut.after} of ${recording.length} calls (${JSON.stringify(loss)})`
  }

  async #startOrRefusal(dataFolder: string, env?: Record<string, string>): Promise<HostProcess | Refusal> {
    try {
      return await HostProcess.tryStart({ dataFolder, env, script: this.#options.script })
    } catch (error) {
      return { ready: false, code: 'crashed', detail: String(error) }
    }
  }

  #path(name: string): string {
    return join(realpathSync(this.#options.folder), name)
  }

  #count(name: string, more = 1): void {
    this.figures[name] = (this.figures[name] ?? 0) + more
  }

  #finding(where: string, problems: readonly string[]): Finding {
    const { seed, folder } = this.#options
    return new Finding(problems, {
      where: `Recording ${this.figures.recordings} (seed ${seed}), ${where}`,
      replay: `npm run torture -- power --seed ${seed} --rounds ${(this.figures.recordings ?? 0) + 1}`,
      folder,
    })
  }
}

interface Cut {
  readonly cut: PowerCut
  readonly loss: PowerLoss
  readonly history: History
}
