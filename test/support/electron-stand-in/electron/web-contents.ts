import { EventEmitter } from 'node:events'
import { createCodec } from '../page/codec.ts'
import { launcher } from './launcher.ts'
import { session } from './session.ts'
import { strict } from './strict.ts'

const codec = createCodec()

type WindowOpenHandler = (details: { url: string }) => { action: 'allow' | 'deny' }

/** The page of one window, as the main process sees it. */
export class PageState {
  readonly id: number
  readonly preferences: object
  url = ''
  destroyed = false
  openHandler: WindowOpenHandler = () => ({ action: 'allow' })

  constructor(id: number, preferences: object) {
    this.id = id
    this.preferences = preferences
  }
}

export function createWebContents(page: PageState) {
  let zoomLevel = 0
  const mainFrame = {
    get url() {
      return page.url
    },
    get origin() {
      const url = URL.parse(page.url)
      return url ? `${url.protocol}//${url.host}` : ''
    },
    parent: null,
    routingId: 1,
    processId: 1,
  }
  return strict(
    'webContents',
    Object.assign(new EventEmitter(), {
      id: page.id,
      mainFrame,
      session: session.defaultSession,
      getURL: () => page.url,
      isDestroyed: () => page.destroyed,
      getLastWebPreferences: () => page.preferences,
      setWindowOpenHandler(handler: WindowOpenHandler) {
        page.openHandler = handler
      },
      executeJavaScript: (code: string) => launcher.ask('execute', { window: page.id, code }),
      getZoomLevel: () => zoomLevel,
      setZoomLevel(level: number) {
        zoomLevel = level
      },
      reload: () => void launcher.ask('reload', { window: page.id }),
      send(channel: string, ...args: unknown[]) {
        const payload = codec.encode(args)
        if (!page.destroyed) launcher.tell('deliver', { window: page.id, message: { kind: 'event', channel, payload } })
      },
    }),
  )
}

export type WebContents = ReturnType<typeof createWebContents>
