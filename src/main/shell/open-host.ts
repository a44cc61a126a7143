import { setTimeout as wait } from 'node:timers/promises'
import { HoldfastError } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import { EmbeddedHost, type HostInThisProcess } from './embedded-host.ts'
import type { HostConnection } from './host-connection.ts'
import { RemoteHost } from './remote-host.ts'

/** A host that starts or stops at this moment answers soon or is gone soon. */
const attempts = 40
const pauseMs = 250

export interface OpenHostDeps {
  /** Starts the host in this process. Rejects with `host_running` when another process has the data folder. */
  start(): Promise<HostInThisProcess & { logFolder: string }>
  log: Log
}

export interface OpenedHost {
  connection: HostConnection
  log: Log
  /** Absent for a remote host: its log is its own. */
  logFolder: string | undefined
}

/**
 * One data folder has one host: starts it here, or becomes a client of the one that runs. Rejects with a `HoldfastError` when neither is
 * possible; for up to ten seconds a host that starts or stops is waited for.
 */
export async function openHost(deps: OpenHostDeps): Promise<OpenedHost> {
  for (let attempt = 1; ; attempt++) {
    try {
      const host = await deps.start()
      return { connection: new EmbeddedHost(host), log: host.log, logFolder: host.logFolder }
    } catch (error) {
      if (!(error instanceof HoldfastError) || error.code !== 'host_running') throw error
      const connection = await tryToJoin(error, deps.log)
      if (connection) return { connection, log: deps.log, logFolder: undefined }
      if (attempt === attempts) throw error
    }
    await wait(pauseMs)
  }
}

/** Undefined while the running host says no socket, or does not answer at it. */
async function tryToJoin(running: HoldfastError, log: Log): Promise<HostConnection | undefined> {
  const socket = running.details?.socket
  if (typeof socket !== 'string') return undefined
  try {
    return await RemoteHost.connect({ endpoint: { kind: 'socket', path: socket }, log })
  } catch (error) {
    log.debug({ err: error, socket }, 'The running host does not answer yet')
    return undefined
  }
}
