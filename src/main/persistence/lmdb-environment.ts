import { existsSync, mkdirSync, statSync } from 'node:fs'
import { open as openFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Database, Transaction } from 'lmdb'
import { maxKeyBytes } from '../../contract/index.ts'
import { renameDurably, syncFolder } from '../base/durable-file.ts'
import { HoldfastError, throwIfCancelled } from '../base/errors.ts'
import { type CommitSize, DatabaseRoom, probeRoom } from './database-room.ts'
import { isDiskBroken, isDiskFull } from './disk-errors.ts'
import { databaseFormat, decodeState, type EnvironmentState, encodeState } from './environment-state.ts'
import type { ByteText } from './indexes/index-order.ts'
import { compareKeys } from './key-order.ts'
import { checkDatabaseFile, databaseDamaged } from './lmdb-file-check.ts'
import { readPinnedPages } from './lmdb-free-list.ts'
import { type IndexChanges, type IndexMarker, type IndexTableEntry, LmdbIndexTable, noIndexChanges } from './lmdb-index-table.ts'
import { LmdbRawTables } from './lmdb-raw-tables.ts'
import { type FileFigures, LmdbRoot, type ValueHead } from './lmdb-root.ts'
import { PackingFigures } from './packing-figures.ts'
import { checkRecord, headBytes, storedExpiryOf } from './record-codec.ts'
import type { KeySpan, KeyStride } from './record-store.ts'
import type { DatabasePages, PinnedPages } from './space-port.ts'
import type { SystemChange } from './system-table.ts'
import type { WriteWatch } from './write-watch.ts'

const createTimeoutMs = 20_000
/** A commit that failed is told at once, or never; this is for the latter. */
const commitTimeoutMs = 120_000
const stateKey = Buffer.from('state')
const packingKey = Buffer.from('packing')
const present = Buffer.from([1])
const expiryPrefixBytes = 6
/** Counting more would take a while. */
const mostCounted = 100_000
/** Each database begins with two. */
const headerPages = 2
/** So much is checked at a time: a few milliseconds. */
const walkRecords = 2000
const walkBytes = 4 * 1024 * 1024

/** A change of one key as the tables take it. */
export interface TableChange {
  readonly key: string
  readonly record: Buffer | null
  readonly expiresAtMs: number | null
  /** It is the same record, stored in another way before. */
  readonly instead?: Buffer
}

/** What lmdb-js says of a table. */
interface TableFigures {
  readonly entryCount: number
  readonly treeLeafPageCount: number
}

/** How a walk over all records goes on. */
export interface WalkProgress {
  readonly signal?: AbortSignal | undefined
  readonly onWalked?: (records: number) => void
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

/** Of the folder of an environment that is being made. Without a dot: lmdb-js takes a name with one for a file. */
export const unfinishedSuffix = '-new'

const fileOf = (folder: string): string => join(folder, 'data.mdb')

export const environmentExists = (folder: string): boolean => existsSync(fileOf(folder))

/** One LMDB environment: the tables of one generation. It knows nothing of journals. */
export class LmdbEnvironment {
  readonly #root: LmdbRoot
  readonly #records: Database<Buffer, string>
  /** The records without their values. */
  readonly #heads: Database<ValueHead, string>
  readonly #expiry: Database<Buffer, Buffer>
  readonly #meta: Database<Buffer, Buffer>
  readonly #system: Database<Buffer, string>
  /** All tables as they lie there. Not of an environment that is open for reading only. */
  readonly #raw: LmdbRawTables | undefined
  readonly #indexes: LmdbIndexTable
  readonly #file: string
  readonly #room: DatabaseRoom
  #state: EnvironmentState
  #packing: PackingFigures
  #onDamage: (damage: HoldfastError) => void = () => {}

  private constructor(folder: string, options: { readOnly: boolean }) {
    this.#file = fileOf(folder)
    this.#room = new DatabaseRoom(this.#file)
    this.#root = new LmdbRoot(folder, options)
    try {
      const { records, heads, expiry, meta, system, indexes } = tablesOf(this.#root)
      this.#records = records
      this.#heads = heads
      this.#expiry = expiry
      this.#meta = meta
      this.#system = system
      this.#raw = options.readOnly ? undefined : new LmdbRawTables(this.#root, (size) => takeRoom(this.#room, this.#root.figures, size))
      this.#indexes = indexes
      this.#state = decodeState(this.#meta.get(stateKey))
      this.#packing = PackingFigures.decode(this.#meta.get(packingKey))
    } catch (error) {
      void this.#root.close()
      throw error
    }
  }

  /** Makes an empty environment and makes it durable. It gets its name when it is whole: one whose first commit failed looks like one that is damaged. */
  static async create(folder: string, state: Omit<EnvironmentState, 'format'>): Promise<LmdbEnvironment> {
    const unfinished = folder + unfinishedSuffix
    try {
      await makeEmpty(unfinished, { format: databaseFormat, ...state })
      await renameDurably(unfinished, folder)
    } catch (error) {
      await rm(unfinished, { recursive: true, force: true })
      throw error
    }
    return LmdbEnvironment.open(folder)
  }

  /**
   * Throws `store_damaged` when the file cannot be an environment, `newer_format` when a newer program wrote it. `isWalkedAfterwards`: its leaves need not be
   * looked at here, where everybody waits for that.
   */
  static open(folder: string, options: { readOnly?: boolean; isWalkedAfterwards?: boolean } = {}): LmdbEnvironment {
    checkDatabaseFile(fileOf(folder), {
      isShared: options.readOnly ?? false,
      ...(options.isWalkedAfterwards && { wholeUpToBytes: 0 }),
    })
    try {
      return new LmdbEnvironment(folder, { readOnly: options.readOnly ?? false })
    } catch (error) {
      if (error instanceof HoldfastError || isDiskBroken(error) || isDiskFull(error, [folder])) throw error
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
    this.#root.refresh()
    this.#state = decodeState(this.#meta.get(stateKey))
    this.#packing = PackingFigures.decode(this.#meta.get(packingKey))
    return this.#state
  }

  get isOlderFormat(): boolean {
    return this.#state.format < databaseFormat
  }

  /** What is written from now on an older program would not understand; this makes it say so, before any of that is there. */
  async bringUpToDate(timeoutMs: number): Promise<void> {
    await this.apply([], [], this.#state)
    await this.flushed(timeoutMs)
  }

  get #figures(): TableFigures {
    return this.#records.getStats() as TableFigures
  }

  /** What storing values has saved in this database. */
  get packing(): PackingFigures {
    return this.#packing
  }

  get recordCount(): number {
    return this.#figures.entryCount
  }

  get fileBytes(): number {
    return statSync(this.#file).size
  }

  get file(): string {
    return this.#file
  }

  /** All tables, whatever they hold. */
  get raw(): LmdbRawTables {
    if (this.#raw === undefined) throw new Error('The environment is open for reading only.')
    return this.#raw
  }

  /** Notes every entry that is written from now on, until it is disposed of. */
  watchWrites(): WriteWatch & Disposable {
    return this.#root.watchWrites()
  }

  /** What the file is made of, at the last commit. */
  get pages(): DatabasePages {
    const { pageSize, lastPageNumber, root, free } = this.#root.figures
    const tables = this.raw.figures()
    const ofTrees = [root, free].reduce((sum, tree) => sum + tree.treeBranchPageCount + tree.treeLeafPageCount + tree.overflowPages, 0)
    const usedBytes = (headerPages + ofTrees) * pageSize + tables.reduce((sum, { bytes }) => sum + bytes, 0)
    return { pageBytes: pageSize, lastPage: lastPageNumber, usedBytes, tables }
  }

  /** Readers that keep what was given up since they began: how many, how many commits the oldest is behind, and what it keeps. */
  get pinned(): PinnedPages {
    const { lastTxnId } = this.#root.figures
    const slots = this.#root.readers.filter(({ transaction }) => transaction < lastTxnId)
    const oldest = slots.reduce((least, { transaction }) => Math.min(least, transaction), lastTxnId)
    return {
      readers: slots.length,
      behind: lastTxnId - oldest,
      processIds: [...new Set(slots.map(({ processId }) => processId))],
      bytes: oldest === lastTxnId ? 0 : readPinnedPages(this.#file, oldest),
    }
  }

  /** The encoded record, copied; undefined when the key is unknown. */
  get(key: string): Buffer | undefined {
    return isPossibleKey(key) ? this.#look(() => this.#records.get(key)) : undefined
  }

  /** Its beginning, as far as `decodeMeta` needs it. */
  getHead(key: string): ValueHead | undefined {
    return isPossibleKey(key) ? this.#look(() => this.#heads.get(key)) : undefined
  }

  /** Encoded records in key order, copied. Must be used up at once, without an await: an open cursor pins old pages. */
  *range(bounds: KeyBounds, reverse: boolean): Generator<{ key: string; record: Buffer }> {
    for (const { key, value } of this.#rangeOf(this.#records, bounds, reverse)) yield { key, record: value }
  }

  /** Their beginnings, in the same way. */
  *rangeOfHeads(bounds: KeyBounds, reverse: boolean): Generator<{ key: string; head: ValueHead }> {
    for (const { key, value } of this.#rangeOf(this.#heads, bounds, reverse)) yield { key, head: value }
  }

  /** Each `every`-th of them, in key order: those between are passed over inside LMDB. */
  *sampleHeads(bounds: KeyBounds, every: number): Generator<{ key: string; head: ValueHead }> {
    if (every === 1) {
      yield* this.rangeOfHeads(bounds, false)
      return
    }
    for (let { from, fromExclusive } = bounds; ; fromExclusive = true) {
      const { to } = bounds
      const range = { start: from, exclusiveStart: fromExclusive, offset: every - 1, limit: 1, ...(to !== undefined && { end: to }) }
      const [found] = this.#look(() => [...this.#heads.getRange(range)])
      if (found === undefined) return
      yield { key: found.key, head: found.value }
      from = found.key
    }
  }

  *#rangeOf<Value>(table: Database<Value, string>, bounds: KeyBounds, reverse: boolean): Generator<{ key: string; value: Value }> {
    const { from, fromExclusive, to } = bounds
    // lmdb-js includes the start and excludes the end, in both directions.
    const options = reverse
      ? { ...(to !== undefined && { start: to }), end: '', reverse: true }
      : { start: from, exclusiveStart: fromExclusive, ...(to !== undefined && { end: to }) }
    try {
      for (const { key, value } of table.getRange(options)) {
        if (reverse && to !== undefined && compareKeys(key, to) >= 0) continue
        if (reverse && compareKeys(key, from) < (fromExclusive ? 1 : 0)) return
        yield { key, value }
      }
    } catch (error) {
      throw this.#damage(error)
    }
  }

  /** Passes over keys inside LMDB; only the one that comes next is made into a string. */
  stride({ from, to, limit }: KeySpan): KeyStride {
    if (to !== undefined && compareKeys(from, to) >= 0) return { passed: 0, next: undefined }
    return this.#look(() => {
      const [next] = this.#records.getKeys({ start: from, offset: limit, limit: 1 })
      if (next !== undefined && (to === undefined || compareKeys(next, to) < 0)) return { passed: limit, next }
      return { passed: this.#records.getKeysCount({ start: from, ...(to !== undefined && { end: to }) }), next: undefined }
    })
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

  /** How many there are up to a moment; from `mostCounted` on, that number. */
  countExpired(untilMs: number): number {
    const range = { start: Buffer.alloc(0), end: expiryKey(untilMs + 1, '') }
    return this.#look(() => {
      const isMore = [...this.#expiry.getKeys({ ...range, offset: mostCounted, limit: 1 })].length > 0
      return isMore ? mostCounted : this.#expiry.getKeysCount(range)
    })
  }

  /**
   * Applies changes, in key order, with the new state in one commit. Resolves on commit; durable after `flushed`. Rejects with what the disk said; then
   * `reloadState` tells whether the commit happened all the same. Nothing in the callback may throw: a throw would commit what was issued before it (DN3),
   * so everything is encoded before.
   */
  async apply(
    changes: readonly TableChange[],
    forgotten: readonly ExpiryEntry[],
    state: Omit<EnvironmentState, 'format'>,
    system: readonly SystemChange[] = [],
    indexes: IndexChanges = noIndexChanges,
  ): Promise<void> {
    const expiries: Buffer[] = []
    for (const { key, expiresAtMs } of changes) if (expiresAtMs !== null) expiries.push(expiryKey(expiresAtMs, key))
    const gone = [...this.#staleExpiries(changes), ...forgotten].map(({ expiresAtMs, key }) => expiryKey(expiresAtMs, key))
    const next = { ...state, format: databaseFormat }
    const stateBytes = encodeState(next)
    for (const { key, record, instead } of changes) if (record !== null) this.#packing.add(key, record, instead)
    const packingBytes = this.#packing.encode()
    const systemValues = system.map(({ key, value }) => ({ key, value: value === null ? null : Buffer.from(value) }))
    const issue = () => {
      for (const { key, value } of systemValues) {
        if (value === null) this.#system.remove(key)
        else this.#system.put(key, value)
      }
      this.#indexes.issue(indexes)
      for (const key of gone) this.#expiry.remove(key)
      for (const { key, record } of changes) {
        if (record === null) this.#records.remove(key)
        else this.#records.put(key, record)
      }
      for (const key of expiries) this.#expiry.put(key, present)
      this.#meta.put(stateKey, stateBytes)
      if (changes.length > 0) this.#meta.put(packingKey, packingBytes)
    }
    const recordBytes = changes
      .map(({ record }) => record?.length ?? 0)
      .concat(
        systemValues.map(({ value }) => value?.length ?? 0),
        indexes.puts.map(({ key, value }) => key.length + value.length),
        indexes.removes.map(() => 0),
      )
    await takeRoom(this.#room, this.#root.figures, { leafPages: this.#figures.treeLeafPageCount + this.#indexes.leafPages, recordBytes })
    try {
      await this.#root.commit(issue, commitTimeoutMs)
    } catch (error) {
      throw pagesDamaged.test(String(error)) ? this.#damage(error) : error
    }
    this.#state = next
  }

  /** Entries of records that are replaced: without this a key that is written often, with a lifetime, would leave one behind each time. */
  #staleExpiries(changes: readonly TableChange[]): ExpiryEntry[] {
    if ((this.#expiry.getStats() as { entryCount: number }).entryCount === 0) return []
    return changes.flatMap(({ key, expiresAtMs }) => {
      const head = this.getHead(key)
      const stale = head === undefined ? null : storedExpiryOf(head)
      return stale === null || stale === expiresAtMs ? [] : [{ expiresAtMs: stale, key }]
    })
  }

  /** The system table as it is committed now. */
  systemEntries(transaction?: Transaction): SystemChange[] {
    const range = { start: '', ...(transaction && { transaction }) }
    return this.#look(() => [...this.#system.getRange(range)].map(({ key, value }) => ({ key, value })))
  }

  /** Entries of an index in their order or against it; to be used up at once. */
  *indexRange(from: ByteText, to: ByteText, reverse: boolean, limit?: number): Generator<IndexTableEntry> {
    try {
      yield* this.#indexes.range(from, to, reverse, limit)
    } catch (error) {
      throw this.#damage(error)
    }
  }

  hasIndexEntry(entry: ByteText): boolean {
    return this.#look(() => this.#indexes.has(entry))
  }

  indexMarker(id: string): IndexMarker | undefined {
    return this.#look(() => this.#indexes.marker(id))
  }

  /** Of the indexes that have anything here. */
  indexIds(): string[] {
    return this.#look(() => this.#indexes.ids())
  }

  /** Some of what an index has here. */
  indexKeys(id: string, limit: number): Buffer[] {
    return this.#look(() => this.#indexes.keysOf(id, limit))
  }

  /** Settles when every commit so far is on disk. */
  flushed(timeoutMs: number): Promise<void> {
    return this.#root.flushed(timeoutMs)
  }

  /** Frees the slots of readers that died. */
  checkReaders(): void {
    this.#root.checkReaders()
  }

  /** A compacted copy in another folder, with everything that is committed now. */
  async copyTo(folder: string): Promise<void> {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    await this.#root.copyTo(folder)
  }

  /** One state of all tables until `done`. */
  beginRead(): Transaction {
    // biome-ignore lint/correctness/useHookAtTopLevel: a method of lmdb-js whose name only looks like a React hook
    return this.#records.useReadTransaction()
  }

  stateIn(transaction: Transaction): EnvironmentState {
    return decodeState(this.#meta.get(stateKey, { transaction }))
  }

  /** All encoded records of one state, in key order. */
  *rangeIn(transaction: Transaction): Generator<{ key: string; record: Buffer }> {
    try {
      for (const { key, value } of this.#records.getRange({ start: '', transaction })) yield { key, record: value }
    } catch (error) {
      throw this.#damage(error)
    }
  }

  /** Reads every record once, in pieces that leave others their turn, and makes sure that the whole file is on disk. Nobody may write meanwhile. */
  async syncAndWalk({ signal, onWalked }: WalkProgress = {}): Promise<void> {
    let count = 0
    for (let last: string | undefined = ''; last !== undefined; await nextTurn()) {
      throwIfCancelled(signal)
      last = this.#walkFrom(last, (records) => (count += records))
      onWalked?.(count)
    }
    if (count !== this.recordCount) throw databaseDamaged(this.#file, 'it counts other records than it holds')
    await this.syncFile()
  }

  /** Checks some records after a key. Returns the last of them, undefined at the end. */
  #walkFrom(after: string, onChecked: (records: number) => void): string | undefined {
    let records = 0
    let bytes = 0
    for (const { key, record } of this.range({ from: after, fromExclusive: after !== '', to: undefined }, false)) {
      checkRecord(key, record)
      records++
      bytes += record.length
      if (records < walkRecords && bytes < walkBytes) continue
      onChecked(records)
      return key
    }
    onChecked(records)
    return undefined
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

  close(): Promise<void> {
    return this.#root.close()
  }
}

async function makeEmpty(folder: string, state: EnvironmentState): Promise<void> {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  await probeRoom(folder)
  const root = new LmdbRoot(folder, { readOnly: false })
  try {
    await takeRoom(new DatabaseRoom(fileOf(folder)), root.figures, { leafPages: 0, recordBytes: [] })
    const { meta } = tablesOf(root)
    const stateBytes = encodeState(state)
    await root.commit(() => void meta.put(stateKey, stateBytes), createTimeoutMs)
    await root.flushed(createTimeoutMs)
  } finally {
    await root.close()
  }
  await syncFolder(folder)
}

function tablesOf(root: LmdbRoot) {
  return {
    records: root.table('records'),
    heads: root.heads('records', headBytes),
    expiry: root.binaryTable('expiry'),
    meta: root.binaryTable('meta'),
    system: root.table('system'),
    indexes: new LmdbIndexTable(root.binaryTable('indexes')),
  }
}

function takeRoom(room: DatabaseRoom, file: FileFigures, commit: CommitSize): Promise<void> {
  return room.take(commit, { pageBytes: file.pageSize, lastPage: file.lastPageNumber })
}

// LMDB throws on others. A third of the limit cannot exceed it: three bytes for each UTF-16 unit are the most.
const isPossibleKey = (key: string): boolean => key.length > 0 && (key.length * 3 <= maxKeyBytes || Buffer.byteLength(key) <= maxKeyBytes)

function expiryKey(expiresAtMs: number, key: string): Buffer {
  const bytes = Buffer.allocUnsafe(expiryPrefixBytes + Buffer.byteLength(key))
  bytes.writeUIntBE(expiresAtMs, 0, expiryPrefixBytes)
  bytes.write(key, expiryPrefixBytes)
  return bytes
}
