import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { z } from 'zod'
import type { ConnectionColour } from '../../contract/connection-colours.ts'
import {
  type ConnectionDraft,
  type ConnectionTarget,
  connectionColourSchema,
  connectionNameSchema,
  connectionTargetSchema,
  maxRemembered,
  tokenKeepingSchema,
} from '../../contract/shell.ts'
import { writeFileDurably } from '../base/durable-file.ts'
import { HoldfastError } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import { openToken, sealToken, type TokenCipher } from './token-vault.ts'

const fileVersion = 1

const storedTokenSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('system'), encrypted: z.string().max(8192) }),
  z.object({ kind: z.literal('file'), token: z.string().max(512) }),
])
const entrySchema = z.object({
  id: z.string().min(1).max(64),
  name: connectionNameSchema,
  colour: connectionColourSchema,
  production: z.boolean(),
  target: connectionTargetSchema,
  tokenKeeping: tokenKeepingSchema,
  token: storedTokenSchema.optional(),
})
/** A remembered connection, as the file holds it. */
export type ConnectionEntry = z.infer<typeof entrySchema>

const bookSchema = z.object({
  version: z.literal(fileVersion),
  /** The one that was in use last. */
  current: z.string().max(64).nullable(),
  connections: z.array(entrySchema).max(maxRemembered),
})
type Book = z.infer<typeof bookSchema>

/** Of the connection to the host that the app was started for: there is always one. */
export const firstId = 'first'

export interface ConnectionBookDeps {
  file: string
  /** The host that the app was started for, until a person gives it a name and a colour. */
  first: { name: string; dataFolder: string }
  cipher: TokenCipher
  log: Log
}

/**
 * The remembered connections, in one file of the app's own folder (0600, replaced durably). A file that cannot be understood is left as
 * it is: the app goes on with its first host, says so, and writes nothing over it.
 */
export class ConnectionBook {
  readonly #deps: ConnectionBookDeps
  #book: Book
  #writing: Promise<unknown> = Promise.resolve()
  /** The file, where it cannot be understood: then nothing can be remembered. */
  readonly unreadable: string | null

  private constructor(deps: ConnectionBookDeps, book: Book, unreadable: string | null) {
    this.#deps = deps
    this.#book = book
    this.unreadable = unreadable
  }

  /** Never rejects. */
  static async open(deps: ConnectionBookDeps): Promise<ConnectionBook> {
    const empty: Book = { version: fileVersion, current: null, connections: [] }
    try {
      const book = bookSchema.parse(JSON.parse(await readFile(deps.file, 'utf8')))
      return new ConnectionBook(deps, book, null)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return new ConnectionBook(deps, empty, null)
      deps.log.warn({ file: deps.file }, 'The remembered connections cannot be read')
      return new ConnectionBook(deps, empty, deps.file)
    }
  }

  /** The first host, then the others in the order in which they were made. */
  get entries(): readonly ConnectionEntry[] {
    return [this.first, ...this.#book.connections.filter(({ id }) => id !== firstId)]
  }

  get first(): ConnectionEntry {
    const { name, dataFolder } = this.#deps.first
    const known = this.#book.connections.find(({ id }) => id === firstId)
    // The data folder is what the app was started for, whatever was remembered.
    const target: ConnectionTarget = { kind: 'own', dataFolder }
    const unnamed = {
      id: firstId,
      name,
      colour: 'teal' as const satisfies ConnectionColour,
      production: false,
      tokenKeeping: 'ask' as const,
    }
    return known ? { ...known, target } : { ...unnamed, target }
  }

  get lastUsed(): string | null {
    return this.#book.current
  }

  /** @throws HoldfastError `not_found` */
  entry(id: string): ConnectionEntry {
    const found = this.entries.find((candidate) => candidate.id === id)
    if (!found) throw new HoldfastError('not_found', 'This connection is not remembered any more.')
    return found
  }

  /** The token that is remembered, undefined when there is none or the key store does not open it. */
  tokenOf(entry: ConnectionEntry): string | undefined {
    return entry.token && openToken(entry.token, this.#deps.cipher)
  }

  /** Makes or changes one. Resolves when it is on disk. @throws HoldfastError with what is wrong with it */
  async save(draft: ConnectionDraft): Promise<ConnectionEntry> {
    const known = draft.id === undefined ? undefined : this.entry(draft.id)
    const id = known?.id ?? randomUUID()
    if (this.entries.some((other) => other.id !== id && sameName(other.name, draft.name))) {
      throw new HoldfastError('conflict', `There is already a connection with the name "${draft.name}". Choose another name.`)
    }
    const entry = this.#entryOf(id, draft, known)
    await this.#change((book) => ({ connections: withEntry(book.connections, entry) }))
    return entry
  }

  async remove(id: string): Promise<void> {
    if (id === firstId) throw new HoldfastError('conflict', 'This is the host that the app was started for; it stays.')
    this.entry(id)
    await this.#change(({ connections, current }) => ({
      connections: connections.filter((entry) => entry.id !== id),
      current: current === id ? null : current,
    }))
  }

  /** Remembers which one is in use. A failure is said in the log: it costs only convenience. */
  async use(id: string): Promise<void> {
    if (this.unreadable !== null || this.#book.current === id) return
    await this.#change(() => ({ current: id })).catch((error: unknown) => {
      this.#deps.log.warn({ err: error }, 'Which connection is in use could not be remembered')
    })
  }

  #entryOf(id: string, draft: ConnectionDraft, known: ConnectionEntry | undefined): ConnectionEntry {
    const { name, colour, production } = draft
    const target = id === firstId ? this.first.target : draft.target
    const tokenKeeping = target.kind === 'address' ? (draft.tokenKeeping ?? known?.tokenKeeping ?? 'ask') : 'ask'
    const entry = { id, name, colour, production, target, tokenKeeping }
    if (tokenKeeping === 'ask') return entry
    // A token belongs to one host: it does not move along to another address.
    const sameHost = known !== undefined && JSON.stringify(known.target) === JSON.stringify(target)
    const token = draft.token ?? (sameHost ? this.tokenOf(known) : undefined)
    if (token === undefined) return entry
    const stored = sealToken(token, tokenKeeping, this.#deps.cipher)
    if (stored) return { ...entry, token: stored }
    throw new HoldfastError('conflict', 'This system has no key store that Holdfast can use. Choose another way to keep the token.')
  }

  /** One after the other, each on what the one before left. */
  #change(make: (book: Book) => Partial<Book>): Promise<void> {
    const change = this.#writing.then(async () => {
      if (this.unreadable !== null) {
        const sentence = `${this.unreadable} cannot be understood. Move it away or put back a copy, then start Holdfast again.`
        throw new HoldfastError('conflict', sentence)
      }
      const next = { ...this.#book, ...make(this.#book) }
      await writeFileDurably(this.#deps.file, `${JSON.stringify(next, null, 2)}\n`)
      this.#book = next
    })
    this.#writing = change.catch(() => {})
    return change
  }
}

const sameName = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase()

function withEntry(connections: readonly ConnectionEntry[], entry: ConnectionEntry): ConnectionEntry[] {
  if (connections.some(({ id }) => id === entry.id)) return connections.map((other) => (other.id === entry.id ? entry : other))
  if (connections.length < maxRemembered) return [...connections, entry]
  throw new HoldfastError('too_large', `At most ${maxRemembered} connections are remembered. Remove one first.`)
}
