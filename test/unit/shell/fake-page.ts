import { EventEmitter } from 'node:events'
import type { IpcMain, IpcMainEvent, IpcMainInvokeEvent, WebContents } from 'electron'
import type { BridgeMessage, ConnectionState } from '../../../src/contract/bridge.ts'
import type { Envelope } from '../../../src/contract/errors.ts'
import type { HoldfastEvent } from '../../../src/contract/events.ts'
import type { HostConnection } from '../../../src/main/shell/host-connection.ts'

/** Electron's ipcMain, as far as the bridge uses it, with the renderer's side of it. */
export class FakeIpc extends EventEmitter {
  readonly #handlers = new Map<string, (event: IpcMainInvokeEvent, ...args: unknown[]) => unknown>()

  handle(channel: string, handler: (event: IpcMainInvokeEvent, ...args: unknown[]) => unknown): void {
    this.#handlers.set(channel, handler)
  }

  invoke(page: FakePage, channel: string, ...args: unknown[]): Promise<Envelope<unknown>> {
    return Promise.resolve(this.#handlers.get(channel)?.(page.event as IpcMainInvokeEvent, ...args) as Envelope<unknown>)
  }

  sendFrom(page: FakePage, channel: string, ...args: unknown[]): void {
    this.emit(channel, page.event, ...args)
  }

  get channels(): string[] {
    return [...this.#handlers.keys(), ...this.eventNames().map(String)].sort()
  }

  get asIpcMain(): Pick<IpcMain, 'handle' | 'on'> {
    return this as unknown as IpcMain
  }
}

/** A page: what was sent to it, and the event object that its calls carry. */
export class FakePage extends EventEmitter {
  readonly received: BridgeMessage[] = []
  readonly mainFrame = { parent: null as unknown, url: 'app://holdfast/' }
  destroyed = false

  isDestroyed(): boolean {
    return this.destroyed
  }

  send(_channel: string, message: BridgeMessage): void {
    this.received.push(message)
  }

  reload(): void {
    this.emit('did-start-navigation', { isMainFrame: true, isSameDocument: false })
  }

  get contents(): WebContents {
    return this as unknown as WebContents
  }

  get event(): IpcMainEvent | IpcMainInvokeEvent {
    return { sender: this.contents, senderFrame: this.mainFrame } as unknown as IpcMainEvent
  }
}

type Answer = (input: unknown, signal: AbortSignal | undefined) => unknown

/** A host whose answers the test gives. */
export class FakeConnection implements HostConnection {
  readonly kind = 'embedded'
  readonly answers = new Map<string, Answer>()
  readonly listeners = new Set<{ event: (event: HoldfastEvent) => void; connection: (state: ConnectionState) => void }>()
  closed = false

  async invoke(name: string, input: unknown, _call: unknown, signal?: AbortSignal): Promise<Envelope<unknown>> {
    const answer = this.answers.get(name)
    if (!answer) return { ok: false, error: { code: 'not_found', message: `There is no operation "${name}".`, retryable: false } }
    return { ok: true, value: await answer(input, signal) }
  }

  subscribe(event: (event: HoldfastEvent) => void, connection: (state: ConnectionState) => void): () => void {
    const listener = { event, connection }
    this.listeners.add(listener)
    connection('connected')
    return () => {
      this.listeners.delete(listener)
    }
  }

  publish(event: HoldfastEvent): void {
    for (const listener of this.listeners) listener.event(event)
  }

  async close(): Promise<void> {
    this.closed = true
  }
}
