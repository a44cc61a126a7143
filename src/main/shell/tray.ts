import { Menu, nativeImage, Tray } from 'electron'
import { type Level, levelSchema } from '../../contract/status.ts'
import type { Log } from '../base/log.ts'
import type { HostConnection } from './host-connection.ts'
import { type MenuActions, restartItems } from './menu.ts'
import type { Texts } from './texts.ts'

export interface TrayDeps {
  icon: string
  texts: Texts
  actions: Pick<MenuActions, 'openWindow' | 'backUpNow' | 'restart' | 'quit'>
  connection: HostConnection
  log: Log
}

/** The sign that the host runs, with its state in words. Lives as long as the app. */
export class HostTray {
  readonly #deps: TrayDeps
  readonly #tray: Tray
  readonly #unsubscribe: () => void
  #asking = false
  #askAgain = false

  /** Undefined where the desktop has no tray. On Linux a tray that nobody draws cannot be told from one that is seen. */
  static tryOpen(deps: TrayDeps): HostTray | undefined {
    try {
      const image = nativeImage.createFromPath(deps.icon)
      return new HostTray(deps, new Tray(image))
    } catch (error) {
      deps.log.warn({ err: error }, 'This desktop has no tray; closing the window asks what to do')
      return undefined
    }
  }

  private constructor(deps: TrayDeps, tray: Tray) {
    this.#deps = deps
    this.#tray = tray
    tray.on('click', () => deps.actions.openWindow())
    this.#show('unknown')
    this.#unsubscribe = deps.connection.subscribe(
      (event) => {
        if (event.event !== 'records') void this.#refresh()
      },
      (state) => (state === 'connected' ? void this.#refresh() : this.#show('unknown')),
    )
  }

  close(): void {
    this.#unsubscribe()
    this.#tray.destroy()
  }

  // One question at a time; what happens meanwhile is covered by one more.
  async #refresh(): Promise<void> {
    this.#askAgain = this.#asking
    if (this.#asking) return
    this.#asking = true
    const reply = await this.#deps.connection.invoke('health.get', {}, { requestId: 'tray' })
    this.#asking = false
    if (this.#tray.isDestroyed()) return
    this.#show(reply.ok ? levelOf(reply.value) : 'unknown')
    if (this.#askAgain) await this.#refresh()
  }

  #show(level: Level): void {
    const { texts, actions } = this.#deps
    this.#tray.setToolTip(`Holdfast: ${texts.level[level]}`)
    this.#tray.setContextMenu(
      Menu.buildFromTemplate([
        { id: 'state', label: texts.level[level], enabled: false },
        { type: 'separator' },
        { id: 'open', label: texts.open, click: () => actions.openWindow() },
        { id: 'back-up-now', label: texts.backUpNow, click: () => actions.backUpNow() },
        { type: 'separator' },
        ...restartItems({ texts, actions }),
        { id: 'quit', label: texts.quit, click: () => actions.quit() },
      ]),
    )
  }
}

function levelOf(health: unknown): Level {
  const level = levelSchema.safeParse((health as { status?: unknown } | null)?.status)
  return level.success ? level.data : 'unknown'
}
