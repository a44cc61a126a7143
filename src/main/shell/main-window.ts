import { BrowserWindow, nativeTheme, screen, type WebContents } from 'electron'
import type { Log } from '../base/log.ts'
import { refuseNavigation, webPreferences } from './hardening.ts'
import { minimumSize, placeWindow, type ShellStateStore } from './window-state.ts'

/** The page's own background in each theme, so that the window does not flash before the page has drawn. */
const backgrounds = { light: '#f5f7f8', dark: '#12171a' } as const
const rememberAfterMs = 500

export interface MainWindowDeps {
  address: string
  preload: string
  icon: string
  state: ShellStateStore
  log: Log
  /** Asked when a person closes the window. Prevent the event to keep it. */
  onClosing(event: { preventDefault(): void }): void
  onPageFailed(window: BrowserWindow): void
  /** Asked when the page holds unsaved changes and is about to go. Whether it may. Answers at once: Chromium waits for it. */
  mayLoseChanges(window: BrowserWindow): boolean
}

/** The one window: made when it is wanted, gone when it is closed, in the place where it was. */
export class MainWindow {
  readonly #deps: MainWindowDeps
  #window: BrowserWindow | undefined
  #loadingAnew = false
  #title = 'Holdfast'

  constructor(deps: MainWindowDeps) {
    this.#deps = deps
  }

  get contents(): WebContents | undefined {
    return this.#window?.webContents
  }

  /** Opens the window, or brings the open one to the front. */
  show(): void {
    if (!this.#window) {
      this.#window = this.#open()
      return
    }
    if (this.#window.isMinimized()) this.#window.restore()
    this.#window.show()
    this.#window.focus()
  }

  get isFocused(): boolean {
    return this.#window?.isFocused() ?? false
  }

  /** In the title bar and the switcher of the system: which host is looked at. */
  setTitle(title: string): void {
    this.#title = title
    this.#window?.setTitle(title)
  }

  /** Loads the page anew without asking about unsaved changes: whoever wants this has asked. */
  loadAnew(): void {
    this.#loadingAnew = true
    this.#window?.webContents.reload()
  }

  /** Closes the window without asking. */
  destroy(): void {
    this.#window?.destroy()
  }

  #open(): BrowserWindow {
    const { address, preload, icon, state, log } = this.#deps
    const { maximized, ...bounds } = placeWindow(state.state.window, workAreas())
    const window = new BrowserWindow({
      ...bounds,
      minWidth: minimumSize.width,
      minHeight: minimumSize.height,
      title: this.#title,
      icon,
      show: false,
      backgroundColor: nativeTheme.shouldUseDarkColors ? backgrounds.dark : backgrounds.light,
      webPreferences: webPreferences(preload),
    })
    if (maximized) window.maximize()
    refuseNavigation(window.webContents, log)
    this.#watch(window)
    window.loadURL(address).catch((error: unknown) => {
      if (window.isDestroyed()) return
      log.error({ err: error }, 'The user interface could not be loaded')
      this.#deps.onPageFailed(window)
    })
    return window
  }

  #watch(window: BrowserWindow): void {
    const { log } = this.#deps
    const remember = this.#remembering(window)
    for (const change of ['resize', 'move', 'maximize', 'unmaximize'] as const) window.on(change as 'resize', remember.later)
    window.once('ready-to-show', () => window.show())
    window.on('close', (event) => {
      remember.now()
      this.#deps.onClosing(event)
    })
    window.once('closed', () => {
      this.#window = undefined
    })
    window.webContents.on('render-process-gone', (_event, details) => {
      if (details.reason === 'clean-exit' || window.isDestroyed()) return
      log.error({ reason: details.reason, exitCode: details.exitCode }, 'The page of the window ended unexpectedly')
      this.#deps.onPageFailed(window)
    })
    // Electron would silently keep the window, and a person would wonder why it does not close.
    window.webContents.on('will-prevent-unload', (event) => {
      if (this.#loadingAnew || this.#deps.mayLoseChanges(window)) event.preventDefault()
    })
    window.webContents.on('did-finish-load', () => {
      this.#loadingAnew = false
      window.webContents.setZoomLevel(this.#deps.state.state.zoomLevel ?? 0)
    })
    // The page's own title is the product's name; the window says the host.
    window.on('page-title-updated', (event) => event.preventDefault())
    window.webContents.on('zoom-changed', remember.later)
    window.webContents.on('preload-error', (_event, path, error) => log.error({ err: error, path }, 'The preload failed'))
  }

  #remembering(window: BrowserWindow): { later: () => void; now: () => void } {
    let timer: NodeJS.Timeout | undefined
    const now = () => {
      clearTimeout(timer)
      if (window.isDestroyed()) return
      const zoomLevel = window.webContents.getZoomLevel()
      void this.#deps.state.update({ window: { bounds: window.getNormalBounds(), maximized: window.isMaximized() }, zoomLevel })
    }
    const later = () => {
      clearTimeout(timer)
      timer = setTimeout(now, rememberAfterMs)
    }
    return { later, now }
  }
}

/** The usable part of every display, the main one first. */
function workAreas() {
  const main = screen.getPrimaryDisplay()
  const others = screen.getAllDisplays().filter((display) => display.id !== main.id)
  return [main, ...others].map((display) => display.workArea)
}
