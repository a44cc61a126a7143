import type { IpcMain, IpcMainEvent, IpcMainInvokeEvent, WebContents } from 'electron'
import { shellChannels } from '../../contract/bridge.ts'
import type { Envelope } from '../../contract/errors.ts'
import { type ShellEvent, type ShellInput, type ShellOperationName, type ShellOutputs, shellInputs } from '../../contract/shell.ts'
import { HoldfastError } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import { assertPlainData } from './plain-data.ts'

export type ShellHandlers = {
  readonly [N in ShellOperationName]: (input: ShellInput<N>) => ShellOutputs[N] | Promise<ShellOutputs[N]>
}

const maxWaiting = 8
const maxCalls = 32

export interface ShellDoorDeps {
  ipcMain: Pick<IpcMain, 'handle' | 'on'>
  handlers: ShellHandlers
  isTrusted(event: IpcMainEvent | IpcMainInvokeEvent): boolean
  log: Log
}

/** What the page may ask of the app around it: connections and the app's own settings. Inputs are never logged, they may hold a token. */
export class ShellDoor {
  readonly #deps: ShellDoorDeps
  #page: WebContents | undefined
  /** What was said while no page was there to hear it. */
  #waiting: ShellEvent[] = []
  #running = 0

  constructor(deps: ShellDoorDeps) {
    this.#deps = deps
    deps.ipcMain.handle(shellChannels.invoke, async (event, name: unknown, input: unknown): Promise<Envelope<unknown>> => {
      if (!deps.isTrusted(event)) return failure(new HoldfastError('forbidden', 'This page may not call Holdfast.'))
      return this.#invoke(name, input)
    })
    deps.ipcMain.on(shellChannels.subscribe, (event) => {
      if (deps.isTrusted(event)) this.#subscribe(event.sender)
    })
  }

  /** Tells the page, or the next page that listens. */
  tell(event: ShellEvent): void {
    if (this.#page && !this.#page.isDestroyed()) this.#page.send(shellChannels.event, event)
    else if (event.kind !== 'changed') this.#waiting = [...this.#waiting, event].slice(-maxWaiting)
  }

  async #invoke(name: unknown, input: unknown): Promise<Envelope<unknown>> {
    if (this.#running >= maxCalls) return failure(new HoldfastError('overloaded', 'Too many calls at once; try again in a moment.'))
    this.#running++
    try {
      if (typeof name !== 'string' || !Object.hasOwn(shellInputs, name)) {
        throw new HoldfastError('not_found', 'The app has no such operation.')
      }
      assertPlainData(input)
      const parsed = shellInputs[name as ShellOperationName].safeParse(input)
      if (!parsed.success) throw new HoldfastError('invalid_request', `${name}: ${parsed.error.issues[0]?.message ?? 'not understood'}`)
      const handler = this.#deps.handlers[name as ShellOperationName] as (input: unknown) => unknown
      return { ok: true, value: await handler(parsed.data) }
    } catch (error) {
      if (error instanceof HoldfastError) return failure(error)
      this.#deps.log.error({ err: error, operation: name }, 'The app could not do what its page asked')
      return failure(new HoldfastError('internal', 'Something failed inside the app. The log has the details.'))
    } finally {
      this.#running--
    }
  }

  #subscribe(page: WebContents): void {
    this.#page = page
    for (const event of this.#waiting.splice(0)) page.send(shellChannels.event, event)
    page.once('destroyed', () => this.#forget(page))
    page.on('did-start-navigation', (details) => {
      if (details.isMainFrame && !details.isSameDocument) this.#forget(page)
    })
  }

  #forget(page: WebContents): void {
    if (this.#page === page) this.#page = undefined
  }
}

const failure = (error: HoldfastError): Envelope<never> => ({ ok: false, error: error.toBody() })
