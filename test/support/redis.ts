import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis, type RedisOptions } from 'ioredis'

/** A real redis-server in a folder of its own. */
export class RedisServer {
  readonly port: number
  readonly folder: string
  readonly #more: readonly string[]
  #process: ChildProcess | undefined
  readonly #clients: Redis[] = []

  private constructor(port: number, folder: string, more: readonly string[]) {
    this.port = port
    this.folder = folder
    this.#more = more
  }

  static async start(more: readonly string[] = []): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), await mkdtemp(join(tmpdir(), 'holdfast-redis-')), more)
    await server.run()
    return server
  }

  async run(): Promise<void> {
    const fixed = ['--bind', '127.0.0.1', '--dir', this.folder, '--save', '', '--appendonly', 'no', '--daemonize', 'no']
    const ports = this.#more.includes('--tls-port') ? [] : ['--port', String(this.port)]
    const args = this.#more.map((word) => (word === 'PORT' ? String(this.port) : word))
    this.#process = spawn('redis-server', [...ports, ...fixed, ...args], { stdio: ['ignore', 'pipe', 'ignore'] })
    await new Promise<void>((resolve, reject) => {
      this.#process?.stdout?.on('data', (chunk: Buffer) => chunk.includes('Ready to accept') && resolve())
      this.#process?.once('exit', (code) => reject(new Error(`redis-server ended with ${code}`)))
    })
  }

  /** For filling it. */
  client(options: Pick<RedisOptions, 'db' | 'password'> = {}): Redis {
    const client = new Redis({ ...options, port: this.port, host: '127.0.0.1', protocol: 2 })
    this.#clients.push(client)
    return client
  }

  url(path = '', credentials = ''): string {
    return `redis://${credentials}127.0.0.1:${this.port}${path}`
  }

  async stop(): Promise<void> {
    for (const client of this.#clients.splice(0)) client.disconnect()
    if (this.#process === undefined || this.#process.exitCode !== null) return
    this.#process.kill('SIGKILL')
    await once(this.#process, 'exit')
  }

  async close(): Promise<void> {
    await this.stop()
    await rm(this.folder, { recursive: true, force: true })
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  server.close()
  await sleep(0)
  return port
}
