import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type HostProcess, spawnHost } from '../../support/host.ts'

export interface ServedFolder {
  readonly folder: string
  /** The host that runs on it now. */
  host(): HostProcess
  /** Kills it, without a chance to finish. */
  kill(): Promise<void>
  /** Starts one, on the same folder. */
  start(): Promise<HostProcess>
  readonly url: string
  readonly token: string
  readonly socket: string
  close(): Promise<void>
}

/** A data folder with `holdfast serve` on it, in a process of its own, on a socket and a free port. */
export async function serveFolder(): Promise<ServedFolder> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-client-'))
  const start = () => spawnHost(['--data', folder, '--http', '127.0.0.1:0', '--json'])
  let host = await start()
  const ready = () => {
    if (!host.line.ready || host.line.url === null || host.line.token === null)
      throw new Error(`The host did not start: ${JSON.stringify(host.line)}`)
    return { ...host.line, url: host.line.url, token: host.line.token }
  }
  ready()
  return {
    folder,
    host: () => host,
    async kill() {
      await host.stop('SIGKILL')
    },
    async start() {
      host = await start()
      ready()
      return host
    },
    get url() {
      return ready().url
    },
    get token() {
      return ready().token
    },
    get socket() {
      return ready().socket
    },
    async close() {
      await host.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
