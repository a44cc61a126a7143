import { createHash } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../base/clock.ts'
import { HoldfastError, throwIfCancelled } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import { encodeTimeline, type Frame } from '../journal/frame-codec.ts'
import type { Journal } from '../journal/journal.ts'
import { FolderJournalFiles, type JournalFiles } from '../journal/journal-files.ts'
import { Admission } from './admission.ts'
import { CommitQueue } from './commit-queue.ts'
import { Drain } from './drain.ts'
import { ExpirySweep } from './expiry-sweep.ts'
import { FreeSpace } from './free-space.ts'
import { type GenerationPointer, newGenerationId, newTimeline, writePointer } from './generation-pointer.ts'
import { hasExpired, type KnownState } from './judge.ts'
import { LmdbEnvironment } from './lmdb-environment.ts'
import { readPage } from './lmdb-page.ts'
import { type OpenedParts, openParts } from './lmdb-store-open.ts'
import { metaOf, Overlay } from './overlay.ts'
import { decodeMeta, decodeRecord } from './record-codec.ts'
import type {
  CommitOptions,
  CommittedChange,
  GenerationalStore,
  OperationResult,
  PageQuery,
  RecordMeta,
  RecordPage,
  SnapshotSource,
  StoredRecord,
  StoreFigures,
  StoreMode,
  SwitchReason,
  WriteOperation,
} from './record-store.ts'
import { StoppedStore } from './stopped-store.ts'
import { defaultStoreSettings, type StoreSettings } from './store-settings.ts'
import { VersionClock } from './version-clock.ts'

export interface LmdbStoreOptions {
  readonly databaseFolder: string
  readonly journalFolder: string
  /** Binds journal and database to each other. */
  readonly storeId: string
  /** Names this host in versions. */
  readonly nodeId: string
  readonly clock: Clock
  readonly log: Log
  readonly settings?: Partial<StoreSettings>
  /** The journal's way to its folder; tests put faults into it. */
  readonly journalFiles?: JournalFiles
}

type Blocked = Exclude<StoreMode, { kind: 'running' | 'stopped' }>

/**
 * The store of a host: a journal, an overlay of what the database does not hold yet, and LMDB. A write is acknowledged when it is in the journal as
 * safely as was asked for, and seen from then on (DESIGN: journal first).
 */
export class LmdbStore implements GenerationalStore {
  readonly #options: LmdbStoreOptions
  readonly #overlay = new Overlay()
  readonly #journal: Journal
  readonly #versions: VersionClock
  readonly #queue: CommitQueue
  readonly #drain: Drain
  readonly #admission: Admission
  readonly #freeSpace: FreeSpace
  readonly #sweep: ExpirySweep
  readonly #changeListeners = new Set<(change: CommittedChange) => void>()
  readonly #stateListeners = new Set<(change: 'mode' | 'timeline') => void>()
  /** Generations that somebody reads, and what is to be done once nobody does. */
  readonly #holds = new Map<string, number>()
  readonly #whenReleased = new Map<string, () => void>()
  #environment: LmdbEnvironment
  #pointer: GenerationPointer
  #records: number
  #mode: StoreMode = { kind: 'running' }
  #blocked: Blocked | undefined
  #retrying: Promise<void> | undefined
  #isClosed = false

  /**
   * Opens the store, or makes a new one in empty folders. Where the data contradicts itself it resolves to a store that is stopped and says why. Throws
   * `journal_missing`, `journal_foreign`, `newer_format`, and what the disk says.
   */
  static async open(options: LmdbStoreOptions): Promise<GenerationalStore> {
    const settings = { ...defaultStoreSettings, ...options.settings }
    const { databaseFolder, journalFolder, storeId, clock, log } = options
    const files = options.journalFiles ?? new FolderJournalFiles(journalFolder)
    const journal = { ...settings, files, storeId, log, now: () => clock.monotonicMs() }
    try {
      const store = new LmdbStore(options, settings, await openParts({ databaseFolder, journalFolder, storeId, journal, log }))
      await store.#start()
      return store
    } catch (error) {
      if (!(error instanceof HoldfastError) || error.code !== 'store_damaged') throw error
      log.error({ err: error }, error.message)
      return new StoppedStore(error.message)
    }
  }

  private constructor(options: LmdbStoreOptions, settings: StoreSettings, parts: OpenedParts) {
    const { clock, log, databaseFolder, journalFolder, storeId, nodeId } = options
    this.#options = options
    this.#journal = parts.journal
    this.#environment = parts.environment
    this.#pointer = parts.pointer
    this.#records = parts.environment.recordCount
    this.#versions = new VersionClock(clock, parts.floor)
    this.#admission = new Admission({ hasRoom: () => this.#overlay.bytes < settings.overlayMaxBytes })
    this.#drain = new Drain({
      overlay: this.#overlay,
      environment: () => this.#environment,
      storeId,
      timeline: () => this.#pointer.timeline,
      syncMs: () => this.#journal.syncP50Ms,
      onFlushed: (sequence) => this.#flushed(sequence),
      onFailed: (error) => this.#drainFailed(error),
      log,
    })
    this.#takeMissing(parts.missing)
    this.#queue = new CommitQueue({
      overlay: this.#overlay,
      journal: this.#journal,
      versions: this.#versions,
      node: createHash('sha256').update(nodeId).digest().readUInt32LE(0),
      clock,
      stateOf: (key) => this.#stateOf(key),
      onVisible: (change, countChange) => this.#visible(change, countChange),
      onSynced: (transaction) => this.#drain.take(transaction),
      onFailed: (error) => this.#writeFailed(error),
    })
    this.#freeSpace = new FreeSpace({
      folders: [databaseFolder, journalFolder],
      neededBytes: () => this.#overlay.bytes + 2 * settings.segmentBytes + settings.reserveBytes,
      onChange: () => this.#spaceMeasured(),
      log,
    })
    this.#sweep = new ExpirySweep({
      clock,
      everyMs: settings.sweepEveryMs,
      log,
      expired: (untilMs, limit) => this.#environment.expired(untilMs, limit),
      metaOf: (key) => this.#stateOf(key).meta,
      lastCommitMs: () => this.#versions.last.ms,
      deleteUnchanged: (records) => this.#queue.deleteUnchanged(records),
      forget: (entries) => this.#drain.forget(entries),
    })
  }

  get mode(): StoreMode {
    return this.#mode
  }

  get previousGeneration() {
    return this.#pointer.previous
  }

  get(key: string): StoredRecord | undefined {
    const entry = this.#overlay.size === 0 ? undefined : this.#overlay.visible(key)
    const record = entry === undefined ? this.#environment.get(Buffer.from(key)) : entry.record
    if (record === undefined || record === null) return undefined
    const { meta, value } = decodeRecord(key, record)
    return this.#isGone(meta) ? undefined : { key, meta, value }
  }

  getMeta(key: string): RecordMeta | undefined {
    const entry = this.#overlay.visible(key)
    const meta = entry === undefined ? this.#storedMeta(key) : metaOf(entry)
    return meta === null || this.#isGone(meta) ? undefined : meta
  }

  page(query: PageQuery): RecordPage {
    return readPage(this.#environment, this.#overlay, query, this.#options.clock.wallMs())
  }

  async commit(operations: readonly WriteOperation[], options: CommitOptions): Promise<readonly OperationResult[]> {
    this.#refuseWhenBlocked(operations)
    throwIfCancelled(options.signal)
    if (!this.#admission.isOpen) {
      await this.#admission.wait(options.signal)
      this.#refuseWhenBlocked(operations)
    }
    return this.#queue.commit(operations, options)
  }

  onCommitted(listener: (change: CommittedChange) => void): () => void {
    this.#changeListeners.add(listener)
    return () => this.#changeListeners.delete(listener)
  }

  onStateChange(listener: (change: 'mode' | 'timeline') => void): () => void {
    this.#stateListeners.add(listener)
    return () => this.#stateListeners.delete(listener)
  }

  figures(): StoreFigures {
    return {
      timeline: this.#pointer.timeline,
      generation: this.#pointer.live,
      sequence: this.#queue.visibleSequence,
      appliedSequence: this.#environment.state.appliedSequence,
      records: this.#records,
      recordsExact: this.#environment.expired(this.#options.clock.wallMs(), 1).length === 0,
      overlayBytes: this.#overlay.bytes,
      databaseBytes: this.#environment.fileBytes,
      journalBytes: this.#journal.bytesOnDisk,
      syncP50Ms: this.#journal.syncP50Ms,
    }
  }

  async holdSnapshot(signal?: AbortSignal): Promise<SnapshotSource> {
    await this.#settle(this.#queue.visibleSequence, signal)
    const generation = this.#pointer.live
    this.#holds.set(generation, (this.#holds.get(generation) ?? 0) + 1)
    let isHeld = true
    return {
      generationFolder: join(this.#options.databaseFolder, generation),
      timeline: this.#pointer.timeline,
      sequence: this.#environment.state.appliedSequence,
      release: () => {
        if (isHeld) this.#releaseHold(generation)
        isHeld = false
      },
    }
  }

  newGenerationFolder(): { id: string; folder: string } {
    const id = newGenerationId()
    return { id, folder: join(this.#options.databaseFolder, id) }
  }

  async discardGeneration(id: string): Promise<void> {
    if (id === this.#pointer.live || id === this.#pointer.previous?.id) {
      throw new HoldfastError('conflict', 'This generation of the database is in use.', { details: { generation: id } })
    }
    await rm(join(this.#options.databaseFolder, id), { recursive: true, force: true })
  }

  async switchGeneration(next: { id: string; reason: SwitchReason }): Promise<{ sequence: number; timeline: string }> {
    this.#refuseWhenBlocked([])
    this.#admission.close()
    const environment = LmdbEnvironment.open(join(this.#options.databaseFolder, next.id))
    try {
      await this.#queue.settle()
      await this.#settle(this.#queue.visibleSequence)
      this.#versions.raiseTo(environment.state.version)
      return await this.#switchTo(environment, next)
    } catch (error) {
      if (this.#environment !== environment) await environment.close()
      throw error
    } finally {
      this.#admission.open()
    }
  }

  async close(): Promise<void> {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#freeSpace.stop()
    await this.#sweep.stop()
    await this.#queue.settle()
    await this.#journal.settle()
    await this.#drain.settle()
    await this.#drain.hold()
    await this.#retrying
    await this.#journal.close()
    await this.#environment.close()
  }

  async #start(): Promise<void> {
    await this.#freeSpace.start()
    this.#sweep.start()
  }

  // Everything in the journal is acknowledged or may be: it is visible at once, and drained as if it had just been written.
  #takeMissing(frames: readonly Frame[]): void {
    for (const frame of frames) {
      if (frame.kind !== 'transaction') continue
      const entries = frame.operations.map(({ key, record }) => {
        const { present } = this.#stateOf(key)
        if (present !== (record !== null)) this.#records += record === null ? -1 : 1
        const entry = this.#overlay.add(key, frame.sequence, record)
        entry.visible = true
        return entry
      })
      this.#drain.take({ sequence: frame.sequence, version: frame.time, entries })
    }
  }

  #stateOf(key: string): KnownState {
    const entry = this.#overlay.newest(key)
    if (entry !== undefined) return { meta: metaOf(entry), present: entry.record !== null }
    const meta = this.#storedMeta(key)
    return { meta, present: meta !== null }
  }

  #storedMeta(key: string): RecordMeta | null {
    const record = this.#environment.getForAMoment(Buffer.from(key))
    return record === undefined ? null : decodeMeta(key, record)
  }

  #isGone(meta: RecordMeta): boolean {
    return meta.expiresAtMs !== null && hasExpired(meta, this.#options.clock.wallMs())
  }

  #visible(change: CommittedChange, countChange: number): void {
    this.#records += countChange
    for (const listener of this.#changeListeners) listener(change)
  }

  #flushed(sequence: number): void {
    this.#admission.roomMayBeThere()
    this.#journal
      .release(sequence)
      .catch((error) => this.#options.log.warn({ err: error }, 'A journal segment could not be released; it is kept.'))
  }

  /** Waits until everything up to `sequence` is in the database and flushed (CP1). */
  async #settle(sequence: number, signal?: AbortSignal): Promise<void> {
    await this.#journal.settle()
    while (this.#environment.state.appliedSequence < sequence || !this.#drain.isIdle) {
      throwIfCancelled(signal)
      await this.#drain.settle()
      if (this.#environment.state.appliedSequence >= sequence) return
      this.#refuseWhenBlocked([])
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  async #switchTo(
    environment: LmdbEnvironment,
    { id, reason }: { id: string; reason: SwitchReason },
  ): Promise<{ sequence: number; timeline: string }> {
    const { databaseFolder, storeId, clock } = this.#options
    const timeline = newTimeline()
    const sequence = await this.#queue.appendMarker((at, time) => encodeTimeline(at, time, { timeline, generation: id }))
    await this.#drain.hold()
    await environment.apply([], [], { storeId, timeline, appliedSequence: sequence, version: this.#versions.last })
    await environment.flushed(60_000)
    const old = this.#pointer
    const previous = { id: old.live, replacedAtMs: Math.floor(clock.wallMs()), reason }
    const next: GenerationPointer = { ...old, live: id, timeline, previous, clockFloor: this.#versions.last }
    // The commit point: before it the old generation is live, after it the new one.
    await writePointer(databaseFolder, next)
    const oldEnvironment = this.#environment
    this.#environment = environment
    this.#pointer = next
    this.#records = environment.recordCount
    this.#drain.resume()
    for (const listener of this.#stateListeners) listener('timeline')
    this.#letGo(oldEnvironment, old, next)
    return { sequence, timeline }
  }

  /** Closes the old environment, and deletes what an undo can no longer reach, once nobody reads them. */
  #letGo(environment: LmdbEnvironment, old: GenerationPointer, next: GenerationPointer): void {
    const warn = (error: unknown) =>
      this.#options.log.warn({ err: error }, 'An old generation could not be closed or removed; the next start does it.')
    this.#whenUnheld(old.live, () => void environment.close().catch(warn))
    const lost = old.previous?.id
    if (lost === undefined || lost === next.live) return
    this.#whenUnheld(lost, () => void rm(join(this.#options.databaseFolder, lost), { recursive: true, force: true }).catch(warn))
  }

  #whenUnheld(generation: string, act: () => void): void {
    if (this.#holds.has(generation)) this.#whenReleased.set(generation, act)
    else act()
  }

  #releaseHold(generation: string): void {
    const left = (this.#holds.get(generation) ?? 1) - 1
    if (left > 0) {
      this.#holds.set(generation, left)
      return
    }
    this.#holds.delete(generation)
    this.#whenReleased.get(generation)?.()
    this.#whenReleased.delete(generation)
  }

  #refuseWhenBlocked(operations: readonly WriteOperation[]): void {
    if (this.#isClosed) throw new HoldfastError('stopping', 'Holdfast is stopping. Try again when it runs.')
    if (this.#blocked === undefined) return
    // Deletes free space, so they may go through while there is room in the reserve.
    const onlyDeletes = operations.length > 0 && operations.every(({ kind }) => kind === 'delete')
    if (this.#blocked.kind === 'full' && onlyDeletes && this.#blocked.reason === lowSpaceReason) return
    throw new HoldfastError(this.#blocked.code, this.#blocked.reason)
  }

  #writeFailed(error: HoldfastError): void {
    if (error.code === 'disk_full') this.#block({ kind: 'full', code: 'disk_full', reason: fullReason })
    else this.#block({ kind: 'read-only', code: 'read_only', reason: (this.#journal.broken ?? error).message })
  }

  #drainFailed(error: unknown): void {
    this.#environment.reloadState()
    if (isFull(error)) {
      this.#options.log.warn({ err: error }, 'The disk is full; what was acknowledged stays in the journal until there is room.')
      this.#block({ kind: 'full', code: 'disk_full', reason: fullReason })
      return
    }
    this.#options.log.error({ err: error }, 'The database could not be written; a healthy copy is made.')
    this.#block({ kind: 'read-only', code: 'read_only', reason: healingReason })
    this.#retrying = this.#moveToCopy().finally(() => {
      this.#retrying = undefined
    })
  }

  /**
   * After a failed sync the database's file is not trusted any more: what it holds is copied into a new file, synced, walked, and made the live one;
   * the overlay still has everything that was not flushed (DN2).
   */
  async #moveToCopy(): Promise<void> {
    const { id, folder } = this.newGenerationFolder()
    try {
      await this.#environment.copyTo(folder)
      const copy = LmdbEnvironment.open(folder)
      await copy.syncAndWalk()
      const old = this.#pointer
      const next = { ...old, live: id, clockFloor: this.#versions.last }
      await writePointer(this.#options.databaseFolder, next)
      const oldEnvironment = this.#environment
      this.#environment = copy
      this.#pointer = next
      this.#whenUnheld(old.live, () => {
        const remove = () => rm(join(this.#options.databaseFolder, old.live), { recursive: true, force: true })
        oldEnvironment
          .close()
          .then(remove)
          .catch((error) => this.#options.log.warn({ err: error }, 'The old database file could not be removed.'))
      })
      this.#unblock()
    } catch (error) {
      this.#options.log.error({ err: error }, 'The database could not be copied; the store only reads until the next start.')
      await rm(folder, { recursive: true, force: true }).catch(() => undefined)
      this.#block({ kind: 'read-only', code: 'read_only', reason: brokenReason })
    }
  }

  #spaceMeasured(): void {
    if (this.#freeSpace.isLow) {
      if (this.#blocked === undefined) this.#block({ kind: 'full', code: 'disk_full', reason: lowSpaceReason })
    } else if (this.#blocked?.kind === 'full') this.#unblock()
  }

  #block(blocked: Blocked): void {
    this.#blocked = blocked
    this.#setMode(blocked)
  }

  #unblock(): void {
    if (this.#journal.broken) return
    this.#blocked = undefined
    this.#setMode({ kind: 'running' })
    this.#drain.resume()
    this.#admission.roomMayBeThere()
  }

  #setMode(mode: StoreMode): void {
    const hasChanged = mode.kind !== this.#mode.kind
    this.#mode = mode
    if (hasChanged) for (const listener of this.#stateListeners) listener('mode')
  }
}

const lowSpaceReason = 'The disk is nearly full, so nothing more is written. Free some space, or delete records; writing goes on by itself.'
const fullReason = 'The disk is full, so nothing more is written. Free some space; writing goes on by itself. Nothing acknowledged is lost.'
const healingReason =
  'The disk failed while the database was saved, so a healthy copy is being made. Writing goes on by itself when that works.'
const brokenReason =
  'The disk failed while the database was saved. Nothing acknowledged is lost: it is in the journal. Check the disk, then start Holdfast again.'

const isFull = (error: unknown): boolean => {
  const { code, message } = error as { code?: unknown; message?: string }
  return code === 'ENOSPC' || code === 28 || /no space left|MDB_MAP_FULL|disk quota/i.test(message ?? '')
}
