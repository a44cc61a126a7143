import { HoldfastError } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import type { HostInThisProcess } from './embedded-host.ts'
import { closeWithin, type HostConnection } from './host-connection.ts'
import { type OpenedHost, openHost } from './open-host.ts'

/** Each has a store, a journal and a memory tier of its own. */
const maxOwnHosts = 4

export interface OwnHostsDeps {
  /** Starts a host in this process. Rejects with `host_running` when another process has the folder. */
  start(dataFolder: string): Promise<HostInThisProcess & { logFolder: string }>
  log: Log
}

/**
 * The hosts that live in this app, one for each data folder that it was asked to open. They go on when the app looks elsewhere, because
 * programs reach their data through them, and end with the app or when their connection is removed.
 */
export class OwnHosts {
  readonly #deps: OwnHostsDeps
  readonly #running = new Map<string, HostConnection>()
  #opening: Promise<unknown> = Promise.resolve()

  constructor(deps: OwnHostsDeps) {
    this.#deps = deps
  }

  get count(): number {
    return this.#running.size
  }

  isRunning(dataFolder: string): boolean {
    return this.#running.has(dataFolder)
  }

  get connections(): HostConnection[] {
    return [...this.#running.values()]
  }

  /** The host of a folder: the one that runs here, a new one, or that of another process, whose client this becomes. */
  open(dataFolder: string): Promise<OpenedHost> {
    const opened = this.#opening.then(() => this.#open(dataFolder))
    this.#opening = opened.catch(() => {})
    return opened
  }

  async stop(dataFolder: string, timeoutMs: number): Promise<void> {
    const connection = this.#running.get(dataFolder)
    this.#running.delete(dataFolder)
    if (connection) await closeWithin(connection, timeoutMs, this.#deps.log)
  }

  /** Whether all of them were flushed in time. Never rejects. */
  async closeAll(timeoutMs: number): Promise<boolean> {
    const closed = await Promise.all(this.connections.map((connection) => closeWithin(connection, timeoutMs, this.#deps.log)))
    this.#running.clear()
    return closed.every(Boolean)
  }

  async #open(dataFolder: string): Promise<OpenedHost> {
    const known = this.#running.get(dataFolder)
    if (known) return { connection: known, log: this.#deps.log, logFolder: undefined }
    if (this.#running.size >= maxOwnHosts) {
      const sentence = `This app already runs ${maxOwnHosts} hosts. Remove the connection to one of them, or start "holdfast serve" for this folder.`
      throw new HoldfastError('too_large', sentence)
    }
    const opened = await openHost({ start: () => this.#deps.start(dataFolder), log: this.#deps.log })
    if (opened.connection.kind === 'embedded') this.#running.set(dataFolder, opened.connection)
    return opened
  }
}
