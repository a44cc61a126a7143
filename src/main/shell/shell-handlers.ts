import type { ShellState } from '../../contract/shell.ts'
import type { AppSettingsStore } from './app-settings.ts'
import type { ConnectionBook } from './connection-book.ts'
import type { Connections } from './connections.ts'
import type { HostConnection } from './host-connection.ts'
import type { ShellHandlers } from './shell-door.ts'
import type { TokenCipher } from './token-vault.ts'

export interface ShellHandlerDeps {
  book: ConnectionBook
  connections: Connections
  host: HostConnection
  settings: AppSettingsStore
  cipher: TokenCipher
  chooseFolder(): Promise<string | null>
  /** Something that the page, the tray and the title show has changed. */
  onChanged(): void
}

/** Everything that a page may ask of the app. */
export function shellHandlers(deps: ShellHandlerDeps): ShellHandlers {
  const { connections, settings } = deps
  const changed = <T>(answer: T): T => {
    deps.onChanged()
    return answer
  }
  return {
    'shell.state': () => stateOf(deps),
    async 'shell.settings'(change) {
      await settings.change(change)
      return changed(await stateOf(deps))
    },
    'connections.save': async (draft) => changed(await connections.save(draft)),
    async 'connections.remove'({ id }) {
      await connections.remove(id)
      return changed({})
    },
    'connections.test': (draft) => connections.test(draft),
    async 'connections.switch'({ id, token }) {
      await connections.switchTo(id, token)
      return {}
    },
    'connections.retry': () => {
      deps.host.retryNow?.()
      return {}
    },
    'connections.discover': async () => ({ hosts: await connections.discover() }),
    'connections.chooseFolder': async () => ({ folder: await deps.chooseFolder() }),
  }
}

const stateOf = async ({ book, connections, host, settings, cipher }: ShellHandlerDeps): Promise<ShellState> => ({
  current: connections.current,
  host: host.kind,
  connections: connections.all,
  unreadable: book.unreadable,
  canEncrypt: cipher.available(),
  notOpened: connections.notOpened,
  settings: await settings.read(),
  startAtLoginPlace: settings.startAtLoginPlace,
})
