import { join } from 'node:path'
import type { Health, Status } from '../../../src/contract/index.ts'
import { codeOf, dataPath } from './api-client.ts'
import { Clients, type Workload } from './clients.ts'
import { type DiskRule, DiskRules, disturbed } from './disk.ts'
import { nowNs } from './disk-log.ts'
import { History, type WriteEvent } from './history.ts'
import { type HostOptions, HostProcess } from './host-process.ts'
import { observe } from './observe.ts'
import { judge, judgeLife } from './oracle.ts'
import { Chance } from './seeded.ts'
import { valueFor, valueId } from './values.ts'

/** A broken disk breaks the same thing a thousand times. */
const mostShown = 10
const aside = 16

export interface TroubleOptions {
  /** Holds the data folder `data` and the rules. */
  readonly scratch: string
  readonly seed: number
  readonly large?: Workload['large']
  readonly within?: HostOptions['within']
}

/**
 * A host whose disk can be made to fail while 16 clients work, and that is judged afterwards. Everything that clients are told while the disk fails is
 * noted too: refusals must stay refusals.
 */
export class TroubledHost {
  readonly #options: TroubleOptions
  readonly #rules: DiskRules
  readonly #chance: Chance
  #host: HostProcess | undefined
  #clients: Clients | undefined
  #history = new History()
  #lives = 0
  #asides = 0

  constructor(options: TroubleOptions) {
    this.#options = options
    this.#rules = new DiskRules(join(options.scratch, 'rules'))
    this.#rules.set([])
    this.#chance = new Chance(options.seed)
  }

  get dataFolder(): string {
    return join(this.#options.scratch, 'data')
  }

  get host(): HostProcess {
    if (!this.#host) throw new Error('The host has not been started.')
    return this.#host
  }

  get history(): History {
    return this.#history
  }

  async start(): Promise<void> {
    const { within } = this.#options
    const env = disturbed({ folder: this.dataFolder, rules: this.#rules })
    this.#host = await HostProcess.start({ dataFolder: this.dataFolder, env, ...(within && { within }) })
  }

  /** Clients that write and read from now on. */
  work(): void {
    const { large = { probability: 0.02, bytes: 100_000 } } = this.#options
    const run = `t${this.#lives}.${this.#history.writes.length}`
    this.#clients = new Clients({ api: this.host.client, history: this.#history, chance: this.#chance, run, clients: 16, large })
  }

  async rest(): Promise<void> {
    await this.#clients?.stop()
  }

  fail(...rules: DiskRule[]): void {
    this.#rules.set(rules)
  }

  heal(): void {
    this.#rules.set([])
  }

  /** How often the first rule has acted. */
  get faults(): number {
    return this.#rules.counts().acted
  }

  async status(): Promise<Status> {
    return this.host.client.json<Status>('GET', '/api/status')
  }

  async health(): Promise<{ status: number; health: Health }> {
    const answer = await this.host.client.send('GET', '/api/health')
    return { status: answer.status, health: JSON.parse(answer.body.toString()) as Health }
  }

  /** Writes one record as a seventeenth client and gives what was answered. */
  async tryPut(key: string): Promise<{ status: number; code: string; detail: string }> {
    const id = valueId('aside', aside, ++this.#asides, 40)
    const [event] = this.#history.send([{ key: `aside/${key}`, id, client: aside, transaction: id, durable: true, sentNs: nowNs() }])
    const { status, body } = await this.host.client.send('PUT', dataPath(`aside/${key}`), valueFor(id))
    const put = event as WriteEvent
    put.outcome = status < 300 ? 'acknowledged' : 'refused'
    put.answeredNs = nowNs()
    const { detail = '' } = JSON.parse(body.toString()) as { detail?: string }
    return { status, code: codeOf(body), detail }
  }

  /** Waits until the host says that its store is in this mode. */
  async until(mode: string, timeoutMs = 90_000): Promise<void> {
    const endMs = performance.now() + timeoutMs
    let last = ''
    while (performance.now() < endMs) {
      const { store } = await this.status()
      if (store.mode === mode) return
      last = `${store.mode}: ${store.reason}`
      await sleep(50)
    }
    throw new Error(`The store was to become ${mode} within ${timeoutMs} ms and is ${last}`)
  }

  /** Stops or kills the host on a healthy disk, starts it again and says what is wrong with what it holds. */
  async reopenAndJudge(how: 'stop' | 'kill'): Promise<string[]> {
    const problems = await this.#end(how)
    this.heal()
    await this.start()
    const { found, problems: contradictions } = await observe(this.host.client, this.#chance)
    problems.push(...contradictions, ...judge(this.#history, found), ...judgeLife(this.#history))
    this.#history = new History(found, this.#history.highestVersion())
    this.#lives++
    return problems.slice(0, mostShown)
  }

  async #end(how: 'stop' | 'kill'): Promise<string[]> {
    const problems: string[] = []
    if (this.host.hasEnded) problems.push(`the host has ended by itself: ${this.host.errors}`)
    else if (how === 'kill') await this.host.kill()
    else {
      await this.rest()
      const code = await this.host.stop()
      if (code !== 0) problems.push(`the host exited with ${code}: ${this.host.errors}`)
    }
    await this.rest()
    problems.push(...(this.#clients?.problems ?? []))
    return problems
  }
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
