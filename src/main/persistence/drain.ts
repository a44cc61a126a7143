import type { SyncedTransaction } from './commit-queue.ts'
import type { IndexUpkeep, IndexWork } from './indexes/index-upkeep.ts'
import { compareKeys } from './key-order.ts'
import type { LmdbEnvironment, TableChange } from './lmdb-environment.ts'
import type { ExpiryEntry } from './lmdb-expiry-table.ts'
import { noIndexChanges } from './lmdb-index-table.ts'
import type { Overlay, OverlayEntry } from './overlay.ts'
import { expiryOf } from './record-codec.ts'
import type { SystemChange } from './system-table.ts'
import { type HybridTime, laterOf } from './version-clock.ts'

const largestBatchBytes = 32 * 1024 * 1024
const smallestBatchBytes = 1024 * 1024
/** Less than is worth a batch at once waits this long for company: the more records a batch has, the fewer pages each of them costs. */
const gatherMs = 500
/** A failed commit is told at once; this is for a disk that does not answer at all. */
const flushTimeoutMs = 60_000

/** A record of the database that is to be stored in another way. */
export interface Rewrite {
  readonly key: string
  /** As it lies there; when something else does by then, nothing happens. */
  readonly from: Buffer
  readonly to: Buffer
}

export interface DrainDeps {
  readonly overlay: Overlay
  /** Records as they are to be stored, in the same order. `isPressed`: writers will soon wait for the drain. */
  readonly pack: (records: readonly { readonly key: string; readonly record: Buffer }[], isPressed: boolean) => Promise<readonly Buffer[]>
  /** When the overlay holds this much, it is drained at once. */
  readonly promptBytes: number
  readonly environment: () => LmdbEnvironment
  /** Absent: no record is in a collection. */
  readonly indexes?: IndexUpkeep
  readonly storeId: string
  readonly timeline: () => string
  /** The median of recent journal syncs, in milliseconds. */
  readonly syncMs: () => number
  /** Everything up to `sequence` is in the database and flushed. */
  readonly onFlushed: (sequence: number) => void
  /** The batch was not taken; nothing more is drained until `retry`. */
  readonly onFailed: (error: unknown) => void
}

/** Who waits until a sequence is flushed. */
interface Waiter {
  readonly sequence: number
  readonly resolve: (isReached: boolean) => void
}

interface WaitingRewrites {
  readonly rewrites: readonly Rewrite[]
  readonly resolve: (done: number) => void
}

interface WaitingIndexWork {
  readonly work: IndexWork
  readonly resolve: (isDone: boolean) => void
}

/**
 * Brings synced transactions from the overlay into the database: in their order, many at once, sorted by key, the applied sequence in the same commit.
 * One batch is in flight, and the next begins when it is flushed: after a failed sync LMDB would commit over the hole (DN2).
 */
export class Drain {
  readonly #deps: DrainDeps
  #waiting: SyncedTransaction[] = []
  #forgotten: ExpiryEntry[] = []
  #waiters: Waiter[] = []
  #rewrites: WaitingRewrites[] = []
  #indexWorks: WaitingIndexWork[] = []
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> | undefined
  /** Who holds it: several may. */
  #holds = 0
  #hasFailed = false
  #isFinished = false
  #flushedSequence: number
  #batchBytes = largestBatchBytes
  #fastestSyncMs = Number.POSITIVE_INFINITY

  constructor(deps: DrainDeps) {
    this.#deps = deps
    this.#flushedSequence = deps.environment().state.appliedSequence
  }

  /** Everything up to here is in the database and on disk. */
  get flushedSequence(): number {
    return this.#flushedSequence
  }

  /** Sequences come in their order. */
  take(transaction: SyncedTransaction): void {
    this.#waiting.push(transaction)
    if (this.#isPressing) this.#start()
    else this.#startSoon()
  }

  /** Entries of the expiry table that are done with; removed with the next batch. */
  forget(entries: readonly ExpiryEntry[]): void {
    this.#forgotten.push(...entries)
    this.#startSoon()
  }

  /**
   * Stores records in another way, their versions and values the same: nothing that belongs into the journal. Resolves to how many were, when they are
   * flushed; 0 when the drain ends.
   */
  rewrite(rewrites: readonly Rewrite[]): Promise<number> {
    if (rewrites.length === 0 || this.#isFinished) return Promise.resolve(0)
    return new Promise((resolve) => {
      this.#rewrites.push({ rewrites, resolve })
      this.#start()
    })
  }

  /**
   * Brings entries of records into their index, or takes an index away, with its marker in the same commit. True when that is flushed; false when the
   * drain ends before, or another database has taken the place of the one that the work is for.
   */
  index(work: IndexWork): Promise<boolean> {
    if (this.#isFinished) return Promise.resolve(false)
    return new Promise((resolve) => {
      this.#indexWorks.push({ work, resolve })
      this.#start()
    })
  }

  /** True once everything up to `sequence` is flushed; false when that cannot be now. It must have been taken, or be on its way here. */
  reach(sequence: number): Promise<boolean> {
    if (this.#flushedSequence >= sequence) return Promise.resolve(true)
    if (this.#isHeld || this.#hasFailed) return Promise.resolve(false)
    this.#start()
    return new Promise((resolve) => this.#waiters.push({ sequence, resolve }))
  }

  /** Nothing is drained until all who hold it have resumed. Resolves when the batch in flight has ended. */
  async hold(): Promise<void> {
    this.#holds++
    this.#stopTimer()
    await this.#running
    this.#tellWaiters()
  }

  /** Drains what was taken, unless that cannot be now; then nothing more, ever. */
  async finish(): Promise<void> {
    const last = this.#waiting.at(-1)
    if (last !== undefined) await this.reach(last.sequence)
    await this.hold()
    this.#isFinished = true
    for (const { resolve } of this.#rewrites.splice(0)) resolve(0)
    for (const { resolve } of this.#indexWorks.splice(0)) resolve(false)
  }

  /** Each hold is let go of once. */
  resume(): void {
    this.#holds--
    this.#start()
  }

  /** After a failure: goes on with what was not taken. Taking it twice changes nothing. */
  retry(): void {
    this.#hasFailed = false
    this.#start()
  }

  /** Another database took the place of the one that was drained into; it holds everything up to `sequence`. Only while it is held. */
  changedDatabase(sequence: number): void {
    this.#flushedSequence = sequence
    this.#forgotten = []
  }

  get #isHeld(): boolean {
    return this.#holds > 0
  }

  get #hasWork(): boolean {
    return this.#waiting.length > 0 || this.#forgotten.length > 0 || this.#isAsked
  }

  /** Somebody waits for what is no transaction. */
  get #isAsked(): boolean {
    return this.#rewrites.length > 0 || this.#indexWorks.length > 0
  }

  get #isPressing(): boolean {
    if (this.#isAsked) return true
    return this.#hasWork && (this.#isPressed || this.#waiters.length > 0)
  }

  get #isPressed(): boolean {
    return this.#deps.overlay.bytes >= this.#deps.promptBytes
  }

  #startSoon(): void {
    if (!this.#isHeld && !this.#hasFailed) this.#timer ??= setTimeout(() => this.#start(), gatherMs).unref()
  }

  #start(): void {
    this.#stopTimer()
    if (this.#running || this.#isHeld || this.#hasFailed) return
    if (!this.#hasWork) return
    this.#running = this.#run().finally(() => {
      this.#running = undefined
      // What came meanwhile.
      if (this.#isPressing) this.#start()
      else if (this.#hasWork) this.#startSoon()
    })
  }

  #stopTimer(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  async #run(): Promise<void> {
    do {
      try {
        await this.#drainOnce()
      } catch (error) {
        this.#hasFailed = true
        this.#deps.onFailed(error)
      }
      this.#tellWaiters()
    } while (this.#isPressing && !this.#isHeld && !this.#hasFailed)
  }

  async #drainOnce(): Promise<void> {
    const { overlay, environment, storeId, timeline, onFlushed, indexes } = this.#deps
    const database = environment()
    const batch = this.#nextBatch()
    const forgotten = this.#forgotten
    this.#forgotten = []
    const newest = newestStates(batch)
    const packed = await this.#packed([...newest.values()])
    const works = this.#takeIndexWorks(database)
    const indexChanges = await indexes?.changes(
      newest,
      works.map(({ work }) => work),
      database,
    )
    const rewrites = this.#rewrites
    this.#rewrites = []
    // Nothing else writes into the database, so what lies there now lies there in the commit.
    const rewritten = rewrites
      .flatMap((some) => some.rewrites)
      .filter(({ key, from }) => !newest.has(key) && isStillThere(database, key, from))
    const changes = packed.concat(rewritten.map(toRewriteChange)).sort((a, b) => compareKeys(a.key, b.key))
    const version = batch.reduce<HybridTime>((latest, one) => laterOf(latest, one.version), database.state.version)
    const appliedSequence = batch.at(-1)?.sequence ?? database.state.appliedSequence
    try {
      const state = { storeId, timeline: timeline(), appliedSequence, version }
      await database.apply(changes, forgotten, state, systemChanges(batch), indexChanges ?? noIndexChanges)
      await database.flushed(flushTimeoutMs)
    } catch (error) {
      this.#forgotten = forgotten.concat(this.#forgotten)
      this.#rewrites = rewrites.concat(this.#rewrites)
      this.#indexWorks = works.concat(this.#indexWorks)
      throw error
    }
    this.#waiting = this.#waiting.slice(batch.length)
    for (const entry of newest.values()) overlay.drained(entry)
    this.#flushedSequence = appliedSequence
    onFlushed(appliedSequence)
    tellRewritten(rewrites, rewritten)
    for (const { resolve } of works) resolve(true)
  }

  /** Those for this database; who asked for another one is told. */
  #takeIndexWorks(database: LmdbEnvironment): WaitingIndexWork[] {
    const works = this.#indexWorks
    this.#indexWorks = []
    for (const { work, resolve } of works) if (work.environment !== database) resolve(false)
    return works.filter(({ work }) => work.environment === database)
  }

  async #packed(entries: readonly OverlayEntry[]): Promise<TableChange[]> {
    const records = entries.filter((entry): entry is OverlayEntry & { record: Buffer } => entry.record !== null)
    const packed = await this.#deps.pack(records, this.#isPressed)
    const changes = records.map(({ key }, index) => changeOf(key, packed[index] as Buffer))
    for (const { key, record } of entries) if (record === null) changes.push({ key, record, expiresAtMs: null })
    return changes
  }

  #nextBatch(): SyncedTransaction[] {
    this.#adaptBatch()
    let bytes = 0
    let count = 0
    while (count < this.#waiting.length && bytes < this.#batchBytes) bytes += (this.#waiting[count++] as SyncedTransaction).bytes
    return this.#waiting.slice(0, count)
  }

  // Writers wait for the journal, nobody for the drain: when the disk is busy enough to slow journal syncs, it takes smaller bites (DN6).
  #adaptBatch(): void {
    const syncMs = this.#deps.syncMs()
    if (syncMs > 0) this.#fastestSyncMs = Math.min(this.#fastestSyncMs, syncMs)
    const isSlowed = syncMs > 4 * this.#fastestSyncMs && syncMs > 1
    this.#batchBytes = isSlowed ? Math.max(smallestBatchBytes, this.#batchBytes / 2) : Math.min(largestBatchBytes, this.#batchBytes * 2)
  }

  #tellWaiters(): void {
    const cannot = this.#isHeld || this.#hasFailed
    const told = this.#waiters.filter(({ sequence }) => cannot || sequence <= this.#flushedSequence)
    if (told.length === 0) return
    this.#waiters = this.#waiters.filter((waiter) => !told.includes(waiter))
    for (const { sequence, resolve } of told) resolve(sequence <= this.#flushedSequence)
  }
}

function newestStates(batch: readonly SyncedTransaction[]): Map<string, OverlayEntry> {
  const newest = new Map<string, OverlayEntry>()
  for (const { entries } of batch) for (const entry of entries) newest.set(entry.key, entry)
  return newest
}

const changeOf = (key: string, record: Buffer): TableChange => ({ key, record, expiresAtMs: expiryOf(record) })
const toRewriteChange = ({ key, from, to }: Rewrite): TableChange => ({ ...changeOf(key, to), instead: from })
const isStillThere = (database: LmdbEnvironment, key: string, record: Buffer): boolean => database.records.get(key)?.equals(record) ?? false

function tellRewritten(waiting: readonly WaitingRewrites[], rewritten: readonly Rewrite[]): void {
  if (waiting.length === 0) return
  const done = new Set(rewritten)
  for (const { rewrites, resolve } of waiting) resolve(rewrites.filter((one) => done.has(one)).length)
}

/** In their order, so that the last one of a key wins. */
const systemChanges = (batch: readonly SyncedTransaction[]): SystemChange[] => batch.flatMap(({ system }) => system ?? [])
