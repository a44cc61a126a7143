import { ipcRenderer } from 'electron'
import { shellChannels } from '../contract/bridge.ts'
import type { ShellBridge, ShellEvent } from '../contract/shell.ts'

/** The page's way to the app around it, apart from the way to the host. */
export function openShellBridge(): ShellBridge {
  const listeners = new Set<(event: ShellEvent) => void>()
  ipcRenderer.on(shellChannels.event, (_event, told: ShellEvent) => {
    for (const listener of [...listeners]) listener(told)
  })
  return {
    invoke: (name, input) => ipcRenderer.invoke(shellChannels.invoke, name, input),
    subscribe(listener) {
      listeners.add(listener)
      if (listeners.size === 1) ipcRenderer.send(shellChannels.subscribe)
      return () => {
        listeners.delete(listener)
      }
    },
  }
}
