import { EventEmitter } from 'node:events'
import { readFileSync } from 'node:fs'
import { app, isQuitting, whenWindowsClose } from './app.ts'
import { answer, launcher } from './launcher.ts'
import { wouldGrant } from './session.ts'
import { emitPreventable } from './strict.ts'
import { createWebContents, PageState, type WebContents } from './web-contents.ts'

interface WindowOptions {
  x?: number
  y?: number
  width?: number
  height?: number
  show?: boolean
  webPreferences?: { preload?: string; contextIsolation?: boolean; nodeIntegration?: boolean; sandbox?: boolean }
}

/** Electron's names of permissions that Chromium can be told of, and Chromium's own. */
const grantable: Record<string, string> = { 'clipboard-sanitized-write': 'clipboard-write', 'clipboard-read': 'clipboard-read' }

const windows = new Map<number, BrowserWindow>()
let lastId = 0

export const windowOf = (id: number): BrowserWindow | undefined => windows.get(id)

export class BrowserWindow extends EventEmitter {
  readonly id = ++lastId
  readonly webContents: WebContents
  readonly page: PageState
  readonly #opened: Promise<void>
  #bounds: { x: number; y: number; width: number; height: number }
  #visible: boolean
  #maximized = false
  #title = ''
  #minimized = false

  static getAllWindows = (): BrowserWindow[] => [...windows.values()]
  static fromWebContents = (contents: { id: number }): BrowserWindow | null => windows.get(contents.id) ?? null
  static getFocusedWindow = (): BrowserWindow | null => [...windows.values()].at(-1) ?? null

  constructor(options: WindowOptions = {}) {
    super()
    if (!app.isReady()) throw new Error('Cannot create BrowserWindow before app is ready')
    const preferences = options.webPreferences ?? {}
    if (preferences.contextIsolation === false || preferences.nodeIntegration || preferences.sandbox === false) {
      throw new Error('electron stand-in: only sandboxed, isolated pages without Node are supported')
    }
    this.#bounds = { x: options.x ?? 0, y: options.y ?? 0, width: options.width ?? 800, height: options.height ?? 600 }
    this.#visible = options.show !== false
    this.page = new PageState(this.id, preferences)
    this.webContents = createWebContents(this.page)
    windows.set(this.id, this)
    const preload = preferences.preload ? readFileSync(preferences.preload, 'utf8') : ''
    this.#opened = launcher.ask('open', { window: this.id, width: this.#bounds.width, height: this.#bounds.height, preload })
  }

  async loadURL(url: string): Promise<void> {
    this.page.url = url
    await this.#opened
    const origin = url.split('/').slice(0, 3).join('/')
    const permissions = Object.keys(grantable).filter((name) => wouldGrant(name, origin))
    await launcher.ask('grant', { permissions: permissions.map((name) => grantable[name] as string) })
    await launcher.ask('load', { window: this.id, url })
    if (this.isDestroyed()) return
    this.webContents.emit('did-finish-load', {})
    this.emit('ready-to-show')
  }

  setTitle(title: string): void {
    this.#title = title
  }

  getTitle(): string {
    return this.#title
  }

  isFocused(): boolean {
    return this.#visible && !this.#minimized
  }

  show(): void {
    this.#visible = true
    this.#minimized = false
    this.emit('show')
  }

  hide(): void {
    this.#visible = false
    this.emit('hide')
  }

  maximize(): void {
    this.#maximized = true
    this.emit('maximize')
  }

  unmaximize(): void {
    this.#maximized = false
    this.emit('unmaximize')
  }

  minimize(): void {
    this.#minimized = true
    this.emit('minimize')
  }

  restore(): void {
    this.#minimized = false
    this.emit('restore')
  }

  focus(): void {
    this.emit('focus')
  }

  isVisible = (): boolean => this.#visible
  isMaximized = (): boolean => this.#maximized
  isMinimized = (): boolean => this.#minimized
  isDestroyed = (): boolean => this.page.destroyed
  getBounds = () => ({ ...this.#bounds })
  getNormalBounds = () => ({ ...this.#bounds })

  setBounds(bounds: Partial<{ x: number; y: number; width: number; height: number }>): void {
    this.#bounds = { ...this.#bounds, ...bounds }
    const { width, height } = this.#bounds
    void launcher.ask('resize', { window: this.id, width, height })
    this.emit('resize')
  }

  close(): void {
    if (!this.page.destroyed && emitPreventable(this, 'close')) this.destroy()
  }

  destroy(): void {
    if (this.page.destroyed) return
    this.page.destroyed = true
    windows.delete(this.id)
    // The launcher may be gone already, and the page with it.
    launcher.ask('close', { window: this.id }).catch(() => {})
    this.webContents.emit('destroyed')
    this.emit('closed')
    if (windows.size > 0 || isQuitting()) return
    if (app.listenerCount('window-all-closed') > 0) app.emit('window-all-closed')
    else app.quit()
  }
}

whenWindowsClose(() => {
  for (const window of windows.values()) window.close()
  return windows.size === 0
})

answer({
  mayNavigate({ window, url }) {
    const contents = windows.get(window)?.webContents
    return contents ? emitPreventable(contents, 'will-navigate', { url, isMainFrame: true, isSameDocument: false }, url) : false
  },
  mayOpenWindow: ({ window, url }) => windows.get(window)?.page.openHandler({ url }).action === 'allow',
  navigationStarted({ window, url }) {
    windows.get(window)?.webContents.emit('did-start-navigation', { url, isMainFrame: true, isSameDocument: false })
  },
  navigated({ window, url }) {
    const known = windows.get(window)
    if (known) known.page.url = url
  },
  preloadFailed({ window, message }) {
    process.stderr.write(`Unable to load preload script\n${message}\n`)
    windows.get(window)?.webContents.emit('preload-error', {}, '', new Error(message))
  },
  pageCrashed({ window }) {
    windows.get(window)?.webContents.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 1 })
  },
  closedByPerson({ window }) {
    windows.get(window)?.close()
  },
})
