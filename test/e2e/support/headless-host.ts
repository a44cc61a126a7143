import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cliBundle, environmentOf, type Place } from './places.ts'

export interface ReadyLine {
  ready: true
  pid: number
  socket: string
  url: string
  token: string
}

/** `holdfast serve` as a person or systemd runs it. */
export class HeadlessHost {
  readonly ready: ReadyLine
  readonly #child: ChildProcess

  private constructor(child: ChildProcess, ready: ReadyLine) {
    this.#child = child
    this.ready = ready
  }

  static async start(place: Place, http = '127.0.0.1:0'): Promise<HeadlessHost> {
    const args = [cliBundle, 'serve', '--json', '--data', place.dataFolder, '--http', http]
    const child = spawn(process.execPath, args, { env: environmentOf(place), stdio: ['ignore', 'pipe', 'pipe'] })
    const line = await firstLine(child)
    const answer = JSON.parse(line) as ReadyLine | { ready: false; code: string; detail: string }
    if (!answer.ready) throw new Error(`The host did not start: ${answer.code} ${answer.detail}`)
    return new HeadlessHost(child, answer)
  }

  /** The address with the token, as it is printed for people. */
  get address(): string {
    return `${this.ready.url.replace(/\/$/, '')}/#token=${this.ready.token}`
  }

  /** The host and port, to start again at the same address. */
  get http(): string {
    return new URL(this.ready.url).host
  }

  async stop(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const ended = once(this.#child, 'exit')
    this.#child.kill(signal)
    await ended
  }
}

function firstLine(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = ''
    let errors = ''
    child.stderr?.on('data', (chunk) => {
      errors = (errors + chunk).slice(-10_000)
    })
    child.stdout?.on('data', (chunk) => {
      output += chunk
      const end = output.indexOf('\n')
      if (end >= 0) resolve(output.slice(0, end))
    })
    child.once('error', reject)
    child.once('exit', (code) => reject(new Error(`The host ended (${code}) before it was ready.\n${output}\n${errors}`)))
  })
}
