import * as lmdb from 'lmdb'
import { type Database, open, type RootDatabase, type RootDatabaseOptionsWithPath } from 'lmdb'
import { inTime } from '../base/in-time.ts'
import { type ReaderSlot, readerSlotsOf } from './reader-slots.ts'
import { WriteWatch } from './write-watch.ts'

/** 1 KiB records take a third less space than with LMDB's usual 4 KiB pages. */
const pageBytes = 8192
const maxTables = 12
/** An environment whose commit failed may wait for its flush for ever. */
const abandonAfterMs = 2000

/** Keys are raw UTF-8, so that LMDB's order of bytes is the order of keys; written straight into LMDB's buffers. */
const utf8Keys = {
  writeKey: (key: string, target: Buffer, start: number): number => start + target.write(key, start),
  readKey: (source: Buffer, start: number, end: number): string => source.toString('utf8', start, end),
}

/** Copies into Node's pool: lmdb-js would make a zeroed buffer for each value, which costs more than finding it. */
const copiedBytes = {
  encode: (bytes: Buffer): Buffer => bytes,
  decode(shared: Buffer): Buffer {
    const copy = Buffer.allocUnsafe(shared.length)
    // lmdb-js shortens its buffer by a property that only JavaScript sees.
    copy.set(new Uint8Array(shared.buffer, shared.byteOffset, copy.length))
    return copy
  },
}

/** The two ways in which tables are written. */
interface PlainWrites<Key> {
  put(this: object, key: Key, value: Buffer): Promise<boolean>
  remove(this: object, key: Key): Promise<boolean>
}

/** The beginning of a value, and how long the whole is. */
export interface ValueHead {
  readonly head: Buffer
  readonly bytes: number
}

/** Copies the beginning only: of a large value a page of the map, instead of all. */
const headsOf = (headBytes: (shared: Buffer) => number) => ({
  encode: (): never => {
    throw new Error('A head cannot be written.')
  },
  decode(shared: Buffer): ValueHead {
    const head = Buffer.allocUnsafe(Math.min(shared.length, headBytes(shared)))
    head.set(new Uint8Array(shared.buffer, shared.byteOffset, head.length))
    return { head, bytes: shared.length }
  },
})

interface PageCounts {
  readonly treeBranchPageCount: number
  readonly treeLeafPageCount: number
  readonly overflowPages: number
}

/** What lmdb-js says of the file. */
export interface FileFigures {
  readonly pageSize: number
  readonly lastPageNumber: number
  readonly lastTxnId: number
  /** Of the tree that names the tables, and of the list of free pages. */
  readonly root: PageCounts
  readonly free: PageCounts
}

/**
 * An LMDB environment as lmdb-js gives it, with its traps closed: promises that never settle after a failed commit, and one more that is rejected where
 * nobody listens.
 */
export class LmdbRoot {
  readonly #root: RootDatabase
  readonly #watches = new Set<WriteWatch>()
  #commits = 0
  #hasFailed = false

  constructor(folder: string, { readOnly }: { readOnly: boolean }) {
    const options: RootDatabaseOptionsWithPath & { safeRestore: boolean } = {
      path: folder,
      pageSize: pageBytes,
      maxDbs: maxTables,
      // After a crash only what was synced counts; the journal replays the rest (DN2). The option is missing from lmdb-js's types.
      safeRestore: true,
      // With it a commit that fails also rejects a promise that nobody can reach, and that ends the process.
      eventTurnBatching: false,
    }
    this.#root = open({ ...options, ...(readOnly && { readOnly }) })
  }

  /** A table whose keys are strings. Values that are read are copies. */
  table(name: string): Database<Buffer, string> {
    // The types of lmdb-js know both encoders of an open table only, not as options.
    const codecs: object = { encoder: copiedBytes, keyEncoder: utf8Keys }
    return this.#watched(name, () => this.#root.openDB<Buffer, string>(name, codecs))
  }

  /** The same table, for reading no more of each value than `headBytes` says, given the value. */
  heads(name: string, headBytes: (value: Buffer) => number): Database<ValueHead, string> {
    const codecs: object = { encoder: headsOf(headBytes), keyEncoder: utf8Keys }
    return this.#open(() => this.#root.openDB<ValueHead, string>(name, codecs))
  }

  /** A table whose keys are bytes. */
  binaryTable(name: string): Database<Buffer, Buffer> {
    return this.#watched(name, () => this.#root.openDB<Buffer, Buffer>(name, { encoding: 'binary', keyEncoding: 'binary' }))
  }

  /** Any table, as bytes. Values that are read are copies. */
  rawTable(name: string): Database<Buffer, Buffer> {
    const codecs: object = { encoder: copiedBytes, keyEncoding: 'binary' }
    return this.#watched(name, () => this.#root.openDB<Buffer, Buffer>(name, codecs))
  }

  /** Notes every entry that is written from now on, until it is disposed of. */
  watchWrites(): WriteWatch & Disposable {
    const watch = new WriteWatch()
    this.#watches.add(watch)
    return Object.assign(watch, { [Symbol.dispose]: () => void this.#watches.delete(watch) })
  }

  /** Whoever writes, and whatever is written, goes through these two. */
  #watched<Key extends Buffer | string>(name: string, openTable: () => Database<Buffer, Key>): Database<Buffer, Key> {
    const table = this.#open(openTable)
    const { put, remove }: PlainWrites<Key> = table
    const watches = this.#watches
    const note = (key: Key) => {
      for (const watch of watches) watch.note(name, key)
    }
    // Once for each record: so no list of arguments is made.
    return Object.assign(table, {
      put: (key: Key, value: Buffer) => {
        if (watches.size > 0) note(key)
        return put.call(table, key, value)
      },
      remove: (key: Key) => {
        if (watches.size > 0) note(key)
        return remove.call(table, key)
      },
    })
  }

  // A table that is not there yet is made, which is a commit of its own.
  #open<Table>(openTable: () => Table): Table {
    try {
      return openTable()
    } catch (error) {
      this.#hasFailed = true
      throw error
    }
  }

  /** Of the last commit. */
  get figures(): FileFigures {
    return this.#root.getStats() as FileFigures
  }

  /** Does what `issue` puts and removes in one commit; it must not throw (DN3). Resolves on commit, rejects with what the disk said. */
  async commit(issue: () => void, timeoutMs: number): Promise<void> {
    this.#commits++
    try {
      await within(this.#root.batch(issue), timeoutMs, 'commit')
      this.#hasFailed = false
    } catch (error) {
      this.#hasFailed = true
      throw await causeOf(error)
    } finally {
      if (--this.#commits === 0) for (const watch of this.#watches) watch.settle()
    }
  }

  /** Settles when every commit so far is on disk. After a failed commit lmdb-js never settles it; so it is given a time (DN2). */
  async flushed(timeoutMs: number): Promise<void> {
    try {
      await within(this.#root.flushed, timeoutMs, 'sync')
    } catch (error) {
      this.#hasFailed = true
      throw error
    }
  }

  /** The next read sees what is committed now. */
  refresh(): void {
    this.#root.resetReadTxn()
  }

  /** Who reads which state. */
  get readers(): readonly ReaderSlot[] {
    return readerSlotsOf((this.#root as RootDatabase & { readerList(): string }).readerList())
  }

  /** Frees the slots of readers that died. */
  checkReaders(): void {
    this.#root.readerCheck()
  }

  /** A compacted copy in another folder, with everything that is committed now. */
  async copyTo(folder: string): Promise<void> {
    await this.#root.backup(folder, true)
  }

  /** After a failed commit the environment is left to itself when it does not close in time. */
  async close(): Promise<void> {
    const closed = this.#root.close()
    forgetTables(this.#root)
    if (!this.#hasFailed) return closed
    await within(closed, abandonAfterMs, 'close').catch(() => undefined)
  }
}

interface OpenTable {
  readonly env?: unknown
}

/**
 * lmdb-js lists every table that it has opened and never takes one off, so a host would keep each generation that it ever had. Its types do not tell of
 * the list.
 */
function forgetTables(root: object): void {
  const { env } = root as OpenTable
  const { allDbs } = lmdb as { readonly allDbs?: Map<string, OpenTable> }
  for (const [name, table] of allDbs ?? []) if (table.env === env) allDbs?.delete(name)
}

const within = <Result>(promise: Promise<Result>, timeoutMs: number, what: string): Promise<Result> =>
  inTime(promise, timeoutMs, () => new Error(`LMDB did not ${what} within ${timeoutMs} ms`))

/** lmdb-js says what the disk said in a second promise, shortly after. */
async function causeOf(error: unknown): Promise<unknown> {
  const { commitError } = error as { commitError?: Promise<never> }
  if (commitError === undefined) return error
  const cause = commitError.catch((reason: unknown) => reason)
  return within(cause, abandonAfterMs, 'explain itself').catch(() => error)
}
