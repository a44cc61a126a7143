import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { HoldfastError } from '../../src/main/base/errors.ts'
import { silentLog } from '../../src/main/base/log.ts'
import { encodeTransaction, type Frame, type FrameOperation } from '../../src/main/journal/frame-codec.ts'
import { Journal } from '../../src/main/journal/journal.ts'
import { FolderJournalFiles, type JournalFile, type JournalFiles } from '../../src/main/journal/journal-files.ts'
import type { JournalOptions } from '../../src/main/journal/journal-open.ts'

export type FileOperation = 'preallocate' | 'open' | 'write' | 'datasync' | 'rename' | 'remove'

/** Asked before each call on the disk; an error that it returns is what the disk says. A promise delays the call. */
export type FileFault = (operation: FileOperation, name: string) => Error | undefined | Promise<Error | undefined>

export const diskError = (code: 'EIO' | 'ENOSPC'): Error => Object.assign(new Error(`${code}: injected`), { code })

/** The journal's real folder, with a disk that fails as it is told. Writes and syncs are never inline, so that they can be delayed. */
export class FaultyJournalFiles implements JournalFiles {
  readonly #real: FolderJournalFiles
  /** What was called, in order. */
  readonly calls: string[] = []
  fault: FileFault = () => undefined

  constructor(folder: string) {
    this.#real = new FolderJournalFiles(folder)
  }

  makeFolder(): Promise<void> {
    return this.#real.makeFolder()
  }

  list(): Promise<string[] | undefined> {
    return this.#real.list()
  }

  read(name: string, bytes?: number): Promise<Buffer> {
    return this.#real.read(name, bytes)
  }

  async preallocate(name: string, bytes: number): Promise<void> {
    await this.#ask('preallocate', name)
    await this.#real.preallocate(name, bytes)
  }

  async open(name: string): Promise<JournalFile> {
    await this.#ask('open', name)
    const file = await this.#real.open(name)
    let current = name
    const ask = (operation: FileOperation) => this.#ask(operation, this.#renamed.get(current) ?? current)
    return {
      writeSync: (bytes, position) => this.#now('write', this.#renamed.get(current) ?? current, () => file.writeSync(bytes, position)),
      write: async (bytes, position) => {
        await ask('write')
        await file.write(bytes, position)
      },
      datasyncSync: () => this.#now('datasync', this.#renamed.get(current) ?? current, () => file.datasyncSync()),
      datasync: async () => {
        await ask('datasync')
        await file.datasync()
      },
      close: () => {
        current = this.#renamed.get(current) ?? current
        file.close()
      },
    }
  }

  async rename(from: string, to: string): Promise<void> {
    await this.#ask('rename', to)
    await this.#real.rename(from, to)
    this.#renamed.set(from, to)
    await this.#ask('rename', `${to} done`)
  }

  async remove(name: string): Promise<void> {
    await this.#ask('remove', name)
    await this.#real.remove(name)
  }

  readonly #renamed = new Map<string, string>()

  async #ask(operation: FileOperation, name: string): Promise<void> {
    this.calls.push(`${operation} ${name}`)
    const error = await this.fault(operation, name)
    if (error !== undefined) throw error
  }

  #now(operation: FileOperation, name: string, act: () => void): void {
    this.calls.push(`${operation} ${name}`)
    const error = this.fault(operation, name)
    if (error instanceof Promise) throw new Error('An inline call cannot be delayed: begin with a slow sync.')
    if (error !== undefined) throw error
    act()
  }
}

export type Outcome = 'waiting' | 'written' | 'synced' | HoldfastError

/** A frame that was given to the journal, and how far it came. */
export interface Sent {
  readonly sequence: number
  readonly history: string[]
  outcome: Outcome
  /** Resolves when it is synced or has failed. */
  readonly done: Promise<void>
}

/** A folder for journals, and what was sent to the one that is open. */
export class JournalHome {
  readonly folder: string
  readonly files: FaultyJournalFiles
  readonly replayed: Frame[] = []

  private constructor(folder: string) {
    this.folder = folder
    this.files = new FaultyJournalFiles(folder)
  }

  static async make(): Promise<JournalHome> {
    return new JournalHome(join(await mkdtemp(join(tmpdir(), 'holdfast-journal-')), 'journal'))
  }

  options(more: Partial<JournalOptions> = {}): JournalOptions {
    const now = () => performance.now()
    return { files: this.files, storeId: 'store-1', segmentBytes: 64 * 1024, flushEveryMs: 0, log: silentLog, now, ...more }
  }

  create(more: Partial<JournalOptions> = {}): Promise<Journal> {
    return Journal.create(this.options(more))
  }

  /** Opens what is there; `replayed` then holds every frame. */
  open(appliedSequence = 0, more: Partial<JournalOptions> = {}): Promise<Journal> {
    this.replayed.length = 0
    return Journal.open(this.options(more), appliedSequence, (frame) => this.replayed.push(frame))
  }

  /** What each replayed transaction put, in order. */
  get contents(): string[] {
    return this.replayed.map((frame) => (frame.kind === 'transaction' ? textOf(frame.operations) : frame.kind))
  }

  async segments(): Promise<string[]> {
    return ((await this.files.list()) ?? []).filter((name) => name.startsWith('journal-')).toSorted()
  }

  read(name: string): Promise<Buffer> {
    return readFile(join(this.folder, name))
  }

  write(name: string, bytes: Buffer): Promise<void> {
    return writeFile(join(this.folder, name), bytes)
  }

  async change(name: string, change: (bytes: Buffer) => void): Promise<void> {
    const bytes = await this.read(name)
    change(bytes)
    await this.write(name, bytes)
  }

  /** Every file with its bytes, to see that nothing was changed. */
  async everything(): Promise<Map<string, string>> {
    const names = ((await this.files.list()) ?? []).toSorted()
    return new Map(await Promise.all(names.map(async (name) => [name, (await this.read(name)).toString('base64')] as const)))
  }

  async remove(): Promise<void> {
    await rm(join(this.folder, '..'), { recursive: true, force: true })
  }
}

const textOf = (operations: readonly FrameOperation[]): string =>
  operations.map(({ key, record }) => `${key}=${record?.toString().slice(0, 40) ?? ''}`).join(' ')

/** Gives a transaction of one put to the journal. */
export function send(journal: Journal, text: string, options: { durable?: boolean } = {}): Sent {
  const { promise, resolve } = Promise.withResolvers<void>()
  const sequence = journal.nextSequence
  const sent: Sent = { sequence, history: [], outcome: 'waiting', done: promise }
  const turn = (outcome: Outcome) => {
    sent.outcome = outcome
    sent.history.push(typeof outcome === 'string' ? outcome : outcome.code)
    if (outcome !== 'written') resolve()
  }
  journal.append({
    sequence,
    frame: encodeTransaction(sequence, { ms: 1_767_225_600_000 + sequence, counter: 0 }, [{ key: 'k', record: Buffer.from(text) }]),
    durable: options.durable ?? true,
    written: () => turn('written'),
    synced: () => turn('synced'),
    failed: turn,
  })
  return sent
}

/** Sends one and waits for its end. */
export async function sendAndWait(journal: Journal, text: string): Promise<Sent> {
  const sent = send(journal, text)
  await sent.done
  return sent
}
