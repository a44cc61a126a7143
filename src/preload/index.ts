import { contextBridge, ipcRenderer } from 'electron'
import {
  type BridgeMessage,
  type ConnectionState,
  channels,
  type HoldfastBridge,
  type SavedFileCall,
  type SavedFiles,
} from '../contract/bridge.ts'
import type { HoldfastEvent } from '../contract/events.ts'
import { openShellBridge } from './shell.ts'

interface Subscriber {
  listener: (event: HoldfastEvent) => void
  onConnection: ((state: ConnectionState) => void) | undefined
}

const subscribers = new Set<Subscriber>()
// The shell tells the state once, to the first subscriber; later ones are told what is known here.
let connection: ConnectionState | undefined

ipcRenderer.on(channels.event, (_event, message: BridgeMessage) => {
  if ('connection' in message) connection = message.connection
  for (const subscriber of [...subscribers]) {
    if ('event' in message) subscriber.listener(message.event)
    else subscriber.onConnection?.(message.connection)
  }
})

const bridge: HoldfastBridge = {
  invoke: (name, input, requestId) => ipcRenderer.invoke(channels.invoke, name, input, requestId),

  cancel: (requestId) => ipcRenderer.send(channels.cancel, requestId),

  subscribe(listener, onConnection) {
    const subscriber: Subscriber = { listener, onConnection }
    subscribers.add(subscriber)
    if (subscribers.size === 1) ipcRenderer.send(channels.subscribe)
    else if (connection !== undefined) onConnection?.(connection)
    return () => {
      if (!subscribers.delete(subscriber) || subscribers.size > 0) return
      connection = undefined
      ipcRenderer.send(channels.unsubscribe)
    }
  },
}

const file = (call: SavedFileCall, ...values: unknown[]) => ipcRenderer.invoke(channels.file, call, ...values)
const files: SavedFiles = {
  open: (suggestedName) => file('open', suggestedName),
  write: (name, piece) => file('write', name, piece),
  close: (name) => file('close', name),
  abort: (name) => file('abort', name),
}

contextBridge.exposeInMainWorld('holdfast', { ...bridge, files })
contextBridge.exposeInMainWorld('holdfastShell', openShellBridge())
