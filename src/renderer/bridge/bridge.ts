import type { HoldfastBridge } from '../../contract/index.ts'
import { createHttpBridge } from './http-bridge.ts'
import { takeToken } from './token.ts'

declare global {
  interface Window {
    /** Put there by the preload; absent in a browser. */
    holdfast?: HoldfastBridge
  }
}

let made: HoldfastBridge | undefined

/** The way to the host: the preload's in the desktop app, else HTTP with the token of this tab. Undefined while there is no token. */
export function bridge(): HoldfastBridge | undefined {
  if (made === undefined) {
    if (window.holdfast) made = window.holdfast
    else {
      const token = takeToken({ location: window.location, history: window.history, storage: window.sessionStorage })
      if (token !== undefined) made = createHttpBridge({ fetch: window.fetch.bind(window), token })
    }
  }
  return made
}

/** Whether a token is how this page is let in: in a browser, not in the desktop app. */
export const usesToken = (): boolean => window.holdfast === undefined
