import { Menu, type MenuItemConstructorOptions, nativeImage, Tray } from 'electron'
import { jobListOutput } from '../../contract/jobs.ts'
import type { ConnectionView } from '../../contract/shell.ts'
import { type Level, statusOutput } from '../../contract/status.ts'
import type { Log } from '../base/log.ts'
import type { HostConnection } from './host-connection.ts'
import { type MenuActions, restartItems } from './menu.ts'
import type { Texts } from './texts.ts'
import { type TrayWords, trayWords } from './tray-words.ts'

/** "2 h ago" grows old by itself. */
const refreshMs = 60_000
/** The percentage of a running job is worth seeing move. */
const busyRefreshMs = 2000
const shownJobs = 20

export interface TrayDeps {
  /** The picture of a state. Each level has a shape of its own, because a colour alone says nothing to many. */
  icon(level: Level): string
  texts(): Texts
  actions: Pick<MenuActions, 'openWindow' | 'backUpNow' | 'restart' | 'quit'> & { goTo(path: string): void; switchTo(id: string): void }
  connection: HostConnection
  /** The one in use, and all that are remembered. */
  connections(): { current: ConnectionView; all: readonly ConnectionView[] }
  log: Log
}

/** The sign that the host runs, with its state in words. Lives as long as the app. */
export class HostTray {
  readonly #deps: TrayDeps
  readonly #tray: Tray
  readonly #unsubscribe: () => void
  #timer: NodeJS.Timeout | undefined
  #connectionState: 'connected' | 'lost' = 'connected'
  #shown: TrayWords
  #busy = false
  #asking = false
  #askAgain = false

  /** Undefined where the desktop has no tray. On Linux a tray that nobody draws cannot be told from one that is seen. */
  static tryOpen(deps: TrayDeps): HostTray | undefined {
    try {
      return new HostTray(deps, new Tray(nativeImage.createFromPath(deps.icon('unknown'))))
    } catch (error) {
      deps.log.warn({ err: error }, 'This desktop has no tray; closing the window asks what to do')
      return undefined
    }
  }

  private constructor(deps: TrayDeps, tray: Tray) {
    this.#deps = deps
    this.#tray = tray
    this.#shown = { level: 'unknown', words: deps.texts().level.unknown, next: undefined }
    tray.on('click', () => deps.actions.openWindow())
    this.redraw()
    this.#unsubscribe = deps.connection.subscribe(
      (event) => {
        if (event.event !== 'records') void this.#refresh()
      },
      (state) => {
        this.#connectionState = state
        void this.#refresh()
      },
    )
  }

  close(): void {
    clearTimeout(this.#timer)
    this.#unsubscribe()
    this.#tray.destroy()
  }

  // One question at a time; what happens meanwhile is covered by one more.
  async #refresh(): Promise<void> {
    this.#askAgain = this.#asking
    if (this.#asking) return
    this.#asking = true
    const words = await this.#ask()
    this.#asking = false
    if (this.#tray.isDestroyed()) return
    this.#shown = words
    this.redraw()
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#refresh(), this.#busy ? busyRefreshMs : refreshMs)
    if (this.#askAgain) await this.#refresh()
  }

  async #ask(): Promise<TrayWords> {
    const { connection, texts } = this.#deps
    const call = { requestId: 'tray' }
    const [status, jobs] = await Promise.all([
      connection.invoke('status.get', {}, call),
      connection.invoke('jobs.list', { limit: shownJobs }, call),
    ])
    const facts = {
      connection: this.#connectionState,
      status: status.ok ? statusOutput.safeParse(status.value).data : undefined,
      jobs: (jobs.ok ? jobListOutput.safeParse(jobs.value).data?.items : undefined) ?? [],
      nowMs: Date.now(),
    }
    this.#busy = facts.jobs.some(({ state }) => state === 'running')
    return trayWords(facts, texts())
  }

  /** Draws what is known: after a refresh, and when the language or the connections changed. */
  redraw(): void {
    const { level, words } = this.#shown
    const { current } = this.#deps.connections()
    this.#tray.setImage(nativeImage.createFromPath(this.#deps.icon(level)))
    this.#tray.setToolTip(`${current.name}: ${words}`)
    this.#tray.setContextMenu(Menu.buildFromTemplate(this.#items()))
  }

  #items(): MenuItemConstructorOptions[] {
    const { actions } = this.#deps
    const texts = this.#deps.texts()
    const { current, all } = this.#deps.connections()
    const { words, next } = this.#shown
    const others: MenuItemConstructorOptions[] = all.map(({ id, name }) => ({
      id: `connection-${id}`,
      label: name,
      type: 'radio',
      checked: id === current.id,
      click: () => actions.switchTo(id),
    }))
    return [
      { id: 'connection', label: current.name, enabled: false },
      { id: 'state', label: words, enabled: false },
      ...(next ? [{ id: 'next', label: next.label, click: () => actions.goTo(next.path) }] : []),
      { type: 'separator' },
      { id: 'open', label: texts.open, click: () => actions.openWindow() },
      { id: 'back-up-now', label: texts.backUpNow, click: () => actions.backUpNow() },
      ...(others.length > 1 ? [{ id: 'connections', label: texts.connections, submenu: others }] : []),
      { type: 'separator' },
      ...restartItems({ texts, actions }),
      { id: 'quit', label: texts.quit, click: () => actions.quit() },
    ]
  }
}
