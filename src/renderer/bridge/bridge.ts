import type { HoldfastBridge } from '../../contract/index.ts'
import { holdsToken, takeToken } from './token.ts'

declare global {
  interface Window {
    /** Put there by the preload; absent in a browser. */
    holdfast?: HoldfastBridge
  }
}

let host: HoldfastBridge | undefined

/**
 * Opens the way to the host, once, before anything is drawn: the preload's in the desktop app, else HTTP with the token of this tab
 * (only then its code is loaded). Without a token it stays closed.
 */
export async function openBridge(): Promise<void> {
  if (window.holdfast) {
    host = window.holdfast
    return
  }
  const place = { location: window.location, history: window.history, storage: window.sessionStorage }
  const token = takeToken(place)
  // An address that differs from the present one only in its hash loads nothing anew: the browser just tells of it.
  window.addEventListener('hashchange', () => {
    if (holdsToken(place.location)) {
      takeToken(place)
      window.location.reload()
    }
  })
  if (token === undefined) return
  const { createHttpBridge } = await import('./http-bridge.ts')
  host = createHttpBridge({ fetch: window.fetch.bind(window), token })
}

/** The way to the host; undefined while there is no token. */
export const bridge = (): HoldfastBridge | undefined => host
