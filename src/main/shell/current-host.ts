import type { ConnectionState } from '../../contract/bridge.ts'
import type { Envelope } from '../../contract/errors.ts'
import type { HoldfastEvent } from '../../contract/events.ts'
import type { Call, HostConnection } from './host-connection.ts'

interface Listener {
  readonly onEvent: (event: HoldfastEvent) => void
  readonly onConnection: (state: ConnectionState) => void
  stop: () => void
}

/** The host that the app looks at: another one after a switch, while the window, the tray and the menu keep what they hold. */
export class CurrentHost implements HostConnection {
  #connection: HostConnection
  readonly #listeners = new Set<Listener>()

  constructor(connection: HostConnection) {
    this.#connection = connection
  }

  get kind(): HostConnection['kind'] {
    return this.#connection.kind
  }

  /** From the next call on everything goes to `next`. The one before is the caller's to close. */
  replace(next: HostConnection): HostConnection {
    const before = this.#connection
    this.#connection = next
    for (const listener of this.#listeners) {
      listener.stop()
      listener.stop = next.subscribe(listener.onEvent, listener.onConnection)
    }
    return before
  }

  invoke(name: string, input: unknown, call: Call, signal?: AbortSignal): Promise<Envelope<unknown>> {
    return this.#connection.invoke(name, input, call, signal)
  }

  subscribe(onEvent: Listener['onEvent'], onConnection: Listener['onConnection']): () => void {
    const listener: Listener = { onEvent, onConnection, stop: () => {} }
    this.#listeners.add(listener)
    listener.stop = this.#connection.subscribe(onEvent, onConnection)
    return () => {
      listener.stop()
      this.#listeners.delete(listener)
    }
  }

  retryNow(): void {
    this.#connection.retryNow?.()
  }

  async close(): Promise<void> {
    await this.#connection.close()
  }
}
