import { contextBridge, ipcRenderer } from 'electron'
import { type BridgeMessage, type ConnectionState, channels, type HoldfastBridge } from '../contract/bridge.ts'
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

contextBridge.exposeInMainWorld('holdfast', bridge)
contextBridge.exposeInMainWorld('holdfastShell', openShellBridge())
