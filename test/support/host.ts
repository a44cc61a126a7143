import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { Agent, type IncomingHttpHeaders, request } from 'node:http'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { systemClock } from '../../src/main/base/clock.ts'
import { threadSafeArguments } from '../../src/main/base/process-settings.ts'
import { type Host, type HostOptions, startHost } from '../../src/main/host.ts'

const serveScript = fileURLToPath(new URL('../../out/main/serve.js', import.meta.url))

export interface TestHost {
  readonly host: Host
  readonly folder: string
  /** Over the socket. */
  readonly api: HttpClient
  /** Over TCP with the token. Present when the host has a url. */
  readonly web: HttpClient
  /** Stops the host and removes its folder. */
  close(): Promise<void>
}

/** A real host in this process, on a temporary folder, with its doors on a socket and on a free port. */
export async function startTestHost(options: Partial<HostOptions> = {}): Promise<TestHost> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-host-'))
  const usualHttp = { host: '127.0.0.1', port: 0 }
  try {
    const host = await startHost({ dataFolder: folder, configFile: null, usualHttp, clock: systemClock, ...options })
    const api = new HttpClient({ socketPath: host.socket })
    const port = host.url === null ? 0 : Number(new URL(host.url).port)
    const web = new HttpClient({ port, headers: { authorization: `Bearer ${host.token}` } })
    return { host, folder, api, web, close: () => closeAll([api, web], host, folder) }
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }
}

async function closeAll(clients: readonly HttpClient[], host: Host, folder: string): Promise<void> {
  for (const client of clients) client.close()
  await host.close()
  await rm(folder, { recursive: true, force: true })
}

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly bytes: Buffer
  readonly text: string
  /** The body as JSON; throws when it is none. */
  json<T = Record<string, unknown>>(): T
}

export interface Ask {
  readonly headers?: Record<string, string>
  readonly body?: string | Uint8Array
}

/** A small client that sends the path as it is given, over a socket or to a port of this machine. */
export class HttpClient {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 64 })
  readonly #place: { socketPath: string } | { port: number; host: string }
  readonly #headers: Record<string, string>

  constructor(options: { socketPath?: string; port?: number; headers?: Record<string, string> }) {
    this.#place = options.socketPath === undefined ? { host: '127.0.0.1', port: options.port ?? 0 } : { socketPath: options.socketPath }
    this.#headers = options.headers ?? {}
  }

  send(method: string, path: string, { headers, body }: Ask = {}): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const sent = request({ ...this.#place, agent: this.#agent, method, path, headers: { ...this.#headers, ...headers } }, (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk: Buffer) => chunks.push(chunk))
        response.on('error', reject)
        response.on('end', () => {
          const bytes = Buffer.concat(chunks)
          const text = bytes.toString('utf8')
          resolve({ status: response.statusCode ?? 0, headers: response.headers, bytes, text, json: () => JSON.parse(text) })
        })
      })
      sent.on('error', reject)
      sent.end(body)
    })
  }

  get(path: string, headers?: Record<string, string>): Promise<Answer> {
    return this.send('GET', path, headers === undefined ? {} : { headers })
  }

  put(path: string, body: string | Uint8Array, headers?: Record<string, string>): Promise<Answer> {
    return this.send('PUT', path, { body, ...(headers && { headers }) })
  }

  post(path: string, value: unknown, headers: Record<string, string> = { 'content-type': 'application/json' }): Promise<Answer> {
    return this.send('POST', path, { body: typeof value === 'string' ? value : JSON.stringify(value), headers })
  }

  close(): void {
    this.#agent.destroy()
  }
}

/** A connection of its own, for what no HTTP client would send. */
export class RawConnection {
  readonly socket: Socket
  readonly ended: Promise<void>
  #received = ''

  private constructor(socket: Socket) {
    this.socket = socket
    socket.setEncoding('latin1')
    socket.on('data', (text: string) => {
      this.#received += text
    })
    // Half open while we read; closed once the other side has said all.
    socket.on('end', () => socket.end())
    socket.on('error', () => {})
    this.ended = new Promise((resolve) => socket.once('close', () => resolve()))
  }

  static async open(place: string | number): Promise<RawConnection> {
    const socket =
      typeof place === 'string'
        ? connect({ path: place, allowHalfOpen: true })
        : connect({ port: place, host: '127.0.0.1', allowHalfOpen: true })
    await once(socket, 'connect')
    return new RawConnection(socket)
  }

  get received(): string {
    return this.#received
  }

  /** The status lines so far. */
  get statuses(): number[] {
    return [...this.#received.matchAll(/HTTP\/1\.1 (\d{3})/g)].map((match) => Number(match[1]))
  }

  send(text: string | Uint8Array): void {
    this.socket.write(typeof text === 'string' ? Buffer.from(text, 'latin1') : text)
  }

  /** Resolves once what came matches; rejects when the connection ends without it. */
  async until(pattern: RegExp): Promise<string> {
    while (!pattern.test(this.#received)) {
      if (this.socket.readableEnded || this.socket.destroyed)
        throw new Error(`The connection ended after: ${this.#received.slice(0, 2000)}`)
      await this.#somethingHappened()
    }
    return this.#received
  }

  close(): void {
    this.socket.destroy()
  }

  async #somethingHappened(): Promise<void> {
    const over = new AbortController()
    const happened = ['data', 'end', 'close'].map((event) => once(this.socket, event, { signal: over.signal }))
    await Promise.race(happened)
    over.abort()
    await Promise.allSettled(happened)
  }
}

export type ReadyLine =
  | { ready: true; pid: number; socket: string; url: string | null; token: string | null }
  | { ready: false; code: string; detail: string; pid?: number }

export interface HostProcess {
  readonly child: ChildProcess
  readonly line: ReadyLine
  /** Resolves to the exit code; null after a signal. */
  readonly exit: Promise<number | null>
  /** Everything that it wrote. */
  output(): { out: string; err: string }
  /** Sends the signal, unless it has ended already, and waits for the end. */
  stop(signal?: NodeJS.Signals): Promise<number | null>
}

/** `serve` as a process of its own. Resolves with its first line, be it ready or not. With the usual `nodeArguments` it need not begin twice. */
export async function spawnHost(
  args: readonly string[],
  { env, nodeArguments = threadSafeArguments() }: { env?: NodeJS.ProcessEnv; nodeArguments?: readonly string[] } = {},
): Promise<HostProcess> {
  const child = spawn(process.execPath, [...nodeArguments, serveScript, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...env },
  })
  let out = ''
  let err = ''
  const exit = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)))
  child.stderr.on('data', (chunk) => {
    err += chunk
  })
  const line = await new Promise<ReadyLine>((resolve, reject) => {
    child.stdout.on('data', (chunk) => {
      out += chunk
      if (out.includes('\n')) resolve(parseReady(out.slice(0, out.indexOf('\n'))))
    })
    child.once('close', () => reject(new Error(`serve ended without a line: ${err}`)))
  })
  const stop = (signal: NodeJS.Signals = 'SIGTERM') => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal)
    return exit
  }
  return { child, line, exit, output: () => ({ out, err }), stop }
}

function parseReady(text: string): ReadyLine {
  try {
    return JSON.parse(text) as ReadyLine
  } catch {
    return { ready: false, code: 'not_json', detail: text }
  }
}
