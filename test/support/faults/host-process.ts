import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { threadSafeArguments } from '../../../src/main/base/process-settings.ts'
import { ApiClient } from './api-client.ts'

const serveScript = fileURLToPath(new URL('../../../out/main/serve.js', import.meta.url))

export interface HostOptions {
  readonly dataFolder: string
  /** Added to the environment: the recorder of the disk, for instance. */
  readonly env?: Record<string, string> | undefined
  /** A command that the host is run by: `['unshare', '-Urm', …]`. */
  readonly within?: readonly string[]
  /** Another copy of the program than this one: one with a bug planted in it. */
  readonly script?: string | undefined
}

export type Refusal = { readonly ready: false; readonly code: string; readonly detail: string }
interface Ready {
  readonly ready: true
  readonly pid: number
  readonly socket: string
}

/** Every host that was started and has not ended: so that none outlives a test that failed. */
const running = new Set<ChildProcess>()
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL')
})

export async function killAllHosts(): Promise<void> {
  await Promise.all([...running].map((child) => ended(child, 'SIGKILL')))
}

/** A headless host in a process of its own, as `holdfast serve --json` runs it; reached over its socket only. */
export class HostProcess {
  readonly pid: number
  readonly client: ApiClient
  readonly socket: string
  readonly #child: ChildProcess
  readonly #errors: () => string

  private constructor(child: ChildProcess, ready: Ready, errors: () => string) {
    this.pid = ready.pid
    this.socket = ready.socket
    this.client = new ApiClient(ready.socket)
    this.#child = child
    this.#errors = errors
  }

  static spawn({ dataFolder, env, within = [], script = serveScript }: HostOptions): ChildProcess {
    const command = [...within, process.execPath, ...threadSafeArguments(), script, '--json', '--data', dataFolder, '--http', 'off']
    const child = spawn(command[0] as string, command.slice(1), {
      // The compile cache lies outside of every watched folder; with it a start takes half the time.
      env: { ...process.env, NODE_COMPILE_CACHE: join(tmpdir(), 'holdfast-compile-cache'), NODE_NO_WARNINGS: '1', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    running.add(child)
    child.once('exit', () => running.delete(child))
    return child
  }

  /** Resolves when the host takes requests, or with its reason for not doing so. Throws when it ended without a word. */
  static async tryStart(options: HostOptions): Promise<HostProcess | Refusal> {
    const child = HostProcess.spawn(options)
    const { line, errors } = await firstLine(child)
    if (line === undefined) throw new Error(`The host ended before it was ready (${child.exitCode ?? child.signalCode}).\n${errors()}`)
    const answer = JSON.parse(line) as Ready | Refusal
    if (answer.ready) return new HostProcess(child, answer, errors)
    await ended(child)
    return answer
  }

  static async start(options: HostOptions): Promise<HostProcess> {
    const host = await HostProcess.tryStart(options)
    if (host instanceof HostProcess) return host
    throw new Error(`The host did not start: ${host.code} ${host.detail}`)
  }

  /** What the host wrote to its standard error: an uncaught error, if it crashed. */
  get errors(): string {
    return this.#errors()
  }

  get hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null
  }

  get ended(): Promise<void> {
    return this.hasEnded ? Promise.resolve() : once(this.#child, 'exit').then(() => undefined)
  }

  kill(): Promise<void> {
    this.client.close()
    return ended(this.#child, 'SIGKILL')
  }

  /** Resolves to the exit code. */
  async stop(): Promise<number | null> {
    this.client.close()
    await ended(this.#child, 'SIGTERM')
    return this.#child.exitCode
  }
}

async function ended(child: ChildProcess, signal?: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  if (signal) child.kill(signal)
  await exit
}

function firstLine(child: ChildProcess): Promise<{ line: string | undefined; errors: () => string }> {
  let output = ''
  let errors = ''
  child.stderr?.on('data', (piece) => {
    errors = (errors + piece).slice(-20_000)
  })
  return new Promise((resolve) => {
    const done = (line: string | undefined) => resolve({ line, errors: () => errors })
    child.stdout?.on('data', (piece) => {
      output += piece
      const end = output.indexOf('\n')
      if (end >= 0) done(output.slice(0, end))
    })
    child.once('close', () => done(undefined))
    child.once('error', (error) => {
      errors = String(error)
      done(undefined)
    })
  })
}
