import { EventEmitter } from 'node:events'
import { createCodec } from '../page/codec.ts'
import { answer, launcher } from './launcher.ts'
import { strict } from './strict.ts'
import { windowOf } from './windows.ts'

type Handler = (event: unknown, ...args: unknown[]) => unknown

const codec = createCodec()
const handlers = new Map<string, Handler>()
const events = new EventEmitter()

export const ipcMain = strict(
  'ipcMain',
  Object.assign(events, {
    // Electron's own name: specs call a handler as a foreign page would.
    _invokeHandlers: handlers,
    handle(channel: string, handler: Handler) {
      if (handlers.has(channel)) throw new Error(`Attempted to register a second handler for '${channel}'`)
      handlers.set(channel, handler)
    },
    removeHandler: (channel: string) => void handlers.delete(channel),
  }),
)

function eventOf(window: number) {
  const sender = windowOf(window)?.webContents
  return sender && { sender, senderFrame: sender.mainFrame, frameId: 1, processId: 1, type: 'frame', ports: [] }
}

answer({
  send({ window, channel, payload }) {
    const event = eventOf(window)
    if (event) events.emit(channel, event, ...(codec.decode(payload) as unknown[]))
  },

  async invoke({ window, call, channel, payload }) {
    const event = eventOf(window)
    if (!event) return
    try {
      const handler = handlers.get(channel)
      if (!handler) throw new Error(`No handler registered for '${channel}'`)
      const value = await handler(event, ...(codec.decode(payload) as unknown[]))
      launcher.tell('deliver', { window, message: { kind: 'reply', call, payload: codec.encode(value) } })
    } catch (error) {
      // Electron carries nothing of an error but its text.
      const text = error instanceof DOMException ? 'Error: An object could not be cloned.' : String(error)
      const message = `Error invoking remote method '${channel}': ${text}`
      launcher.tell('deliver', { window, message: { kind: 'rejection', call, message } })
    }
  },
})
