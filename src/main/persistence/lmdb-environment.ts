import { existsSync, mkdirSync, statSync } from 'node:fs'
import { open as openFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Database, Transaction } from 'lmdb'
import { renameDurably, syncFolder } from '../base/durable-file.ts'
import { HoldfastError } from '../base/errors.ts'
import { DamageWatch, databaseDamaged } from './damage-watch.ts'
import { type CommitSize, DatabaseRoom, probeRoom } from './database-room.ts'
import { isDiskBroken, isDiskFull } from './disk-errors.ts'
import { databaseFormat, decodeState, type EnvironmentState, encodeState } from './environment-state.ts'
import { type ExpiryEntry, LmdbExpiryTable } from './lmdb-expiry-table.ts'
import { checkDatabaseFile } from './lmdb-file-check.ts'
import { readPinnedPages } from './lmdb-free-list.ts'
import { type IndexChanges, LmdbIndexTable, noIndexChanges } from './lmdb-index-table.ts'
import { LmdbRawTables } from './lmdb-raw-tables.ts'
import { LmdbRecordTable } from './lmdb-record-table.ts'
import { type FileFigures, LmdbRoot } from './lmdb-root.ts'
import { PackingFigures } from './packing-figures.ts'
import { storedExpiryOf } from './record-codec.ts'
import { type WalkProgress, walkRecords } from './record-walk.ts'
import type { DatabasePages, PinnedPages } from './space-port.ts'
import type { SystemChange } from './system-table.ts'
import type { WriteWatch } from './write-watch.ts'

const createTimeoutMs = 20_000
/** A commit that failed is told at once, or never; this is for the latter. */
const commitTimeoutMs = 120_000
const stateKey = Buffer.from('state')
const packingKey = Buffer.from('packing')
/** Each database begins with two. */
const headerPages = 2
/** A change of one key as the tables take it. */
export interface TableChange {
  readonly key: string
  readonly record: Buffer | null
  readonly expiresAtMs: number | null
  /** It is the same record, stored in another way before. */
  readonly instead?: Buffer
}

/** Of the folder of an environment that is being made. Without a dot: lmdb-js takes a name with one for a file. */
export const unfinishedSuffix = '-new'

const fileOf = (folder: string): string => join(folder, 'data.mdb')

export const environmentExists = (folder: string): boolean => existsSync(fileOf(folder))

/** One LMDB environment: the tables of one generation. It knows nothing of journals. */
export class LmdbEnvironment {
  readonly records: LmdbRecordTable
  readonly expiries: LmdbExpiryTable
  readonly indexes: LmdbIndexTable
  readonly #root: LmdbRoot
  readonly #meta: Database<Buffer, Buffer>
  readonly #system: Database<Buffer, string>
  /** All tables as they lie there. Not of an environment that is open for reading only. */
  readonly #raw: LmdbRawTables | undefined
  readonly #watch: DamageWatch
  readonly #file: string
  readonly #room: DatabaseRoom
  #state: EnvironmentState
  #packing: PackingFigures

  private constructor(folder: string, options: { readOnly: boolean }) {
    this.#file = fileOf(folder)
    this.#watch = new DamageWatch(this.#file)
    this.#room = new DatabaseRoom(this.#file)
    this.#root = new LmdbRoot(folder, options)
    try {
      const { records, expiries, indexes, meta, system } = tablesOf(this.#root, this.#watch)
      this.records = records
      this.expiries = expiries
      this.indexes = indexes
      this.#meta = meta
      this.#system = system
      this.#raw = options.readOnly ? undefined : new LmdbRawTables(this.#root, (size) => takeRoom(this.#room, this.#root.figures, size))
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
    this.#watch.onDamage(listener)
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

  /** What storing values has saved in this database. */
  get packing(): PackingFigures {
    return this.#packing
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
    const added: ExpiryEntry[] = []
    for (const { key, expiresAtMs } of changes) if (expiresAtMs !== null) added.push({ key, expiresAtMs })
    const issueExpiries = this.expiries.prepare(added, [...this.#staleExpiries(changes), ...forgotten])
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
      this.indexes.issue(indexes)
      issueExpiries()
      this.records.issue(changes)
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
    await takeRoom(this.#room, this.#root.figures, { leafPages: this.records.leafPages + this.indexes.leafPages, recordBytes })
    try {
      await this.#root.commit(issue, commitTimeoutMs)
    } catch (error) {
      throw this.#watch.toldOfCommit(error)
    }
    this.#state = next
  }

  /** Entries of records that are replaced: without this a key that is written often, with a lifetime, would leave one behind each time. */
  #staleExpiries(changes: readonly TableChange[]): ExpiryEntry[] {
    if (this.expiries.isEmpty) return []
    return changes.flatMap(({ key, expiresAtMs }) => {
      const head = this.records.getHead(key)
      const stale = head === undefined ? null : storedExpiryOf(head)
      return stale === null || stale === expiresAtMs ? [] : [{ expiresAtMs: stale, key }]
    })
  }

  /** The system table as it is committed now. */
  systemEntries(transaction?: Transaction): SystemChange[] {
    const range = { start: '', ...(transaction && { transaction }) }
    return this.#watch.look(() => [...this.#system.getRange(range)].map(({ key, value }) => ({ key, value })))
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

  stateIn(transaction: Transaction): EnvironmentState {
    return decodeState(this.#meta.get(stateKey, { transaction }))
  }

  /** Reads every record once, in pieces that leave others their turn, and makes sure that the whole file is on disk. Nobody may write meanwhile. */
  async syncAndWalk(progress: WalkProgress = {}): Promise<void> {
    const count = await walkRecords(this.records, progress)
    if (count !== this.records.count) throw databaseDamaged(this.#file, 'it counts other records than it holds')
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
    const { meta } = tablesOf(root, new DamageWatch(fileOf(folder)))
    const stateBytes = encodeState(state)
    await root.commit(() => void meta.put(stateKey, stateBytes), createTimeoutMs)
    await root.flushed(createTimeoutMs)
  } finally {
    await root.close()
  }
  await syncFolder(folder)
}

function tablesOf(root: LmdbRoot, watch: DamageWatch) {
  return {
    records: new LmdbRecordTable(root, watch),
    expiries: new LmdbExpiryTable(root, watch),
    indexes: new LmdbIndexTable(root, watch),
    meta: root.binaryTable('meta'),
    system: root.table('system'),
  }
}

function takeRoom(room: DatabaseRoom, file: FileFigures, commit: CommitSize): Promise<void> {
  return room.take(commit, { pageBytes: file.pageSize, lastPage: file.lastPageNumber })
}
