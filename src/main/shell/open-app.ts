import type { IpcMain, IpcMainEvent, IpcMainInvokeEvent } from 'electron'
import type { AppSettings } from '../../contract/shell.ts'
import type { Log } from '../base/log.ts'
import { AppSettingsStore } from './app-settings.ts'
import type { ConnectionBook } from './connection-book.ts'
import { Connections } from './connections.ts'
import { CurrentHost } from './current-host.ts'
import { closeWithin, type HostConnection } from './host-connection.ts'
import { Bridge } from './ipc.ts'
import type { MainWindow } from './main-window.ts'
import { Notifier } from './notifier.ts'
import type { OwnHosts } from './own-hosts.ts'
import { ShellDoor } from './shell-door.ts'
import { shellHandlers } from './shell-handlers.ts'
import { type LoginItems, StartAtLogin } from './start-at-login.ts'
import type { Texts } from './texts.ts'
import type { TokenCipher } from './token-vault.ts'
import type { ShellStateStore } from './window-state.ts'

export interface OpenAppDeps {
  /** The host that the app was started for, open. */
  first: HostConnection
  hosts: OwnHosts
  book: ConnectionBook
  cipher: TokenCipher
  state: ShellStateStore
  ipcMain: Pick<IpcMain, 'handle' | 'on'>
  isTrusted(event: IpcMainEvent | IpcMainInvokeEvent): boolean
  texts(): Texts
  window: Pick<MainWindow, 'isFocused' | 'loadAnew'>
  loginCommand: readonly string[]
  configHome: string
  loginItems: LoginItems
  notify(note: { title: string; body: string; path: string }): void
  chooseFolder(): Promise<string | null>
  /** What title, menu, tray and page show has changed. */
  onChanged(): void
  onSettings(settings: Omit<AppSettings, 'startAtLogin'>): void
  log: Log
}

/** What stands between the first host and the window: the host in use, the remembered ones, the page's two doors, the notifications. */
export class OpenApp {
  readonly current: CurrentHost
  readonly connections: Connections
  readonly door: ShellDoor
  readonly #deps: OpenAppDeps
  readonly #bridge: Bridge
  readonly #notifier: Notifier

  constructor(deps: OpenAppDeps) {
    const { hosts, book, cipher, log, ipcMain, isTrusted } = deps
    const current = new CurrentHost(deps.first)
    const login = { platform: process.platform, command: deps.loginCommand, configHome: deps.configHome, loginItems: deps.loginItems }
    const settings = new AppSettingsStore(deps.state, new StartAtLogin(login), deps.onSettings)
    this.#deps = deps
    this.current = current
    this.connections = new Connections({ book, hosts, current, log, onSwitched: () => this.#onSwitched() })
    this.#bridge = new Bridge({ ipcMain, connection: current, isTrusted, log })
    const { chooseFolder, onChanged } = deps
    const handlers = shellHandlers({ book, connections: this.connections, host: current, settings, cipher, chooseFolder, onChanged })
    this.door = new ShellDoor({ ipcMain, handlers, isTrusted, log })
    this.#notifier = new Notifier({
      host: current,
      texts: deps.texts,
      mayNotify: () => settings.known.notifications && !deps.window.isFocused,
      show: deps.notify,
    })
  }

  /** Whether everything was flushed in time. Never rejects. */
  async close(timeoutMs: number): Promise<boolean> {
    this.#notifier.close()
    if (this.current.kind === 'remote') await closeWithin(this.current, timeoutMs, this.#deps.log)
    return this.#deps.hosts.closeAll(timeoutMs)
  }

  /** In this order: first no call of the old page gets through, then the page is made anew. */
  #onSwitched(): void {
    this.#bridge.outdatePages()
    this.#notifier.startAnew()
    this.#deps.window.loadAnew()
    this.#deps.onChanged()
  }
}
