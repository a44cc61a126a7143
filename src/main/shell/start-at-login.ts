import { mkdir, readFile, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { syncFolder, writeFileDurably } from '../base/durable-file.ts'

/** The part of Electron's `app` that speaks to macOS and Windows. */
export interface LoginItems {
  getLoginItemSettings(options: { args: string[] }): { openAtLogin: boolean }
  setLoginItemSettings(settings: { openAtLogin: boolean; args: string[] }): void
}

export interface StartAtLoginDeps {
  platform: NodeJS.Platform
  /** What starts this app: the program and its arguments. It is told to stay without a window. */
  command: readonly string[]
  configHome: string
  loginItems: LoginItems
}

const args = ['--hidden']

/** Whether the system starts the app when a person logs in. Nothing is registered until somebody asks for it. */
export class StartAtLogin {
  readonly #deps: StartAtLoginDeps

  constructor(deps: StartAtLoginDeps) {
    this.#deps = deps
  }

  /** The file that does it on Linux, for a person to look at; null where the system keeps it elsewhere. */
  get place(): string | null {
    const { platform, configHome } = this.#deps
    return platform === 'linux' ? join(configHome, 'autostart', 'holdfast.desktop') : null
  }

  async isOn(): Promise<boolean> {
    const { place } = this
    if (place === null) return this.#deps.loginItems.getLoginItemSettings({ args }).openAtLogin
    try {
      return !/^Hidden\s*=\s*true$/m.test(await readFile(place, 'utf8'))
    } catch {
      return false
    }
  }

  /** Resolves when the system will do so at the next login, also after a power cut. */
  async set(on: boolean): Promise<void> {
    const { place } = this
    if (place === null) return this.#deps.loginItems.setLoginItemSettings({ openAtLogin: on, args })
    if (on) {
      await mkdir(dirname(place), { recursive: true })
      await writeFileDurably(place, desktopEntry([...this.#deps.command, ...args]), { mode: 0o644 })
      return
    }
    await rm(place, { force: true })
    await syncFolder(dirname(place)).catch((error: NodeJS.ErrnoException) => {
      // There never was such a folder, so nothing was removed.
      if (error.code !== 'ENOENT') throw error
    })
  }
}

/** A desktop entry of the freedesktop.org autostart specification. */
export const desktopEntry = (command: readonly string[]): string =>
  [
    '[Desktop Entry]',
    'Type=Application',
    'Name=Holdfast',
    'Comment=Keeps the data of programs on this host reachable',
    `Exec=${command.map(quoted).join(' ')}`,
    'Terminal=false',
    'X-GNOME-Autostart-enabled=true',
    '',
  ].join('\n')

/** The quoting of the Exec key, and above it that of the file's own strings: a backslash is written four times. */
function quoted(word: string): string {
  const doubled = word.replaceAll('%', '%%')
  if (/^[\w@%+=:,./-]+$/.test(doubled)) return doubled
  return `"${doubled.replace(/[\\"`$]/g, (character) => (character === '\\' ? '\\\\\\\\' : `\\\\${character}`))}"`
}
