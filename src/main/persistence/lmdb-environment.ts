import { closeSync, existsSync, mkdirSync, openSync, readSync, statSync } from 'node:fs'
import { open as openFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Database, open, type RootDatabase, type Transaction } from 'lmdb'
import { syncFolder } from '../base/durable-file.ts'
import { HoldfastError } from '../base/errors.ts'
import { decodeRecord } from './record-codec.ts'
import type { HybridTime } from './version-clock.ts'

/** One in 8 KiB: 1 KiB records take a third less space than with LMDB's usual 4 KiB pages. */
const pageBytes = 8192
const maxTables = 12
const stateKey = Buffer.from('state')
const present = Buffer.from([1])
const expiryPrefixBytes = 6
const databaseFormat = 1

/** What an environment says of itself, changed in the same commit as the records. */
export interface EnvironmentState {
  readonly format: number
  readonly storeId: string
  readonly timeline: string
  /** Everything up to this journal sequence is in the tables. */
  readonly appliedSequence: number
  /** The highest version in it. */
  readonly version: HybridTime
}

/** A change of one key as the tables take it. */
export interface TableChange {
  readonly key: string
  readonly record: Buffer | null
  readonly expiresAtMs: number | null
}

export interface ExpiryEntry {
  readonly expiresAtMs: number
  readonly key: string
}

export interface KeyBounds {
  readonly from: string
  readonly fromExclusive: boolean
  readonly to: string | undefined
}

const fileOf = (folder: string): string => join(folder, 'data.mdb')

export const environmentExists = (folder: string): boolean => existsSync(fileOf(folder))

/**
 * One LMDB environment: the tables of one generation. Keys are raw UTF-8, so that LMDB's order of bytes is the order of keys. This class knows lmdb-js
 * and its traps, and nothing of journals.
 */
export class LmdbEnvironment {
  readonly #root: RootDatabase
  readonly #records: Database<Buffer, Buffer>
  readonly #expiry: Database<Buffer, Buffer>
  readonly #meta: Database<Buffer, Buffer>
  readonly #file: string
  #state: EnvironmentState

  private constructor(folder: string, options: { readOnly: boolean }) {
    this.#file = fileOf(folder)
    // After a crash only what was synced counts; the journal replays the rest (DN2). The option is missing from lmdb-js's types.
    const restore = { safeRestore: true }
    this.#root = open({ path: folder, pageSize: pageBytes, maxDbs: maxTables, ...restore, ...(options.readOnly && { readOnly: true }) })
    const table = { encoding: 'binary', keyEncoding: 'binary' } as const
    this.#records = this.#root.openDB<Buffer, Buffer>('records', table)
    this.#expiry = this.#root.openDB<Buffer, Buffer>('expiry', table)
    this.#meta = this.#root.openDB<Buffer, Buffer>('meta', table)
    this.#state = readState(this.#meta)
  }

  /** Makes an empty environment and makes it durable. */
  static async create(folder: string, state: Omit<EnvironmentState, 'format'>): Promise<LmdbEnvironment> {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const root = open({ path: folder, pageSize: pageBytes, maxDbs: maxTables })
    const meta = root.openDB<Buffer, Buffer>('meta', { encoding: 'binary', keyEncoding: 'binary' })
    await meta.put(stateKey, encodeState({ format: databaseFormat, ...state }))
    await root.flushed
    await root.close()
    await syncFolder(folder)
    await syncFolder(join(folder, '..'))
    return LmdbEnvironment.open(folder)
  }

  /** Throws `store_damaged` when the file cannot be an environment, `newer_format` when a newer program wrote it. */
  static open(folder: string, options: { readOnly?: boolean } = {}): LmdbEnvironment {
    checkFile(fileOf(folder))
    try {
      return new LmdbEnvironment(folder, { readOnly: options.readOnly ?? false })
    } catch (error) {
      if (error instanceof HoldfastError) throw error
      throw damaged(fileOf(folder), 'it cannot be opened', error)
    }
  }

  get state(): EnvironmentState {
    return this.#state
  }

  /** Reads the state again: after a commit that failed, or by another thread's environment. */
  reloadState(): EnvironmentState {
    this.#state = readState(this.#meta)
    return this.#state
  }

  get recordCount(): number {
    return (this.#records.getStats() as { entryCount: number }).entryCount
  }

  get fileBytes(): number {
    return statSync(this.#file).size
  }

  /** The encoded record, copied; undefined when the key is unknown. */
  get(key: Buffer): Buffer | undefined {
    return this.#records.get(key)
  }

  /** Valid until the next call of any method. */
  getForAMoment(key: Buffer): Buffer | undefined {
    return this.#records.getBinaryFast(key) as Buffer | undefined
  }

  /** Encoded records in key order. Must be used up at once, without an await: an open cursor pins old pages. */
  *range(bounds: KeyBounds, reverse: boolean): Generator<{ key: Buffer; record: Buffer }> {
    const low = Buffer.from(bounds.from)
    const high = bounds.to === undefined ? undefined : Buffer.from(bounds.to)
    // lmdb-js includes the start and excludes the end, in both directions.
    const options = reverse
      ? { ...(high && { start: high }), end: Buffer.alloc(0), reverse: true }
      : { start: low, exclusiveStart: bounds.fromExclusive, ...(high && { end: high }) }
    for (const { key, value } of this.#records.getRange(options)) {
      if (reverse && high !== undefined && key.compare(high) >= 0) continue
      if (reverse && key.compare(low) < (bounds.fromExclusive ? 1 : 0)) return
      yield { key, record: value }
    }
  }

  /** Expiry entries up to a moment, the earliest first. They may be stale: the record says when it really expires. */
  expired(untilMs: number, limit: number): ExpiryEntry[] {
    const entries: ExpiryEntry[] = []
    for (const key of this.#expiry.getKeys({ start: Buffer.alloc(0), end: expiryKey(untilMs + 1, ''), limit })) {
      entries.push({ expiresAtMs: key.readUIntBE(0, expiryPrefixBytes), key: key.toString('utf8', expiryPrefixBytes) })
    }
    return entries
  }

  /**
   * Applies changes, in key order, with the new state in one commit. Resolves on commit; durable after `flushed`. Nothing in the callback may throw: a
   * throw would commit what was issued before it (DN3), so everything is encoded before.
   */
  apply(changes: readonly TableChange[], forgotten: readonly ExpiryEntry[], state: Omit<EnvironmentState, 'format'>): Promise<boolean> {
    const encoded = changes.map(({ key, record, expiresAtMs }) => ({
      key: Buffer.from(key),
      record,
      expiry: expiresAtMs === null ? undefined : expiryKey(expiresAtMs, key),
    }))
    const gone = forgotten.map(({ expiresAtMs, key }) => expiryKey(expiresAtMs, key))
    const next = { format: databaseFormat, ...state }
    const stateBytes = encodeState(next)
    const committed = this.#root.batch(() => {
      for (const { key, record, expiry } of encoded) {
        if (record === null) this.#records.remove(key)
        else this.#records.put(key, record)
        if (expiry !== undefined) this.#expiry.put(expiry, present)
      }
      for (const key of gone) this.#expiry.remove(key)
      this.#meta.put(stateKey, stateBytes)
    })
    return committed.then((done) => {
      this.#state = next
      return done
    })
  }

  /** Settles when every commit so far is on disk. lmdb-js never settles it after a failed sync, so it is given a time (DN2). */
  async flushed(timeoutMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error(`LMDB did not sync within ${timeoutMs} ms`)), timeoutMs)
      timer.unref()
    })
    try {
      await Promise.race([this.#root.flushed, late])
    } finally {
      clearTimeout(timer)
    }
  }

  /** Frees the slots of readers that died. */
  checkReaders(): void {
    this.#root.readerCheck()
  }

  /** A compacted copy in another folder, with everything that is committed now. */
  async copyTo(folder: string): Promise<void> {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    await this.#root.backup(folder, true)
  }

  /** One state of all tables until `done`. */
  beginRead(): Transaction {
    // biome-ignore lint/correctness/useHookAtTopLevel: a method of lmdb-js whose name only looks like a React hook
    return this.#records.useReadTransaction()
  }

  stateIn(transaction: Transaction): EnvironmentState {
    return readState(this.#meta, transaction)
  }

  /** All encoded records of one state, in key order. */
  *rangeIn(transaction: Transaction): Generator<{ key: Buffer; record: Buffer }> {
    for (const { key, value } of this.#records.getRange({ transaction })) yield { key, record: value }
  }

  /** Reads every record once and makes sure that the whole file is on disk. */
  async syncAndWalk(): Promise<void> {
    let count = 0
    for (const { key, value } of this.#records.getRange({})) {
      decodeRecord(key.toString(), value)
      count++
    }
    if (count !== this.recordCount) throw damaged(this.#file, 'it counts other records than it holds')
    await this.syncFile()
  }

  async syncFile(): Promise<void> {
    const handle = await openFile(this.#file, 'r+')
    await handle.sync()
    await handle.close()
    await syncFolder(join(this.#file, '..'))
  }

  close(): Promise<void> {
    return this.#root.close()
  }
}

function expiryKey(expiresAtMs: number, key: string): Buffer {
  const bytes = Buffer.allocUnsafe(expiryPrefixBytes + Buffer.byteLength(key))
  bytes.writeUIntBE(expiresAtMs, 0, expiryPrefixBytes)
  bytes.write(key, expiryPrefixBytes)
  return bytes
}

const encodeState = (state: EnvironmentState): Buffer => Buffer.from(JSON.stringify(state))

function readState(meta: Database<Buffer, Buffer>, transaction?: Transaction): EnvironmentState {
  const bytes = transaction ? meta.get(stateKey, { transaction }) : meta.get(stateKey)
  if (bytes === undefined) throw new Error('The state of the environment is missing.')
  const state = JSON.parse(bytes.toString()) as EnvironmentState
  if (state.format > databaseFormat) {
    throw new HoldfastError('newer_format', 'The database was written by a newer Holdfast. Start that version, or a newer one.')
  }
  return state
}

const metaMagic = 0xbeefc0de
const magicOffset = 24

// A truncated file means SIGBUS once its missing pages are touched: size and header are looked at before it is mapped.
function checkFile(file: string): void {
  const header = Buffer.alloc(pageBytes * 2)
  let bytes: number
  try {
    const descriptor = openSync(file, 'r')
    bytes = readSync(descriptor, header, 0, header.length, 0)
    closeSync(descriptor)
  } catch (error) {
    throw damaged(file, 'it cannot be read', error)
  }
  if (bytes < header.length) throw damaged(file, 'it is shorter than its header')
  for (const page of [0, pageBytes]) {
    if (header.readUInt32LE(page + magicOffset) !== metaMagic) throw damaged(file, 'its header is not that of a database')
  }
}

export function damaged(file: string, what: string, cause?: unknown): HoldfastError {
  return new HoldfastError(
    'store_damaged',
    `The database is damaged: ${what} (${file}). Nothing was changed or deleted. Copy the data folder to a safe place, then restore the newest backup into a new folder.`,
    { details: { file }, cause },
  )
}
