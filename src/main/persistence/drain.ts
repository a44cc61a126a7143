import type { Log } from '../base/log.ts'
import type { SyncedTransaction } from './commit-queue.ts'
import type { ExpiryEntry, LmdbEnvironment, TableChange } from './lmdb-environment.ts'
import type { Overlay, OverlayEntry } from './overlay.ts'
import { expiryOf } from './record-codec.ts'
import { type HybridTime, laterOf } from './version-clock.ts'

const largestBatchBytes = 32 * 1024 * 1024
const smallestBatchBytes = 1024 * 1024
/** Enough is waiting to be worth a batch at once; less waits a little for company. */
const promptBytes = 8 * 1024 * 1024
const gatherMs = 100
const flushTimeoutMs = 60_000

export interface DrainDeps {
  readonly overlay: Overlay
  readonly environment: () => LmdbEnvironment
  readonly storeId: string
  readonly timeline: () => string
  /** The median of recent journal syncs, in milliseconds. */
  readonly syncMs: () => number
  /** Everything up to `sequence` is in the database and flushed. */
  readonly onFlushed: (sequence: number) => void
  /** The batch was not taken; nothing more is drained until `resume`. */
  readonly onFailed: (error: unknown) => void
  readonly log: Log
}

/**
 * Brings synced transactions from the overlay into the database: in their order, many at once, sorted by key, the applied sequence in the same commit.
 * One batch is in flight, and the next begins when it is flushed: after a failed sync LMDB would commit over the hole (DN2).
 */
export class Drain {
  readonly #deps: DrainDeps
  #waiting: SyncedTransaction[] = []
  #waitingBytes = 0
  #forgotten: ExpiryEntry[] = []
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> | undefined
  #isHeld = false
  #batchBytes = largestBatchBytes
  #fastestSyncMs = Number.POSITIVE_INFINITY

  constructor(deps: DrainDeps) {
    this.#deps = deps
  }

  get isIdle(): boolean {
    return this.#waiting.length === 0 && this.#forgotten.length === 0 && this.#running === undefined
  }

  take(transaction: SyncedTransaction): void {
    this.#waiting.push(transaction)
    this.#waitingBytes += bytesOf(transaction)
    if (this.#waitingBytes >= promptBytes) this.#start()
    else this.#timer ??= setTimeout(() => this.#start(), gatherMs).unref()
  }

  /** Entries of the expiry table that are done with; removed with the next batch. */
  forget(entries: readonly ExpiryEntry[]): void {
    this.#forgotten.push(...entries)
    this.#timer ??= setTimeout(() => this.#start(), gatherMs).unref()
  }

  /** Drains what is there now. Resolves also when it fails; `isIdle` tells. */
  async settle(): Promise<void> {
    do {
      this.#start()
      await this.#running
    } while (!this.isIdle && !this.#isHeld)
  }

  /** Nothing is drained until `resume`. Resolves when the batch in flight has ended. */
  async hold(): Promise<void> {
    this.#isHeld = true
    clearTimeout(this.#timer)
    this.#timer = undefined
    await this.#running
  }

  resume(): void {
    this.#isHeld = false
    if (!this.isIdle) this.#start()
  }

  #start(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#running || this.#isHeld) return
    this.#running = this.#run().finally(() => {
      this.#running = undefined
    })
  }

  async #run(): Promise<void> {
    while ((this.#waiting.length > 0 || this.#forgotten.length > 0) && !this.#isHeld) {
      try {
        await this.#drainOnce()
      } catch (error) {
        this.#isHeld = true
        this.#deps.onFailed(error)
      }
    }
  }

  async #drainOnce(): Promise<void> {
    const { overlay, environment, onFlushed } = this.#deps
    const database = environment()
    const batch = this.#nextBatch()
    const forgotten = this.#forgotten.slice()
    const newest = newestStates(batch)
    const changes = [...newest.values()].sort((a, b) => (a.key < b.key ? -1 : 1)).map(toChange)
    const version = batch.reduce<HybridTime>((latest, one) => laterOf(latest, one.version), database.state.version)
    const appliedSequence = batch.at(-1)?.sequence ?? database.state.appliedSequence
    await database.apply(changes, forgotten, { storeId: this.#deps.storeId, timeline: this.#deps.timeline(), appliedSequence, version })
    await database.flushed(flushTimeoutMs)
    this.#waiting = this.#waiting.slice(batch.length)
    this.#forgotten = this.#forgotten.slice(forgotten.length)
    for (const transaction of batch) this.#waitingBytes -= bytesOf(transaction)
    for (const entry of newest.values()) overlay.drained(entry)
    onFlushed(appliedSequence)
  }

  #nextBatch(): SyncedTransaction[] {
    this.#adaptBatch()
    let bytes = 0
    let count = 0
    while (count < this.#waiting.length && bytes < this.#batchBytes) bytes += bytesOf(this.#waiting[count++] as SyncedTransaction)
    return this.#waiting.slice(0, count)
  }

  // Writers wait for the journal, nobody for the drain: when the disk is busy enough to slow journal syncs, it takes smaller bites (DN6).
  #adaptBatch(): void {
    const syncMs = this.#deps.syncMs()
    if (syncMs > 0) this.#fastestSyncMs = Math.min(this.#fastestSyncMs, syncMs)
    const isSlowed = syncMs > 4 * this.#fastestSyncMs && syncMs > 1
    this.#batchBytes = isSlowed ? Math.max(smallestBatchBytes, this.#batchBytes / 2) : Math.min(largestBatchBytes, this.#batchBytes * 2)
  }
}

function newestStates(batch: readonly SyncedTransaction[]): Map<string, OverlayEntry> {
  const newest = new Map<string, OverlayEntry>()
  for (const { entries } of batch) for (const entry of entries) newest.set(entry.key, entry)
  return newest
}

const toChange = ({ key, record }: OverlayEntry): TableChange => ({ key, record, expiresAtMs: record === null ? null : expiryOf(record) })

const bytesOf = ({ entries }: SyncedTransaction): number =>
  entries.reduce((sum, { key, record }) => sum + key.length + (record?.length ?? 0) + 64, 0)
