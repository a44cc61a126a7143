import type { ConnectionState } from '../../contract/bridge.ts'
import type { Envelope } from '../../contract/errors.ts'
import type { HoldfastEvent } from '../../contract/events.ts'
import type { Log } from '../base/log.ts'

export interface Call {
  /** Names the call in the log of the host. */
  requestId: string
}

/**
 * The host as the shell sees it: its own, in this process, or another process's.
 */
export interface HostConnection {
  /** `embedded`: the host lives and ends with this app. `remote`: it belongs to another process. */
  readonly kind: 'embedded' | 'remote'
  /** Never rejects: every failure is an envelope. */
  invoke(name: string, input: unknown, call: Call, signal?: AbortSignal): Promise<Envelope<unknown>>
  /** Tells the state of the connection at once, then every change of it, and every event, until the returned function is called. */
  subscribe(listener: (event: HoldfastEvent) => void, onConnection: (state: ConnectionState) => void): () => void
  /** Does not wait for the next attempt of a lost connection. */
  retryNow?(): void
  /** Flushes and stops an embedded host; lets go of a remote one. */
  close(): Promise<void>
}

/** Closes the connection, but waits no longer than `timeoutMs`. Whether everything was flushed in time. Never rejects. */
export async function closeWithin(connection: HostConnection, timeoutMs: number, log: Log): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<'late'>()
  const timer = setTimeout(() => resolve('late'), timeoutMs)
  try {
    if ((await Promise.race([connection.close(), late])) !== 'late') return true
    log.error({ timeoutMs }, 'The host did not stop in time; what was acknowledged is in the journal and will be replayed')
  } catch (error) {
    log.error({ err: error }, 'The host could not be stopped cleanly; what was acknowledged is in the journal and will be replayed')
  } finally {
    clearTimeout(timer)
  }
  return false
}
