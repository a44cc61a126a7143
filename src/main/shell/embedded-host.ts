import type { Actor } from '../../contract/activity.ts'
import type { ConnectionState } from '../../contract/bridge.ts'
import type { Envelope } from '../../contract/errors.ts'
import type { HoldfastEvent } from '../../contract/events.ts'
import { toEnvelope } from '../api/problem.ts'
import type { Router } from '../api/router.ts'
import type { Log } from '../base/log.ts'
import type { Call, HostConnection } from './host-connection.ts'

/** What of a running host the shell needs. */
export interface HostInThisProcess {
  readonly router: Pick<Router, 'dispatch'>
  readonly events: { subscribe(listener: (event: HoldfastEvent) => void): () => void }
  readonly log: Log
  close(): Promise<void>
}

const person: Actor = { kind: 'person', door: 'desktop' }

/** The host in this process. Whoever sits before the window is its administrator until roles exist. */
export class EmbeddedHost implements HostConnection {
  readonly kind = 'embedded'
  readonly #host: HostInThisProcess

  constructor(host: HostInThisProcess) {
    this.#host = host
  }

  invoke(name: string, input: unknown, call: Call, signal: AbortSignal = new AbortController().signal): Promise<Envelope<unknown>> {
    const { requestId } = call
    const log = this.#host.log.child({ request: requestId, door: 'window' })
    return toEnvelope(() => this.#host.router.dispatch(name, input, { role: 'admin', requestId, signal, log, actor: person }), log)
  }

  subscribe(listener: (event: HoldfastEvent) => void, onConnection: (state: ConnectionState) => void): () => void {
    onConnection('connected')
    return this.#host.events.subscribe(listener)
  }

  close(): Promise<void> {
    return this.#host.close()
  }
}
