import type { AppSettings, ShellInput } from '../../contract/shell.ts'
import type { StartAtLogin } from './start-at-login.ts'
import type { ShellStateStore } from './window-state.ts'

/** The settings of the app itself, which are a person's and not the host's. */
export class AppSettingsStore {
  readonly #state: ShellStateStore
  readonly #startAtLogin: StartAtLogin
  readonly #onChanged: (settings: Omit<AppSettings, 'startAtLogin'>) => void

  constructor(state: ShellStateStore, startAtLogin: StartAtLogin, onChanged: (settings: Omit<AppSettings, 'startAtLogin'>) => void) {
    this.#state = state
    this.#startAtLogin = startAtLogin
    this.#onChanged = onChanged
  }

  /** Without what only the system knows. */
  get known(): Omit<AppSettings, 'startAtLogin'> {
    return this.#state.settings
  }

  get startAtLoginPlace(): string | null {
    return this.#startAtLogin.place
  }

  async read(): Promise<AppSettings> {
    return { ...this.known, startAtLogin: await this.#startAtLogin.isOn() }
  }

  /** @throws what the system says when it cannot start the app at login */
  async change({ startAtLogin, ...own }: ShellInput<'shell.settings'>): Promise<void> {
    if (startAtLogin !== undefined) await this.#startAtLogin.set(startAtLogin)
    const known = this.#state.settings
    const { notifications = known.notifications, keepRunning = known.keepRunning, language = known.language, theme = known.theme } = own
    await this.#state.update({ settings: { notifications, keepRunning, language, theme } })
    this.#onChanged(this.known)
  }
}
