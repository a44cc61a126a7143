import { join } from 'node:path'
import { app, type BrowserWindow, clipboard, dialog, ipcMain, Menu, Notification, protocol, session, shell } from 'electron'
import type { Log } from '../base/log.ts'
import { createAssetHandler } from './asset-handler.ts'
import { FileBridge } from './file-bridge.ts'
import { comesFrom, guardDownloads, refusePermissions } from './hardening.ts'
import { closeWithin, type HostConnection } from './host-connection.ts'
import { Bridge } from './ipc.ts'
import { MainWindow } from './main-window.ts'
import { menuTemplate } from './menu.ts'
import type { OpenedHost } from './open-host.ts'
import { appAddress, appScheme, originOf } from './origin.ts'
import { describeStartFailure } from './start-failure.ts'
import { type Texts, textsFor } from './texts.ts'
import { HostTray } from './tray.ts'
import { ShellStateStore } from './window-state.ts'

/** The system gives a program about this long at shutdown; journal and database need a fraction of it. */
const closeTimeoutMs = 10_000

export interface DesktopAppDeps {
  openHost(): Promise<OpenedHost>
  /** For what happens before there is a host, and so a log. */
  earlyLog: Log
  /** Where the renderer is while it is being worked on (`npm run dev`); absent: the built one, over `app:`. */
  devServer: string | undefined
}

/**
 * The desktop app from the ready event to the last flush. Closing the window keeps an embedded host running, because programs reach their
 * data through it; the tray, the menu or starting the app once more bring the window back. Where no tray can be made, closing asks.
 * A client of another process's host ends with its window.
 */
export class DesktopApp {
  readonly #deps: DesktopAppDeps
  readonly #texts: Texts
  readonly #root = app.getAppPath()
  #log: Log
  #logFolder: string | undefined
  #connection: HostConnection | undefined
  #state: ShellStateStore | undefined
  #window: MainWindow | undefined
  #tray: HostTray | undefined
  #quitting = false
  #failed = false

  /** After `ready`. */
  constructor(deps: DesktopAppDeps) {
    this.#deps = deps
    this.#log = deps.earlyLog
    this.#texts = textsFor(app.getLocale())
  }

  /** A person started the app again, or clicked it in the dock. */
  showWindow(): void {
    if (!this.#quitting) this.#window?.show()
  }

  /** Something failed that nobody foresaw: says so and ends. */
  fail(error: unknown): void {
    if (this.#failed) return
    this.#failed = true
    this.#log.error({ err: error }, 'The app ends because of a mistake in the program')
    const reason = error instanceof Error ? error.message : String(error)
    try {
      dialog.showErrorBox(this.#texts.failedTitle, `${this.#texts.failed}\n\n${reason}`)
    } finally {
      app.exit(1)
    }
  }

  /** Resolves when the window is open, or when the app is on its way out. */
  async start(): Promise<void> {
    this.#listenForTheEnd()
    const opened = await this.#openHostOrGiveUp()
    if (!opened) return
    this.#connection = opened.connection
    this.#log = opened.log
    this.#logFolder = opened.logFolder
    this.#state = await ShellStateStore.open(join(app.getPath('userData'), 'shell-state.json'), this.#log)
    if (this.#quitting) return
    this.#prepareSession()
    this.#window = this.#makeWindow(this.#state)
    this.#openBridge(this.#window, opened.connection)
    this.#makeMenus(opened.connection)
    this.#window.show()
  }

  async #openHostOrGiveUp() {
    for (;;) {
      try {
        return await this.#deps.openHost()
      } catch (error) {
        if (this.#quitting) return undefined
        const failure = describeStartFailure(error, this.#texts)
        this.#log.error({ err: error, code: failure.code }, failure.message)
        if (await this.#askAfterFailure(failure)) continue
        app.exit(failure.exitCode)
        return undefined
      }
    }
  }

  /** Whether to try again. */
  async #askAfterFailure(failure: { title: string; message: string; detail: string }): Promise<boolean> {
    const { tryAgain, copyDetails, quit } = this.#texts
    for (;;) {
      const { response } = await dialog.showMessageBox({
        type: 'error',
        title: this.#texts.startFailedTitle,
        message: failure.title,
        detail: failure.detail,
        buttons: [tryAgain, copyDetails, quit],
        defaultId: 0,
        cancelId: 2,
        noLink: true,
      })
      if (response !== 1) return response === 0
      clipboard.writeText(`${failure.title}\n${failure.detail}`)
    }
  }

  get #address(): string {
    return this.#deps.devServer ?? appAddress
  }

  get #origin(): string {
    return originOf(this.#address) ?? ''
  }

  #prepareSession(): void {
    const own = session.defaultSession
    refusePermissions(own, this.#origin, this.#log)
    guardDownloads(own, this.#origin, app.getPath('downloads'), this.#log)
    protocol.handle(appScheme, createAssetHandler({ folder: join(this.#root, 'out/renderer'), log: this.#log }))
  }

  #makeWindow(state: ShellStateStore): MainWindow {
    return new MainWindow({
      address: this.#address,
      preload: join(this.#root, 'out/preload/index.cjs'),
      icon: this.#icon('icon-256.png'),
      state,
      log: this.#log,
      onClosing: (event) => this.#onClosing(event),
      onPageFailed: (window) => void this.#offerPageAgain(window),
      mayLoseChanges: (window) => this.#mayLoseChanges(window),
    })
  }

  #openBridge(window: MainWindow, connection: HostConnection): void {
    const origin = this.#origin
    const isTrusted = (event: Parameters<typeof comesFrom>[0]) => comesFrom(event, window.contents, origin)
    new Bridge({ ipcMain, connection, isTrusted, log: this.#log })
    new FileBridge({ ipcMain, isTrusted, log: this.#log, askPath })
  }

  #makeMenus(connection: HostConnection): void {
    const texts = connection.kind === 'remote' ? { ...this.#texts, quit: this.#texts.leave } : this.#texts
    const logFolder = this.#logFolder
    const actions = {
      openWindow: () => this.showWindow(),
      backUpNow: () => void this.#backUpNow(connection),
      showLogs: logFolder === undefined ? undefined : () => void shell.openPath(logFolder),
      quit: () => app.quit(),
    }
    const isMac = process.platform === 'darwin'
    Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate({ texts, actions, isMac, isDevelopment: !app.isPackaged })))
    const icon = this.#icon(isMac ? 'trayTemplate.png' : 'tray.png')
    this.#tray = HostTray.tryOpen({ icon, texts, actions, connection, log: this.#log })
  }

  async #backUpNow(connection: HostConnection): Promise<void> {
    const reply = await connection.invoke('backups.create', {}, { requestId: 'menu-backup' })
    if (reply.ok) this.#notify(this.#texts.backupStarted, '')
    else this.#notify(this.#texts.backupNotStarted, reply.error.message)
  }

  #notify(title: string, body: string): void {
    if (Notification.isSupported()) new Notification({ title, body, icon: this.#icon('icon-256.png') }).show()
  }

  #icon(name: string): string {
    return join(this.#root, 'resources/icons', name)
  }

  #onClosing(event: { preventDefault(): void }): void {
    if (this.#quitting || this.#connection?.kind !== 'embedded' || process.platform === 'darwin') return
    if (this.#tray) {
      this.#tellOnceThatHostStays()
      return
    }
    event.preventDefault()
    void this.#askBeforeClosing()
  }

  #tellOnceThatHostStays(): void {
    if (this.#state?.state.toldThatHostStays) return
    this.#notify(this.#texts.hostStaysTitle, this.#texts.hostStays)
    void this.#state?.update({ toldThatHostStays: true })
  }

  async #askBeforeClosing(): Promise<void> {
    const { response } = await dialog.showMessageBox({
      type: 'question',
      message: this.#texts.closeQuestion,
      detail: this.#texts.closeDetail,
      buttons: [this.#texts.keepRunning, this.#texts.quit, this.#texts.cancel],
      defaultId: 0,
      cancelId: 2,
      noLink: true,
    })
    if (response === 0) this.#window?.destroy()
    if (response === 1) app.quit()
  }

  #mayLoseChanges(window: BrowserWindow): boolean {
    const choice = dialog.showMessageBoxSync(window, {
      type: 'question',
      message: this.#texts.unsaved,
      buttons: [this.#texts.stay, this.#texts.discardChanges],
      defaultId: 0,
      cancelId: 0,
      noLink: true,
    })
    // Who stays does not quit either.
    if (choice === 0) this.#quitting = false
    return choice === 1
  }

  async #offerPageAgain(window: BrowserWindow): Promise<void> {
    const { response } = await dialog.showMessageBox({
      type: 'error',
      message: this.#texts.pageFailedTitle,
      detail: this.#texts.pageFailed,
      buttons: [this.#texts.showAgain, this.#texts.closeWindow],
      defaultId: 0,
      cancelId: 1,
      noLink: true,
    })
    if (!window.isDestroyed()) window.destroy()
    if (response === 0) this.showWindow()
  }

  #listenForTheEnd(): void {
    app.on('before-quit', () => {
      this.#quitting = true
    })
    app.on('window-all-closed', () => {
      if (this.#connection?.kind === 'remote') app.quit()
    })
    // The windows are gone by now, so nothing new is asked for; the host gets its time to flush, then the app ends either way.
    app.on('will-quit', (event) => {
      if (!this.#connection) return
      event.preventDefault()
      void this.#flushAndExit(this.#connection)
    })
  }

  async #flushAndExit(connection: HostConnection): Promise<void> {
    this.#connection = undefined
    this.#tray?.close()
    const closed = await closeWithin(connection, closeTimeoutMs, this.#log)
    await this.#state?.update({})
    app.exit(closed ? 0 : 1)
  }
}

/** The system's own dialog for a file to write. Undefined when the person changed their mind. */
async function askPath(name: string): Promise<string | undefined> {
  const defaultPath = join(app.getPath('downloads'), name)
  const { canceled, filePath } = await dialog.showSaveDialog({ defaultPath, properties: ['showOverwriteConfirmation'] })
  return canceled || filePath === '' ? undefined : filePath
}
