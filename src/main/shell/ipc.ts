import { randomUUID } from 'node:crypto'
import type { IpcMain, IpcMainEvent, IpcMainInvokeEvent, WebContents } from 'electron'
import { type BridgeMessage, channels } from '../../contract/bridge.ts'
import type { Envelope } from '../../contract/errors.ts'
import { HoldfastError } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import { EventRelay } from './event-relay.ts'
import type { HostConnection } from './host-connection.ts'
import { assertPlainData } from './plain-data.ts'

const maxCallsInFlight = 256
const maxNameLength = 64
const maxRequestIdLength = 64

export interface BridgeDeps {
  ipcMain: Pick<IpcMain, 'handle' | 'on'>
  connection: HostConnection
  /** Whether the call comes from the main frame of our own window on our own origin. */
  isTrusted(event: IpcMainEvent | IpcMainInvokeEvent): boolean
  log: Log
}

/** What one page has running here; all of it ends with the page. */
interface Caller {
  calls: Map<string, AbortController>
  unsubscribe: (() => void) | undefined
  /** It still shows another host than the one that its calls would reach. */
  outdated: boolean
}

/**
 * The Electron door: the four channels of the contract, and nothing else. `invoke` always answers with an envelope,
 * because Electron carries nothing of a thrown error but its message.
 */
export class Bridge {
  readonly #deps: BridgeDeps
  readonly #callers = new Map<WebContents, Caller>()

  constructor(deps: BridgeDeps) {
    this.#deps = deps
    deps.ipcMain.handle(channels.invoke, (event, name: unknown, input: unknown, requestId: unknown) => {
      if (!this.#accepts(event)) return failure(new HoldfastError('forbidden', 'This page may not call Holdfast.'))
      return this.#invoke(event.sender, name, input, requestId)
    })
    deps.ipcMain.on(channels.cancel, (event, requestId: unknown) => {
      if (this.#accepts(event) && typeof requestId === 'string') this.#callers.get(event.sender)?.calls.get(requestId)?.abort()
    })
    deps.ipcMain.on(channels.subscribe, (event) => {
      if (this.#accepts(event)) this.#subscribe(event.sender)
    })
    deps.ipcMain.on(channels.unsubscribe, (event) => {
      if (this.#accepts(event)) this.#unsubscribe(event.sender)
    })
  }

  /** The host is another one from now on: ends what the pages asked of the one before, and lets none of them reach the new one until it is loaded anew. */
  outdatePages(): void {
    for (const [sender, caller] of this.#callers) {
      this.#release(sender)
      caller.outdated = true
    }
  }

  #accepts(event: IpcMainEvent | IpcMainInvokeEvent): boolean {
    if (this.#deps.isTrusted(event)) return true
    this.#deps.log.warn({ frame: event.senderFrame?.url ?? null }, 'A call from a page that is not ours was refused')
    return false
  }

  async #invoke(sender: WebContents, name: unknown, input: unknown, requestId: unknown): Promise<Envelope<unknown>> {
    const id = typeof requestId === 'string' && requestId.length <= maxRequestIdLength ? requestId : randomUUID()
    const { calls, outdated } = this.#callerOf(sender)
    const controller = new AbortController()
    try {
      if (outdated) throw new HoldfastError('cancelled', 'The app looks at another host now; this page is being loaded anew.')
      if (typeof name !== 'string' || name.length > maxNameLength) throw new HoldfastError('invalid_request', 'An operation has a name.')
      if (calls.has(id)) throw new HoldfastError('invalid_request', 'A call with this request id is still running.')
      if (calls.size >= maxCallsInFlight) throw new HoldfastError('overloaded', 'Too many calls at once; try again in a moment.')
      assertPlainData(input)
    } catch (error) {
      return failure(error as HoldfastError)
    }
    calls.set(id, controller)
    try {
      return await this.#deps.connection.invoke(name, input, { requestId: id }, controller.signal)
    } finally {
      calls.delete(id)
    }
  }

  #subscribe(sender: WebContents): void {
    const caller = this.#callerOf(sender)
    if (caller.unsubscribe) return
    const send = (message: BridgeMessage) => {
      if (!sender.isDestroyed()) sender.send(channels.event, message)
    }
    const relay = new EventRelay((event) => send({ event }))
    const stop = this.#deps.connection.subscribe(
      (event) => relay.push(event),
      (connection) => send({ connection }),
    )
    caller.unsubscribe = () => {
      stop()
      relay.close()
    }
  }

  #unsubscribe(sender: WebContents): void {
    const caller = this.#callers.get(sender)
    caller?.unsubscribe?.()
    if (caller) caller.unsubscribe = undefined
  }

  #callerOf(sender: WebContents): Caller {
    const known = this.#callers.get(sender)
    if (known) return known
    const caller: Caller = { calls: new Map(), unsubscribe: undefined, outdated: false }
    this.#callers.set(sender, caller)
    sender.once('destroyed', () => this.#forget(sender))
    sender.on('render-process-gone', () => this.#release(sender))
    // A reload makes a new page in the same place; what the old one asked for is nobody's any more.
    sender.on('did-start-navigation', (details) => {
      if (!details.isMainFrame || details.isSameDocument) return
      this.#release(sender)
      caller.outdated = false
    })
    return caller
  }

  #release(sender: WebContents): void {
    this.#unsubscribe(sender)
    const caller = this.#callers.get(sender)
    if (!caller) return
    for (const call of caller.calls.values()) call.abort()
    caller.calls = new Map()
  }

  #forget(sender: WebContents): void {
    this.#release(sender)
    this.#callers.delete(sender)
  }
}

const failure = (error: HoldfastError): Envelope<never> => ({ ok: false, error: error.toBody() })
