import { hostname } from 'node:os'
import { join, resolve } from 'node:path'
import { app, type BrowserWindow, dialog, ipcMain, Menu, Notification, nativeTheme, protocol, session, shell } from 'electron'
import { linkScheme, parseDeepLink } from '../../contract/deep-link.ts'
import type { AppSettings } from '../../contract/shell.ts'
import type { Level } from '../../contract/status.ts'
import type { Log } from '../base/log.ts'
import { createAssetHandler } from './asset-handler.ts'
import { ConnectionBook } from './connection-book.ts'
import { askAboutUnsaved, askAfterFailure, askBeforeClosing, askBeforeQuitting, askToShowAgain, chooseFolder } from './dialogs.ts'
import type { HostInThisProcess } from './embedded-host.ts'
import { FileBridge } from './file-bridge.ts'
import { comesFrom, guardDownloads, refusePermissions } from './hardening.ts'
import { MainWindow } from './main-window.ts'
import { menuTemplate } from './menu.ts'
import { OpenApp } from './open-app.ts'
import type { OpenedHost } from './open-host.ts'
import { appAddress, appScheme, originOf } from './origin.ts'
import { OwnHosts } from './own-hosts.ts'
import { runningJobs } from './running-jobs.ts'
import { describeStartFailure } from './start-failure.ts'
import { systemCipher } from './system-cipher.ts'
import { type Texts, textsFor } from './texts.ts'
import { HostTray } from './tray.ts'
import { ShellStateStore } from './window-state.ts'

/** The system gives a program about this long at shutdown; journal and database need a fraction of it. */
const closeTimeoutMs = 10_000

export interface DesktopAppDeps {
  /** The data folder that the app was started for. */
  dataFolder: string
  /** Starts a host in this process. Rejects with `host_running` when another process has the folder. */
  startHost(dataFolder: string): Promise<HostInThisProcess & { logFolder: string }>
  /** For what happens before there is a host, and so a log. */
  earlyLog: Log
  /** Where the renderer is while it is being worked on (`npm run dev`); absent: the built one, over `app:`. */
  devServer: string | undefined
  /** What starts this app for the same data folder again, after the program itself. */
  startArguments: readonly string[]
  /** Stays in the tray until a person wants the window. */
  hidden: boolean
}

/**
 * The desktop app from the ready event to the last flush. Closing the window keeps an embedded host running, because programs reach their
 * data through it; the tray, the menu or starting the app once more bring the window back. Where no tray can be made, closing asks.
 * An app without a host of its own ends with its window.
 */
export class DesktopApp {
  readonly #deps: DesktopAppDeps
  readonly #root = app.getAppPath()
  readonly #hosts: OwnHosts
  #log: Log
  #logFolder: string | undefined
  #state: ShellStateStore | undefined
  #window: MainWindow | undefined
  #tray: HostTray | undefined
  #open: OpenApp | undefined
  #quitting = false
  #startsAgain = false
  #failed = false
  #ended = false
  #linkBeforeOpen: string | undefined

  /** After `ready`. */
  constructor(deps: DesktopAppDeps) {
    this.#deps = deps
    this.#log = deps.earlyLog
    this.#hosts = new OwnHosts({ start: deps.startHost, log: deps.earlyLog })
  }

  /** A person started the app again, or clicked it in the dock. */
  showWindow(): void {
    if (!this.#quitting) this.#window?.show()
  }

  /** Somebody followed an address of the scheme `holdfast:`. The page says what is wrong with a bad one; nothing is done by itself. */
  openLink(address: string): void {
    if (!this.#open) {
      this.#linkBeforeOpen = address
      return
    }
    const parsed = parseDeepLink(address)
    this.showWindow()
    this.#open.door.tell(parsed.ok ? { kind: 'link', link: parsed.link } : { kind: 'bad-link', fault: parsed.fault })
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
    const dataFolder = resolve(this.#deps.dataFolder)
    const opened = await this.#openFirstOrGiveUp(dataFolder)
    if (!opened) return
    this.#log = opened.log
    this.#logFolder = opened.logFolder
    const userData = app.getPath('userData')
    const state = await ShellStateStore.open(join(userData, 'shell-state.json'), this.#log)
    const first = { name: hostname(), dataFolder }
    const book = await ConnectionBook.open({ file: join(userData, 'connections.json'), first, cipher: systemCipher, log: this.#log })
    if (this.#quitting) return
    this.#state = state
    this.#prepareSession()
    this.#window = this.#makeWindow(state)
    this.#open = this.#openApp(opened, state, book, this.#window)
    await this.#open.connections.reopenLast()
    this.#applySettings(state.settings)
    this.#tray = this.#makeTray(this.#open)
    this.#showChanges()
    if (!this.#deps.hidden || !this.#tray) this.#window.show()
    if (this.#linkBeforeOpen !== undefined) this.openLink(this.#linkBeforeOpen)
  }

  get #texts(): Texts {
    return textsFor(this.#state?.settings.language ?? app.getLocale())
  }

  /** Without a host of its own, the app does not end anything but itself. */
  get #menuTexts(): Texts {
    return this.#hosts.count === 0 ? { ...this.#texts, quit: this.#texts.leave } : this.#texts
  }

  get #address(): string {
    return this.#deps.devServer ?? appAddress
  }

  get #origin(): string {
    return originOf(this.#address) ?? ''
  }

  async #openFirstOrGiveUp(dataFolder: string): Promise<OpenedHost | undefined> {
    for (;;) {
      try {
        return await this.#hosts.open(dataFolder)
      } catch (error) {
        if (this.#quitting) return undefined
        const failure = describeStartFailure(error, this.#texts)
        this.#log.error({ err: error, code: failure.code }, failure.message)
        if (await askAfterFailure(failure, this.#texts)) continue
        app.exit(failure.exitCode)
        return undefined
      }
    }
  }

  #prepareSession(): void {
    const own = session.defaultSession
    refusePermissions(own, this.#origin, this.#log)
    guardDownloads(own, this.#origin, app.getPath('downloads'), this.#log)
    protocol.handle(appScheme, createAssetHandler({ folder: join(this.#root, 'out/renderer'), log: this.#log }))
    // While the app is not packaged, the program is Electron and the app its argument.
    if (app.isPackaged) app.setAsDefaultProtocolClient(linkScheme)
    else app.setAsDefaultProtocolClient(linkScheme, process.execPath, [this.#root])
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

  #openApp(opened: OpenedHost, state: ShellStateStore, book: ConnectionBook, window: MainWindow): OpenApp {
    const origin = this.#origin
    const isTrusted = (event: Parameters<typeof comesFrom>[0]) => comesFrom(event, window.contents, origin)
    new FileBridge({ ipcMain, isTrusted, log: this.#log, askPath })
    return new OpenApp({
      first: opened.connection,
      hosts: this.#hosts,
      book,
      cipher: systemCipher,
      state,
      ipcMain,
      isTrusted,
      texts: () => this.#texts,
      window,
      loginCommand: [process.execPath, ...(app.isPackaged ? [] : [this.#root]), ...this.#deps.startArguments],
      configHome: app.getPath('appData'),
      loginItems: app,
      notify: (note) => this.#notify(note.title, note.body, note.path),
      chooseFolder: () => chooseFolder(this.#texts),
      onChanged: () => this.#showChanges(),
      onSettings: (settings) => this.#applySettings(settings),
      log: this.#log,
    })
  }

  #makeTray({ current, connections }: OpenApp): HostTray | undefined {
    return HostTray.tryOpen({
      icon: (level) => this.#trayIcon(level),
      texts: () => this.#menuTexts,
      actions: { ...this.#actions(), goTo: (path) => this.#goTo(path), switchTo: (id) => this.#askToSwitch(id) },
      connection: current,
      connections: () => ({ current: connections.current, all: connections.all }),
      log: this.#log,
    })
  }

  #actions() {
    const logFolder = this.#logFolder
    return {
      openWindow: () => this.showWindow(),
      backUpNow: () => void this.#backUpNow(),
      showLogs: logFolder === undefined ? undefined : () => void shell.openPath(logFolder),
      restart: this.#open?.current.kind === 'embedded' ? () => this.#restart() : undefined,
      quit: () => void this.#askAndQuit(),
    }
  }

  /** The host stops as when quitting; its next start reads the settings anew. */
  #restart(): void {
    this.#startsAgain = true
    app.quit()
  }

  /** Title, menu, tray and page say which host this is, in the language that was chosen. */
  #showChanges(): void {
    if (!this.#open) return
    const { current } = this.#open.connections
    this.#window?.setTitle(current.production ? `${current.name} ● Holdfast` : `${current.name} – Holdfast`)
    const menu = menuTemplate({
      texts: this.#menuTexts,
      actions: this.#actions(),
      isMac: process.platform === 'darwin',
      isDevelopment: !app.isPackaged,
    })
    Menu.setApplicationMenu(Menu.buildFromTemplate(menu))
    this.#tray?.redraw()
    this.#open.door.tell({ kind: 'changed' })
  }

  #applySettings({ theme }: Pick<AppSettings, 'theme'>): void {
    nativeTheme.themeSource = theme === 'auto' ? 'system' : theme
  }

  /** The page asks about unsaved changes and a token first; nothing is switched behind a person's back. */
  #askToSwitch(id: string): void {
    this.showWindow()
    this.#open?.door.tell({ kind: 'switch', id })
  }

  #goTo(path: string): void {
    this.showWindow()
    this.#open?.door.tell({ kind: 'go', path })
  }

  async #backUpNow(): Promise<void> {
    const reply = await this.#open?.current.invoke('backups.create', {}, { requestId: 'menu-backup' })
    // That it began is seen in the tray; that it did not, nowhere else.
    if (reply && !reply.ok) this.#notify(this.#texts.backupNotStarted, reply.error.message, '/backups')
  }

  #notify(title: string, body: string, path: string): void {
    if (!Notification.isSupported()) return
    const note = new Notification({ title, body, icon: this.#icon('icon-256.png') })
    note.on('click', () => this.#goTo(path))
    note.show()
  }

  #icon(name: string): string {
    return join(this.#root, 'resources/icons', name)
  }

  #trayIcon(level: Level): string {
    return this.#icon(process.platform === 'darwin' ? `tray-${level}Template.png` : `tray-${level}.png`)
  }

  #onClosing(event: { preventDefault(): void }): void {
    if (this.#quitting || this.#hosts.count === 0 || process.platform === 'darwin') return
    if (this.#state?.settings.keepRunning === false) {
      event.preventDefault()
      void this.#askAndQuit()
    } else if (this.#tray) this.#tellOnceThatHostStays()
    else {
      event.preventDefault()
      void this.#askBeforeClosing()
    }
  }

  #tellOnceThatHostStays(): void {
    if (this.#state?.state.toldThatHostStays) return
    this.#notify(this.#texts.hostStaysTitle, this.#texts.hostStays, '/')
    void this.#state?.update({ toldThatHostStays: true })
  }

  async #askBeforeClosing(): Promise<void> {
    const choice = await askBeforeClosing(this.#texts)
    if (choice === 'keep') this.#window?.destroy()
    if (choice === 'quit') await this.#askAndQuit()
  }

  async #askAndQuit(): Promise<void> {
    const jobs = await runningJobs(this.#hosts.connections)
    const names = this.#texts.tray.job as Record<string, string>
    const named = [...new Set(jobs.map(({ kind }) => this.#texts.tray.runningOnly(names[kind] ?? this.#texts.tray.job.other)))]
    if (named.length === 0 || (await askBeforeQuitting(named.join(', '), this.#texts))) app.quit()
  }

  #mayLoseChanges(window: BrowserWindow): boolean {
    const may = askAboutUnsaved(window, this.#texts)
    // Who stays does not quit either.
    if (!may) {
      this.#quitting = false
      this.#startsAgain = false
    }
    return may
  }

  async #offerPageAgain(window: BrowserWindow): Promise<void> {
    const again = await askToShowAgain(this.#texts)
    if (!window.isDestroyed()) window.destroy()
    if (again) this.showWindow()
  }

  #listenForTheEnd(): void {
    app.on('before-quit', () => {
      this.#quitting = true
    })
    app.on('window-all-closed', () => {
      if (this.#hosts.count === 0) app.quit()
    })
    // The windows are gone by now, so nothing new is asked for; the hosts get their time to flush, then the app ends either way.
    app.on('will-quit', (event) => {
      if (this.#ended || !this.#open) return
      event.preventDefault()
      void this.#flushAndExit(this.#open)
    })
  }

  async #flushAndExit(open: OpenApp): Promise<void> {
    this.#ended = true
    this.#tray?.close()
    const closed = await open.close(closeTimeoutMs)
    await this.#state?.update({})
    if (this.#startsAgain) app.relaunch()
    app.exit(closed ? 0 : 1)
  }
}

/** The system's own dialog for a file to write. Undefined when the person changed their mind. */
async function askPath(name: string): Promise<string | undefined> {
  const defaultPath = join(app.getPath('downloads'), name)
  const { canceled, filePath } = await dialog.showSaveDialog({ defaultPath, properties: ['showOverwriteConfirmation'] })
  return canceled || filePath === '' ? undefined : filePath
}
