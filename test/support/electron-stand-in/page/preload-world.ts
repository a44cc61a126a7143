import type { PreloadMessage, PreloadRequest } from '../operations.ts'
import type { Codec } from './codec.ts'
import type { Parcel } from './marshal.ts'
import type { World } from './worlds.ts'

type Listener = (...args: unknown[]) => void
type PreloadBundle = (require: unknown, module: unknown, exports: unknown, process: unknown, global: unknown) => void

export interface PreloadPlatform {
  platform: string
  arch: string
  versions: Record<string, string>
}

/**
 * What a sandboxed preload sees: `require('electron')` with `contextBridge` and `ipcRenderer`, a small `process`, no Node.
 * Complete in itself (its source text is put into pages). The binding and the delivery function are taken from the isolated world's global object.
 */
export function startPreloadWorld(world: World, codec: Codec, bundle: PreloadBundle, platform: PreloadPlatform): void {
  const scope = globalThis as unknown as {
    standInSend?: (text: string) => void
    standInDeliver?: (message: PreloadMessage) => void
  }
  const binding = scope.standInSend as (text: string) => void
  delete scope.standInSend
  const send = (request: PreloadRequest) => binding(JSON.stringify(request))

  const listeners = new Map<string, { call: Listener; original: Listener }[]>()
  const calls = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>()
  let lastCall = 0

  function add(channel: string, original: Listener, call: Listener): void {
    const known = listeners.get(channel)
    if (known) known.push({ call, original })
    else listeners.set(channel, [{ call, original }])
  }

  function remove(channel: string, listener: Listener): void {
    const known = listeners.get(channel) ?? []
    const at = known.findIndex(({ original }) => original === listener)
    if (at >= 0) known.splice(at, 1)
  }

  const ipcRenderer = {
    invoke(channel: string, ...args: unknown[]) {
      const call = ++lastCall
      const payload = codec.encode(args)
      return new Promise((resolve, reject) => {
        calls.set(call, { resolve, reject })
        send({ kind: 'invoke', call, channel, payload })
      })
    },
    send: (channel: string, ...args: unknown[]) => send({ kind: 'send', channel, payload: codec.encode(args) }),
    on(channel: string, listener: Listener) {
      add(channel, listener, listener)
      return ipcRenderer
    },
    once(channel: string, listener: Listener) {
      add(channel, listener, (...args) => {
        remove(channel, listener)
        listener(...args)
      })
      return ipcRenderer
    },
    off(channel: string, listener: Listener) {
      remove(channel, listener)
      return ipcRenderer
    },
    removeListener: (channel: string, listener: Listener) => ipcRenderer.off(channel, listener),
    removeAllListeners(channel?: string) {
      if (channel === undefined) listeners.clear()
      else listeners.delete(channel)
      return ipcRenderer
    },
  }

  scope.standInDeliver = (message) => {
    if (message.kind === 'event') {
      const event = { sender: ipcRenderer, ports: [] }
      for (const { call } of [...(listeners.get(message.channel) ?? [])]) call(event, ...(codec.decode(message.payload) as unknown[]))
      return
    }
    const call = calls.get(message.call)
    calls.delete(message.call)
    if (message.kind === 'reply') call?.resolve(codec.decode(message.payload))
    else call?.reject(new Error(message.message))
  }

  const exposed: [string, Parcel][] = []
  const tell = () => document.dispatchEvent(new CustomEvent('stand-in:exposed', { detail: JSON.stringify(exposed) }))
  document.addEventListener('stand-in:what-is-exposed', tell)
  const contextBridge = {
    exposeInMainWorld(name: string, api: unknown) {
      if (exposed.some(([known]) => known === name))
        throw new Error(`Cannot bind an API on top of an existing property on the window object`)
      exposed.push([name, world.marshal.pack(api)])
      tell()
    },
  }

  const electron = { contextBridge, ipcRenderer }
  const modules: Record<string, unknown> = { electron, 'electron/renderer': electron, 'electron/common': electron }
  const require = (name: string) => {
    const found = modules[name.replace(/^node:/, '')]
    if (!found) throw new Error(`module not found: ${name} (a preload in a sandbox has only electron)`)
    return found
  }
  const process = { type: 'renderer', ...platform, env: {}, argv: [], sandboxed: true, contextIsolated: true }
  try {
    bundle(require, { exports: {} }, {}, process, globalThis)
  } catch (error) {
    send({ kind: 'failed', message: error instanceof Error ? (error.stack ?? error.message) : String(error) })
  }
}
