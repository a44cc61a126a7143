import { readdir } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { ConnectionDraft, ConnectionView, DiscoveredHost, ShellState, TestOutcome } from '../../contract/shell.ts'
import { toHoldfastError } from '../api/problem.ts'
import { defaultDataFolder, inspectDataFolder } from '../base/data-folder.ts'
import { HoldfastError } from '../base/errors.ts'
import { lookForHostRecord } from '../base/host-record.ts'
import type { Log } from '../base/log.ts'
import { type ConnectionBook, type ConnectionEntry, firstId } from './connection-book.ts'
import type { CurrentHost } from './current-host.ts'
import { discoverHosts } from './discover-hosts.ts'
import type { HostConnection } from './host-connection.ts'
import type { OwnHosts } from './own-hosts.ts'
import { probeHost } from './probe-host.ts'
import { type RemoteEndpoint, readAddress } from './remote-endpoint.ts'
import { RemoteHost } from './remote-host.ts'

const stopTimeoutMs = 10_000

export interface ConnectionsDeps {
  book: ConnectionBook
  hosts: OwnHosts
  current: CurrentHost
  log: Log
  /** The app looks at another host now; nothing of the one before may stay on the screen. */
  onSwitched(): void
}

/** What a person can do with connections: test, remember, forget, switch. */
export class Connections {
  readonly #deps: ConnectionsDeps
  #currentId = firstId
  #switching = false
  /** What was in use last and could not be opened at the start. */
  notOpened: ShellState['notOpened'] = null

  constructor(deps: ConnectionsDeps) {
    this.#deps = deps
  }

  get current(): ConnectionView {
    return this.#viewOf(this.#deps.book.entry(this.#currentId))
  }

  get all(): ConnectionView[] {
    return this.#deps.book.entries.map((entry) => this.#viewOf(entry))
  }

  async save(draft: ConnectionDraft): Promise<ConnectionView> {
    const target = draft.target.kind === 'own' ? { ...draft.target, dataFolder: resolve(draft.target.dataFolder) } : draft.target
    if (target.kind === 'address' && !readAddress(target.url).ok) throw notAnAddress(readAddress(target.url))
    const known = draft.id === undefined ? undefined : this.#deps.book.entry(draft.id)
    const moves = known !== undefined && known.id !== firstId && JSON.stringify(known.target) !== JSON.stringify(target)
    if (moves && known.id === this.#currentId) {
      throw new HoldfastError('conflict', 'This connection is in use. Switch to another one before you change where it goes.')
    }
    return this.#viewOf(await this.#deps.book.save({ ...draft, target }))
  }

  async remove(id: string): Promise<void> {
    if (id === this.#currentId)
      throw new HoldfastError('conflict', 'This connection is in use. Switch to another one before you remove it.')
    const { target } = this.#deps.book.entry(id)
    await this.#deps.book.remove(id)
    if (target.kind === 'own' && !this.#isWanted(target.dataFolder)) await this.#deps.hosts.stop(target.dataFolder, stopTimeoutMs)
  }

  /** At the start: goes on where the app was. When that is not possible, it stays at its first host and says so. Never rejects. */
  async reopenLast(): Promise<void> {
    const { book, log } = this.#deps
    const last = book.entries.find(({ id }) => id === book.lastUsed)
    if (!last || last.id === firstId) return
    try {
      await this.switchTo(last.id)
    } catch (error) {
      this.notOpened = { name: last.name, error: toHoldfastError(error, log).toBody() }
      log.warn({ connection: last.name, code: (error as HoldfastError).code }, 'The connection that was in use last could not be opened')
    }
  }

  /** Opens the other host first: when that fails, everything is as it was. */
  async switchTo(id: string, token?: string): Promise<void> {
    if (id === this.#currentId) return
    if (this.#switching) throw new HoldfastError('overloaded', 'Another switch is under way; wait a moment.')
    this.#switching = true
    try {
      const entry = this.#deps.book.entry(id)
      const before = this.#deps.current.replace(await this.#open(entry, token))
      this.#currentId = id
      this.notOpened = null
      this.#deps.onSwitched()
      if (before.kind === 'remote') await before.close()
      await this.#deps.book.use(id)
    } finally {
      this.#switching = false
    }
  }

  /** Never rejects for what it finds. */
  async test({ id, target, token }: Pick<ConnectionDraft, 'id' | 'target' | 'token'>): Promise<TestOutcome> {
    if (target.kind === 'own') return this.#testFolder(resolve(target.dataFolder))
    if (target.kind === 'socket') return probeHost({ kind: 'socket', path: target.path })
    const address = readAddress(target.url)
    if (!address.ok) return { kind: address.fault, reason: target.url }
    return probeHost({ kind: 'address', url: address.url, token: token ?? this.#rememberedToken(id, address.url) ?? '' })
  }

  discover(): Promise<DiscoveredHost[]> {
    const folders = this.#deps.book.entries.flatMap(({ target }) => (target.kind === 'own' ? [target.dataFolder] : []))
    return discoverHosts([defaultDataFolder(), ...folders])
  }

  async #open(entry: ConnectionEntry, token: string | undefined): Promise<HostConnection> {
    if (entry.target.kind === 'own') return (await this.#deps.hosts.open(entry.target.dataFolder)).connection
    return RemoteHost.connect({ endpoint: this.#endpointOf(entry, token), log: this.#deps.log })
  }

  #endpointOf(entry: ConnectionEntry, given: string | undefined): RemoteEndpoint {
    if (entry.target.kind !== 'address') return { kind: 'socket', path: entry.target.kind === 'socket' ? entry.target.path : '' }
    const address = readAddress(entry.target.url)
    if (!address.ok) throw notAnAddress(address)
    const token = given ?? this.#deps.book.tokenOf(entry)
    if (token === undefined) throw new HoldfastError('unauthenticated', `The token of "${entry.name}" is needed.`)
    return { kind: 'address', url: address.url, token }
  }

  /** Only for the address that it belongs to: a changed address must not be sent another host's token. */
  #rememberedToken(id: string | undefined, url: URL): string | undefined {
    const entry = id === undefined ? undefined : this.#deps.book.entry(id)
    if (entry?.target.kind !== 'address') return undefined
    const own = readAddress(entry.target.url)
    return own.ok && own.url.origin === url.origin ? this.#deps.book.tokenOf(entry) : undefined
  }

  async #testFolder(dataFolder: string): Promise<TestOutcome> {
    try {
      await inspectDataFolder(dataFolder)
    } catch (error) {
      return { kind: 'folder-refused', reason: (error as Error).message }
    }
    const record = await lookForHostRecord(dataFolder)
    if (record && record.pid !== process.pid) return { kind: 'folder', state: 'served' }
    const isEmpty = await readdir(dataFolder).then(
      (names) => names.length === 0,
      () => true,
    )
    return { kind: 'folder', state: isEmpty ? 'new' : 'ours' }
  }

  #isWanted(dataFolder: string): boolean {
    return this.#deps.book.entries.some(({ target }) => target.kind === 'own' && target.dataFolder === dataFolder)
  }

  #viewOf({ id, name, colour, production, target, tokenKeeping }: ConnectionEntry): ConnectionView {
    const running = target.kind === 'own' && this.#deps.hosts.isRunning(target.dataFolder)
    return { id, name, colour, production, target, tokenKeeping, isFirst: id === firstId, running }
  }
}

function notAnAddress(address: ReturnType<typeof readAddress>): HoldfastError {
  const plain = !address.ok && address.fault === 'plain-remote'
  const sentence = plain
    ? 'Plain http goes to this machine only, because it would show the token to the network. Use an https address.'
    : 'This is not the address of a host. It looks like http://127.0.0.1:7450 or https://host.example.'
  return new HoldfastError('invalid_request', sentence)
}
