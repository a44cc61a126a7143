import { create } from 'zustand'
import type { ShellBridge, ShellInput, ShellOperationName, ShellOutputs, ShellState } from '../../contract/index.ts'
import { CallError } from './call.ts'

declare global {
  interface Window {
    /** Put there by the preload; absent in a browser, where there is no app around the page. */
    holdfastShell?: ShellBridge
  }
}

/** The app around this page; undefined in a browser. */
export const shell = (): ShellBridge | undefined => (typeof window === 'undefined' ? undefined : window.holdfastShell)

/** Asks the app. Throws `CallError`. */
export async function callShell<N extends ShellOperationName>(name: N, input: ShellInput<N>): Promise<ShellOutputs[N]> {
  const app = shell()
  if (!app) throw new CallError({ code: 'unavailable', message: 'This is possible in the desktop app only.', retryable: false })
  const reply = await app.invoke(name, input)
  if (reply.ok) return reply.value
  throw new CallError(reply.error)
}

/** What the app knows of itself and its connections; undefined in a browser and until it has answered. */
export const useShellState = create<{ state: ShellState | undefined }>(() => ({ state: undefined }))

export async function refreshShellState(): Promise<void> {
  if (shell()) useShellState.setState({ state: await callShell('shell.state', {}) })
}
