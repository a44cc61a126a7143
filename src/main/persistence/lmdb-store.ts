import { createHash } from 'node:crypto'
import type { Clock } from '../base/clock.ts'
import { HoldfastError, throwIfCancelled } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import type { Frame } from '../journal/frame-codec.ts'
import type { Journal } from '../journal/journal.ts'
import { FolderJournalFiles, type JournalFiles } from '../journal/journal-files.ts'
import { Admission } from './admission.ts'
import { CommitQueue } from './commit-queue.ts'
import { isDiskFull } from './disk-errors.ts'
import { DiskTrouble } from './disk-trouble.ts'
import { Drain } from './drain.ts'
import { eraseTraces } from './erase-traces.ts'
import { ExpirySweep } from './expiry-sweep.ts'
import { FreeSpace } from './free-space.ts'
import { newGenerationId } from './generation-pointer.ts'
import { GenerationSwitch, type NextGeneration } from './generation-switch.ts'
import { hasExpired, type KnownState } from './judge.ts'
import { LiveGeneration } from './live-generation.ts'
import { LmdbCollections } from './lmdb-collections.ts'
import { newestVersions, readPage } from './lmdb-page.ts'
import { bytesIn, LmdbSpace } from './lmdb-space.ts'
import { type OpenedParts, openParts } from './lmdb-store-open.ts'
import { metaOf, Overlay } from './overlay.ts'
import { PackMeans } from './pack-means.ts'
import { decodeMeta, decodeRecord } from './record-codec.ts'
import { RecordPacker } from './record-packer.ts'
import type {
  CommitOptions,
  CommittedChange,
  GenerationalStore,
  IsDue,
  KeySpan,
  KeyStride,
  OperationResult,
  PageQuery,
  RecordMeta,
  RecordPage,
  RepackOutcome,
  RepackProgress,
  SnapshotSource,
  StoredRecord,
  StoreFigures,
  StoreMode,
  WriteOperation,
} from './record-store.ts'
import { repackRecords } from './repack-records.ts'
import { sealEffects } from './seal-effects.ts'
import { StoppedStore } from './stopped-store.ts'
import { StoreListeners } from './store-listeners.ts'
import { defaultStoreSettings, type StoreSettings } from './store-settings.ts'
import { StoredGaps } from './stored-gaps.ts'
import { type SystemChange, type SystemChanges, SystemEntries, type SystemTable } from './system-table.ts'
import { VersionClock } from './version-clock.ts'
import { WritePermit } from './write-permit.ts'

const nothingThere: KnownState = { meta: null, present: false }
/** So full an overlay is drained at once; the rest of it takes what is written meanwhile. */
const promptShare = 3 / 8
/** While writers press, smaller values are not compressed: they cost the most time for what they save. */
const pressedFromBytes = 4096

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
  /** How records are stored; absent: compressed where it pays, not encrypted. */
  readonly means?: PackMeans
  /** The journal's way to its folder; tests put faults into it. */
  readonly journalFiles?: JournalFiles
}

/**
 * The store of a host: a journal, an overlay of what the database does not hold yet, and LMDB. A write is acknowledged when it is in the journal as
 * safely as was asked for, and seen from then on (DESIGN: journal first).
 */
export class LmdbStore implements GenerationalStore {
  readonly #clock: Clock
  readonly #log: Log
  readonly #overlay = new Overlay()
  readonly #journal: Journal
  readonly #versions: VersionClock
  readonly #generation: LiveGeneration
  readonly #queue: CommitQueue
  readonly #drain: Drain
  readonly #means: PackMeans
  readonly #packer: RecordPacker
  readonly #admission: Admission
  readonly #permit: WritePermit
  readonly #switch: GenerationSwitch
  readonly #freeSpace: FreeSpace
  readonly #sweep: ExpirySweep
  readonly #listeners: StoreListeners
  readonly #trouble: DiskTrouble
  readonly #overlayMaxBytes: number
  readonly #system: SystemEntries
  readonly space: LmdbSpace
  readonly collections: LmdbCollections
  readonly system: SystemTable = {
    get: (key) => this.#system.get(key),
    entries: (prefix) => this.#system.entries(prefix),
    write: (changes, signal) => this.#writeSystem(changes, signal),
    onChanged: (listener) => this.#system.onChanged(listener),
  }
  #records: number
  #closing: Promise<void> | undefined

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
      const parts = await openParts({ databaseFolder, journalFolder, storeId, journal, log })
      const store = new LmdbStore(options, settings, parts)
      await store.#begin(parts.missing)
      return store
    } catch (error) {
      if (!(error instanceof HoldfastError) || error.code !== 'store_damaged') throw error
      log.error({ err: error }, error.message)
      return new StoppedStore(error.message)
    }
  }

  private constructor(options: LmdbStoreOptions, settings: StoreSettings, parts: OpenedParts) {
    const { clock, log, databaseFolder, journalFolder, storeId, nodeId } = options
    this.#clock = clock
    this.#log = log
    this.#journal = parts.journal
    this.#generation = new LiveGeneration({
      databaseFolder,
      pointer: parts.pointer,
      environment: parts.environment,
      onDamage: (damage) => this.#trouble.damaged(damage),
      clock,
      log,
    })
    this.#records = parts.environment.records.count
    this.#overlayMaxBytes = settings.overlayMaxBytes
    this.#versions = new VersionClock(clock, parts.floor)
    this.#listeners = new StoreListeners({ log })
    this.#permit = new WritePermit({ onModeChange: () => this.#modeChanged() })
    this.#means = options.means ?? new PackMeans({ compresses: true })
    this.#system = new SystemEntries({ log })
    this.collections = this.#makeCollections(clock)
    this.#system.replace(parts.environment.systemEntries())
    this.#admission = new Admission({ hasRoom: () => this.#overlay.bytes < settings.overlayMaxBytes })
    this.#packer = new RecordPacker({ means: this.#means, threads: settings.packThreads, log })
    this.#drain = new Drain({
      overlay: this.#overlay,
      pack: (records, isPressed) => this.#packer.pack(records, isPressed ? pressedFromBytes : 0),
      promptBytes: settings.overlayMaxBytes * promptShare,
      environment: () => this.#generation.environment,
      indexes: this.collections.upkeep,
      storeId,
      timeline: () => this.#generation.pointer.timeline,
      syncMs: () => this.#journal.syncP50Ms,
      onFlushed: (sequence) => this.#flushed(sequence),
      onFailed: (error) => this.#trouble.drainFailed(error),
    })
    this.#queue = new CommitQueue({
      admission: this.#admission,
      refuse: (operations) => this.#permit.refuse(operations),
      overlay: this.#overlay,
      journal: this.#journal,
      seal: (effects) => sealEffects(effects, this.#means),
      versions: this.#versions,
      node: createHash('sha256').update(nodeId).digest().readUInt32LE(0),
      clock,
      timeline: () => this.#generation.pointer.timeline,
      stateOf: (key) => this.#stateOf(key),
      manyStates: () => this.#manyStates(),
      newest: {
        meta: (key) => this.#newestMeta(key),
        versions: (span) => newestVersions(this.#generation.environment, this.#overlay, span, clock.wallMs()),
      },
      collections: this.collections.guard,
      onVisible: (change, countChange) => this.#visible(change, countChange),
      onSynced: (transaction) => this.#drain.take(transaction),
      onFailed: (error) => this.#trouble.writeFailed(error),
    })
    this.#switch = new GenerationSwitch({
      storeId,
      generation: this.#generation,
      queue: this.#queue,
      journal: this.#journal,
      drain: this.#drain,
      admission: this.#admission,
      versions: this.#versions,
      clock,
      system: this.system,
      refuse: () => this.#permit.refuse([]),
      onSwitched: () => this.#switched(),
      onUncertain: ({ message }) => this.#permit.block('broken', message),
    })
    const reserveBytes = () => this.#overlay.bytes + 2 * settings.segmentBytes + settings.reserveBytes
    this.#freeSpace = new FreeSpace({
      folders: [databaseFolder, journalFolder],
      neededBytes: reserveBytes,
      onChange: (isLow) => this.#trouble.spaceMeasured(isLow),
      log,
    })
    this.#trouble = new DiskTrouble({
      permit: this.#permit,
      generation: this.#generation,
      drain: this.#drain,
      journal: this.#journal,
      versions: this.#versions,
      isDiskFull: (error) => isDiskFull(error, [databaseFolder, journalFolder]),
      log,
    })
    this.#sweep = new ExpirySweep({
      clock,
      everyMs: settings.sweepEveryMs,
      log,
      expired: (untilMs, limit) => this.#generation.environment.expiries.until(untilMs, limit),
      countExpired: (untilMs) => this.#generation.environment.expiries.countUntil(untilMs),
      bytesOf: (key) => bytesIn(this.#generation.environment, key),
      metaOf: (key) => this.#stateOf(key).meta,
      lastCommitMs: () => this.#versions.last.ms,
      deleteUnchanged: (records) => this.#queue.deleteUnchanged(records),
      forget: (entries) => this.#drain.forget(entries),
      drained: () => this.#drain.reach(this.#queue.visibleSequence),
    })
    this.space = new LmdbSpace({
      generation: this.#generation,
      drain: this.#drain,
      versions: this.#versions,
      clock,
      sweep: () => this.#sweep.last,
      reserveBytes,
      refuseReads: () => this.#permit.refuseReads(),
      refuse: () => {
        this.#permit.refuse([])
        this.#switch.refuse()
      },
    })
  }

  #makeCollections(clock: Clock): LmdbCollections {
    return new LmdbCollections({
      system: this.#system,
      overlay: this.#overlay,
      means: this.#means,
      environment: () => this.#generation.environment,
      drain: () => this.#drain,
      // Those that wait for their place to be safe included: they were judged by what was defined before.
      drainAll: (signal) => this.#drainAll(signal, this.#journal.nextSequence - 1),
      refuseReads: () => this.#permit.refuseReads(),
      clock,
      log: this.#log,
    })
  }

  async #begin(missing: readonly Frame[]): Promise<void> {
    try {
      this.#takeMissing(missing)
      await this.#freeSpace.start()
      this.#sweep.start()
    } catch (error) {
      await this.close()
      throw error
    }
  }

  get mode(): StoreMode {
    return this.#permit.mode
  }

  get previousGeneration() {
    return this.#generation.pointer.previous
  }

  get(key: string): StoredRecord | undefined {
    this.#permit.refuseReads()
    const entry = this.#overlay.size === 0 ? undefined : this.#overlay.visible(key)
    const record = entry === undefined ? this.#generation.environment.records.get(key) : entry.record
    if (record === undefined || record === null) return undefined
    const { meta, value } = decodeRecord(key, record, this.#means)
    return this.#isGone(meta) ? undefined : { key, meta, value }
  }

  getMeta(key: string): RecordMeta | undefined {
    this.#permit.refuseReads()
    const entry = this.#overlay.visible(key)
    const meta = entry === undefined ? this.#storedMeta(key) : metaOf(entry)
    return meta === null || this.#isGone(meta) ? undefined : meta
  }

  page(query: PageQuery): RecordPage {
    this.#permit.refuseReads()
    const source = { environment: this.#generation.environment, overlay: this.#overlay, means: this.#means }
    return readPage(source, query, this.#clock.wallMs())
  }

  stride(span: KeySpan): KeyStride {
    this.#permit.refuseReads()
    return this.#generation.environment.records.stride(span)
  }

  async commit(operations: readonly WriteOperation[], options: CommitOptions): Promise<readonly OperationResult[]> {
    return this.#queue.commit(operations, options)
  }

  onCommitted(listener: (change: CommittedChange) => void): () => void {
    return this.#listeners.onCommitted(listener)
  }

  onStateChange(listener: (change: 'mode' | 'timeline') => void): () => void {
    return this.#listeners.onStateChange(listener)
  }

  get timeline(): string {
    return this.#generation.pointer.timeline
  }

  figures(): StoreFigures {
    const { environment, pointer } = this.#generation
    return {
      timeline: pointer.timeline,
      generation: pointer.live,
      sequence: this.#queue.visibleSequence,
      appliedSequence: environment.state.appliedSequence,
      records: this.#records,
      recordsExact: !this.#permit.has('damaged') && environment.expiries.until(this.#clock.wallMs(), 1).length === 0,
      overlayBytes: this.#overlay.bytes,
      databaseBytes: environment.fileBytes,
      journalBytes: this.#journal.bytesOnDisk,
      syncP50Ms: this.#journal.syncP50Ms,
      overlayMaxBytes: this.#overlayMaxBytes,
      packing: { ...environment.packing.total, prefixes: environment.packing.prefixes },
      syncLatency: this.#journal.syncLatency,
      waitLatency: this.#queue.waitLatency,
    }
  }

  async holdSnapshot(signal?: AbortSignal): Promise<SnapshotSource> {
    this.#permit.refuseReads()
    await this.#drainAll(signal)
    const { pointer } = this.#generation
    return {
      generationFolder: this.#generation.folderOf(pointer.live),
      timeline: pointer.timeline,
      sequence: this.#drain.flushedSequence,
      release: this.#generation.hold('backup'),
    }
  }

  newGenerationFolder(): { id: string; folder: string } {
    const id = newGenerationId()
    return { id, folder: this.#generation.folderOf(id) }
  }

  setFlushEveryMs(flushEveryMs: number): void {
    this.#journal.setFlushEveryMs(flushEveryMs)
  }

  takeUnpacked(): number {
    return this.#packer.takeLeft()
  }

  async repack(isDue: IsDue, progress: RepackProgress): Promise<RepackOutcome> {
    this.#permit.refuse([])
    await this.#drainAll(progress.signal)
    const deps = { environment: () => this.#generation.environment, drain: this.#drain, packer: this.#packer }
    return repackRecords(deps, isDue, progress)
  }

  async eraseTraces(options: { keepsPrevious: boolean }): Promise<void> {
    this.#permit.refuse([])
    const deps = {
      generation: this.#generation,
      journal: this.#journal,
      rewrite: () => this.space.compact({ signal: new AbortController().signal, onProgress: () => {} }),
      appendNothing: async () => (await this.#writeSystem([])).sequence,
      drainTo: () => this.#drainAll(),
    }
    await eraseTraces(deps, options)
  }

  discardGeneration(id: string): Promise<void> {
    return this.#generation.discard(id)
  }

  async switchGeneration(next: NextGeneration): Promise<{ sequence: number; timeline: string }> {
    await this.space.stop()
    return this.#switch.run(next)
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.#permit.close()
    this.#admission.letAllTry()
    this.#freeSpace.stop()
    await this.#sweep.stop()
    await this.space.stop()
    await this.#switch.settle()
    await this.#queue.settle()
    await this.#journal.settle()
    await this.#trouble.settle()
    // What cannot be drained now stays in the journal.
    await this.#drain.finish()
    await this.#packer.close()
    await this.#journal.close()
    await this.#generation.close()
  }

  // Everything in the journal is acknowledged or may be: it is visible at once, and drained as if it had just been written.
  #takeMissing(frames: readonly Frame[]): void {
    const stateOf = this.#manyStates()
    for (const frame of frames) {
      const operations = frame.kind === 'transaction' ? frame.operations : []
      const system = frame.kind === 'system' ? frame.changes : []
      this.#system.apply(system)
      let bytes = 0
      const entries = operations.map(({ key, record }) => {
        const { present } = stateOf(key)
        if (present !== (record !== null)) this.#records += record === null ? -1 : 1
        bytes += key.length + (record?.length ?? 0)
        const entry = this.#overlay.add(key, frame.sequence, record)
        entry.visible = true
        return entry
      })
      this.#drain.take({ sequence: frame.sequence, version: frame.time, entries, bytes, system })
    }
  }

  /** For one turn of the event loop. */
  #manyStates(): (key: string) => KnownState {
    const { environment } = this.#generation
    const gaps = new StoredGaps((from) => environment.records.stride({ from, to: undefined, limit: 0 }).next)
    return (key) => this.#stateOf(key, gaps)
  }

  #stateOf(key: string, gaps?: StoredGaps): KnownState {
    const entry = this.#overlay.newest(key)
    if (entry !== undefined) return { meta: metaOf(entry), present: entry.record !== null }
    if (gaps?.hold(key)) return nothingThere
    try {
      const meta = this.#storedMeta(key)
      if (meta === null) gaps?.missed(key)
      return { meta, present: meta !== null }
    } catch (error) {
      if (error instanceof HoldfastError && error.code === 'record_damaged') return { meta: null, present: true, damage: error }
      throw error
    }
  }

  #storedMeta(key: string): RecordMeta | null {
    const head = this.#generation.environment.records.getHead(key)
    return head === undefined ? null : decodeMeta(key, head.head, head.bytes)
  }

  #newestMeta(key: string): RecordMeta | null {
    const { meta, damage } = this.#stateOf(key)
    if (damage !== undefined) throw damage
    return meta === null || this.#isGone(meta) ? null : meta
  }

  async #writeSystem(wanted: SystemChanges, signal?: AbortSignal): Promise<{ sequence: number }> {
    const checked = (changes: readonly SystemChange[]) => {
      this.#system.assertRoomFor(changes)
      return changes
    }
    const changes = typeof wanted === 'function' ? (sequence: number) => checked(wanted(sequence)) : checked(wanted)
    const sequence = await this.#queue.commitSystem(changes, (made) => this.#system.apply(made), signal)
    return { sequence }
  }

  #isGone(meta: RecordMeta): boolean {
    return meta.expiresAtMs !== null && hasExpired(meta, this.#clock.wallMs())
  }

  #visible(change: CommittedChange, countChange: number): void {
    this.#records += countChange
    this.#listeners.committed(change)
  }

  #flushed(sequence: number): void {
    this.#trouble.drained()
    this.#admission.roomMayBeThere()
    this.#journal.release(sequence).catch((error) => this.#log.warn({ err: error }, 'A journal segment could not be released; it is kept.'))
  }

  /** Everything acknowledged so far is in the database and flushed when it resolves (CP1). */
  async #drainAll(signal?: AbortSignal, sequence = this.#queue.visibleSequence): Promise<void> {
    throwIfCancelled(signal)
    await this.#journal.settle()
    while (this.#drain.flushedSequence < sequence) {
      throwIfCancelled(signal)
      if (this.#journal.broken) throw this.#journal.broken
      if (await this.#drain.reach(sequence)) return
      this.#permit.refuse([])
      // A switch holds the drain for a moment.
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }

  #switched(): void {
    this.#records = this.#generation.environment.records.count
    this.#system.replace(this.#generation.environment.systemEntries())
    this.#listeners.stateChanged('timeline')
  }

  #modeChanged(): void {
    const { mode } = this.#permit
    if (mode.kind === 'running') {
      this.#log.info({ mode: mode.kind }, 'The store takes reads and writes again.')
      this.#admission.roomMayBeThere()
    } else {
      this.#log.warn({ mode: mode.kind }, mode.reason)
      this.#admission.letAllTry()
    }
    this.#listeners.stateChanged('mode')
  }
}
