import { existsSync, mkdirSync, statSync } from 'node:fs'
import { open as openFile } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { type Database, open, type RootDatabase, type RootDatabaseOptionsWithPath, type Transaction } from 'lmdb'
import { maxKeyBytes } from '../../contract/index.ts'
import { syncFolder } from '../base/durable-file.ts'
import { HoldfastError } from '../base/errors.ts'
import { checkDatabaseFile, databaseDamaged } from './lmdb-file-check.ts'
import { decodeRecord, storedExpiryOf } from './record-codec.ts'
import type { HybridTime } from './version-clock.ts'

/** 1 KiB records take a third less space than with LMDB's usual 4 KiB pages. */
const pageBytes = 8192
const maxTables = 12
/** An environment whose commit failed may wait for its flush for ever. */
const abandonAfterMs = 2000
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

/** The environment is closed, or has no room for one more reader, or the disk failed. */
const notOfTheFile =
  /\bclos(ed|ing)\b|MDB_(READERS_FULL|MAP_FULL|MAP_RESIZED|BAD_RSLOT|PANIC)|invalid (read txn|transaction)|input\/output|no space/i
const pagesDamaged = /MDB_(CORRUPTED|PAGE_NOTFOUND|CURSOR_FULL)/

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
  #hasFailed = false
  #onDamage: (damage: HoldfastError) => void = () => {}

  private constructor(folder: string, options: { readOnly: boolean }) {
    this.#file = fileOf(folder)
    this.#root = openRoot(folder, options)
    const table = { encoding: 'binary', keyEncoding: 'binary' } as const
    try {
      this.#records = this.#root.openDB<Buffer, Buffer>('records', table)
      this.#expiry = this.#root.openDB<Buffer, Buffer>('expiry', table)
      this.#meta = this.#root.openDB<Buffer, Buffer>('meta', table)
      this.#state = readState(this.#meta)
    } catch (error) {
      void this.#root.close()
      throw error
    }
  }

  /** Makes an empty environment and makes it durable. */
  static async create(folder: string, state: Omit<EnvironmentState, 'format'>): Promise<LmdbEnvironment> {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const root = openRoot(folder, { readOnly: false })
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
    checkDatabaseFile(fileOf(folder), { isShared: options.readOnly ?? false })
    try {
      return new LmdbEnvironment(folder, { readOnly: options.readOnly ?? false })
    } catch (error) {
      if (error instanceof HoldfastError) throw error
      throw databaseDamaged(fileOf(folder), 'it cannot be opened', error)
    }
  }

  /** Who is told when LMDB meets what cannot be in a database. The reader is told as well. */
  onDamage(listener: (damage: HoldfastError) => void): void {
    this.#onDamage = listener
  }

  /** Looks up, and turns what LMDB says of damaged pages into `store_damaged`. */
  #look<Found>(look: () => Found): Found {
    try {
      return look()
    } catch (error) {
      throw this.#damage(error)
    }
  }

  *#lookThrough<Found>(range: Iterable<Found>): Generator<Found> {
    const iterator = this.#look(() => range[Symbol.iterator]())
    try {
      for (;;) {
        const next = this.#look(() => iterator.next())
        if (next.done) return
        yield next.value
      }
    } finally {
      iterator.return?.()
    }
  }

  /** LMDB's word for it, or the exception of a decoder that got nonsense; but not what says nothing of the file. */
  #damage(error: unknown): unknown {
    if (error instanceof HoldfastError || notOfTheFile.test(String(error))) return error
    const damage = databaseDamaged(this.#file, 'it cannot be read', error)
    this.#onDamage(damage)
    return damage
  }

  get state(): EnvironmentState {
    return this.#state
  }

  /** Reads the state again: after a commit that failed it tells whether it happened all the same. */
  reloadState(): EnvironmentState {
    this.#root.resetReadTxn()
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
    return isPossibleKey(key) ? this.#look(() => this.#records.get(key)) : undefined
  }

  /** Valid until the next call of any method. */
  getForAMoment(key: Buffer): Buffer | undefined {
    return isPossibleKey(key) ? this.#look(() => this.#records.getBinaryFast(key) as Buffer | undefined) : undefined
  }

  /** Encoded records in key order. Must be used up at once, without an await: an open cursor pins old pages. */
  *range(bounds: KeyBounds, reverse: boolean): Generator<{ key: Buffer; record: Buffer }> {
    const low = Buffer.from(bounds.from)
    const high = bounds.to === undefined ? undefined : Buffer.from(bounds.to)
    // lmdb-js includes the start and excludes the end, in both directions.
    const options = reverse
      ? { ...(high && { start: high }), end: Buffer.alloc(0), reverse: true }
      : { start: low, exclusiveStart: bounds.fromExclusive, ...(high && { end: high }) }
    for (const { key, value } of this.#lookThrough(this.#records.getRange(options))) {
      if (reverse && high !== undefined && key.compare(high) >= 0) continue
      if (reverse && key.compare(low) < (bounds.fromExclusive ? 1 : 0)) return
      yield { key, record: value }
    }
  }

  /** Expiry entries up to a moment, the earliest first. They may be stale: the record says when it really expires. */
  expired(untilMs: number, limit: number): ExpiryEntry[] {
    const entries: ExpiryEntry[] = []
    const range = { start: Buffer.alloc(0), end: expiryKey(untilMs + 1, ''), limit }
    for (const key of this.#look(() => [...this.#expiry.getKeys(range)])) {
      entries.push({ expiresAtMs: key.readUIntBE(0, expiryPrefixBytes), key: key.toString('utf8', expiryPrefixBytes) })
    }
    return entries
  }

  /**
   * Applies changes, in key order, with the new state in one commit. Resolves on commit; durable after `flushed`. Rejects with what the disk said; then
   * `reloadState` tells whether the commit happened all the same. Nothing in the callback may throw: a throw would commit what was issued before it (DN3),
   * so everything is encoded before.
   */
  async apply(changes: readonly TableChange[], forgotten: readonly ExpiryEntry[], state: Omit<EnvironmentState, 'format'>): Promise<void> {
    const encoded = changes.map(({ key, record, expiresAtMs }) => ({
      key: Buffer.from(key),
      record,
      expiry: expiresAtMs === null ? undefined : expiryKey(expiresAtMs, key),
    }))
    const gone = [...this.#staleExpiries(changes), ...forgotten].map(({ expiresAtMs, key }) => expiryKey(expiresAtMs, key))
    const next = { format: databaseFormat, ...state }
    const stateBytes = encodeState(next)
    const committed = this.#root.batch(() => {
      for (const key of gone) this.#expiry.remove(key)
      for (const { key, record, expiry } of encoded) {
        if (record === null) this.#records.remove(key)
        else this.#records.put(key, record)
        if (expiry !== undefined) this.#expiry.put(expiry, present)
      }
      this.#meta.put(stateKey, stateBytes)
    })
    try {
      await committed
    } catch (error) {
      this.#hasFailed = true
      const cause = await causeOf(error)
      throw pagesDamaged.test(String(cause)) ? this.#damage(cause) : cause
    }
    this.#hasFailed = false
    this.#state = next
  }

  /** Entries of records that are replaced: without this a key that is written often, with a lifetime, would leave one behind each time. */
  #staleExpiries(changes: readonly TableChange[]): ExpiryEntry[] {
    if ((this.#expiry.getStats() as { entryCount: number }).entryCount === 0) return []
    return changes.flatMap(({ key, expiresAtMs }) => {
      const record = this.getForAMoment(Buffer.from(key))
      const stale = record === undefined ? null : storedExpiryOf(record)
      return stale === null || stale === expiresAtMs ? [] : [{ expiresAtMs: stale, key }]
    })
  }

  /** Settles when every commit so far is on disk. After a failed commit, which `apply` tells, lmdb-js never settles it; so it is given a time (DN2). */
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
    for (const { key, value } of this.#lookThrough(this.#records.getRange({ transaction }))) yield { key, record: value }
  }

  /** Reads every record once and makes sure that the whole file is on disk. */
  async syncAndWalk(): Promise<void> {
    let count = 0
    for (const { key, value } of this.#records.getRange({})) {
      decodeRecord(key.toString(), value)
      count++
    }
    if (count !== this.recordCount) throw databaseDamaged(this.#file, 'it counts other records than it holds')
    await this.syncFile()
  }

  async syncFile(): Promise<void> {
    const handle = await openFile(this.#file, 'r+')
    try {
      await handle.sync()
    } finally {
      await handle.close()
    }
    const folder = join(this.#file, '..')
    await syncFolder(folder)
    await syncFolder(join(folder, '..'))
  }

  async close(): Promise<void> {
    const closed = this.#root.close()
    if (!this.#hasFailed) return closed
    await Promise.race([closed.catch(() => undefined), new Promise((resolve) => setTimeout(resolve, abandonAfterMs).unref())])
  }
}

// LMDB throws on others.
const isPossibleKey = (key: Buffer): boolean => key.length > 0 && key.length <= maxKeyBytes

function openRoot(folder: string, { readOnly }: { readOnly: boolean }): RootDatabase {
  const options: RootDatabaseOptionsWithPath & { safeRestore: boolean } = {
    path: folder,
    pageSize: pageBytes,
    maxDbs: maxTables,
    // After a crash only what was synced counts; the journal replays the rest (DN2). The option is missing from lmdb-js's types.
    safeRestore: true,
    // With it a commit that fails also rejects a promise that nobody can reach, and that ends the process.
    eventTurnBatching: false,
  }
  return open({ ...options, ...(readOnly && { readOnly }) })
}

/** lmdb-js says what the disk said in a second promise, shortly after. */
async function causeOf(error: unknown): Promise<unknown> {
  const { commitError } = error as { commitError?: Promise<never> }
  if (commitError === undefined) return error
  const late = new Promise<unknown>((resolve) => setTimeout(resolve, abandonAfterMs, error).unref())
  return Promise.race([commitError.catch((cause: unknown) => cause), late])
}

function expiryKey(expiresAtMs: number, key: string): Buffer {
  const bytes = Buffer.allocUnsafe(expiryPrefixBytes + Buffer.byteLength(key))
  bytes.writeUIntBE(expiresAtMs, 0, expiryPrefixBytes)
  bytes.write(key, expiryPrefixBytes)
  return bytes
}

// LMDB has no checksums: a wrong digit in the applied sequence would skip what the journal holds.
const encodeState = (state: EnvironmentState): Buffer => Buffer.from(JSON.stringify({ ...state, checksum: crc32(JSON.stringify(state)) }))

function readState(meta: Database<Buffer, Buffer>, transaction?: Transaction): EnvironmentState {
  const bytes = transaction ? meta.get(stateKey, { transaction }) : meta.get(stateKey)
  if (bytes === undefined) throw new Error('The state of the environment is missing.')
  const { checksum, ...state } = JSON.parse(bytes.toString()) as EnvironmentState & { checksum: number }
  if (checksum !== crc32(JSON.stringify(state))) throw new Error('The state of the environment is damaged.')
  if (state.format > databaseFormat) {
    throw new HoldfastError('newer_format', 'The database was written by a newer Holdfast. Start that version, or a newer one.')
  }
  return state
}
