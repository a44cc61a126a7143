import type { HoldfastError } from '../base/errors.ts'
import { LatencyHistogram } from '../base/latency-histogram.ts'
import type { Frame } from './frame-codec.ts'
import { journalBroken, noSegment, outcomeUnknown } from './journal-errors.ts'
import { type JournalOptions, readJournal } from './journal-open.ts'
import { KeptSegments } from './kept-segments.ts'
import type { JournalEnd } from './replay.ts'
import { SegmentPool } from './segment-pool.ts'
import { groupBytes, SegmentWriter } from './segment-writer.ts'
import { SyncPace } from './sync-pace.ts'

/** The most bytes of frames that go into one write; a single larger frame is a group of its own. */
const maxGroupBytes = 4 * 1024 * 1024

/** A frame on its way. Called in the order of sequences, each at most once. */
export interface JournalEntry {
  readonly sequence: number
  readonly frame: Buffer
  /** Whether somebody waits for the sync. */
  readonly durable: boolean
  /** In the file: survives a killed process. */
  written(): void
  /** Synced: survives power loss. */
  synced(): void
  /** `disk_full`: it never was in the journal. `outcome_unknown`: nobody can say. */
  failed(error: HoldfastError): void
}

/**
 * The write-ahead log: every transaction in order, in preallocated segments. All frames that wait are written together and made durable with one sync.
 * The rules that it keeps are JN1, JN2, JN5 and JN7 of docs/reliability.md.
 */
export class Journal {
  /** How long every sync took since the start. */
  readonly syncLatency = new LatencyHistogram()
  readonly #options: JournalOptions
  #flushEveryMs: number
  readonly #pool: SegmentPool
  readonly #pace: SyncPace
  readonly #older: KeptSegments
  readonly #queue: JournalEntry[] = []
  /** Written, not yet synced; kept to be written again if the sync fails (JN2). */
  #unsynced: JournalEntry[] = []
  /** Taken from the queue, not yet written. */
  #inHand: JournalEntry[] = []
  #current: SegmentWriter | undefined
  /** A next segment may lie in the folder already, and its header says where this one ends. */
  #mustChange = false
  /** Where the log ended when it was opened; the first write begins a new segment, whose header names it. */
  #openedEnd: number
  #nextSequence: number
  #lastNumber: number
  #running = false
  #flushTimer: NodeJS.Timeout | undefined
  #flushDue = false
  #broken: HoldfastError | undefined
  #waiters: { isOver: () => boolean; resolve: () => void }[] = []

  private constructor(options: JournalOptions, pool: SegmentPool, end: Omit<JournalEnd, 'unproven'>) {
    this.#options = options
    this.#flushEveryMs = options.flushEveryMs
    this.#pool = pool
    this.#pace = new SyncPace(true)
    this.#older = new KeptSegments({ segments: end.segments, pool })
    this.#openedEnd = end.end
    this.#nextSequence = end.nextSequence
    this.#lastNumber = end.segments.at(-1)?.number ?? 0
  }

  /** Makes the journal of a new store. */
  static async create(options: JournalOptions): Promise<Journal> {
    await options.files.makeFolder()
    const names = (await options.files.list()) ?? []
    const pool = new SegmentPool({ ...options, names })
    const journal = new Journal(options, pool, { segments: [], nextSequence: 1, end: 0 })
    await journal.#changeSegment(0)
    return journal
  }

  /**
   * Opens the journal of an existing store and gives every frame to `onFrame`. `appliedSequence`: what the database holds already. Throws `journal_missing`, `journal_foreign`, `newer_format`, and
   * `store_damaged` naming the place; nothing is changed then.
   */
  static async open(options: JournalOptions, appliedSequence: number, onFrame: (frame: Frame) => void): Promise<Journal> {
    const { pool, end } = await readJournal(options, appliedSequence, onFrame)
    return new Journal(options, pool, end)
  }

  /** The sequence that the next frame gets. */
  get nextSequence(): number {
    return this.#nextSequence
  }

  get bytesOnDisk(): number {
    return this.#older.bytes + (this.#current?.bytes ?? 0) + this.#pool.freeBytes
  }

  get syncP50Ms(): number {
    return this.#pace.medianMs
  }

  /** Set when the disk failed for good: nothing more is written. */
  get broken(): HoldfastError | undefined {
    return this.#broken
  }

  /** Goes on from `sequence` when that is ahead, and says whether it was: the database holds more than the journal (DN1). */
  skipTo(sequence: number): boolean {
    if (this.#nextSequence >= sequence) return false
    this.#nextSequence = sequence
    return true
  }

  /** Takes a frame with the sequence `nextSequence`; of a broken journal it is told at once that it failed. */
  append(entry: JournalEntry): void {
    if (this.#broken) {
      entry.failed(this.#broken)
      return
    }
    this.#nextSequence = entry.sequence + 1
    this.#queue.push(entry)
    this.#schedule()
  }

  /** Lets segments go whose frames are all at or below `sequence`: applied and flushed (JN7). */
  release(sequence: number): Promise<void> {
    return this.#older.release(sequence, () => this.#current !== undefined)
  }

  /**
   * The next frame begins a segment that was never used, and nothing that was written before is kept for later use. `finishRenewal` ends it, when
   * everything up to `sequence` is in the database; false when an older segment is still there.
   */
  async beginRenewal(): Promise<void> {
    await this.#pool.discardFree()
    this.#mustChange = true
  }

  async finishRenewal(sequence: number): Promise<boolean> {
    await this.release(sequence)
    this.#pool.keepUsed()
    return !this.#mustChange && this.#older.bytes === 0
  }

  /** From now on; what waits for its sync has waited long enough. */
  setFlushEveryMs(flushEveryMs: number): void {
    this.#flushEveryMs = flushEveryMs
    clearTimeout(this.#flushTimer)
    this.#flushTimer = undefined
    this.#flushDue = this.#unsynced.length > 0
    this.#schedule()
  }

  /** Waits until everything that was appended before is synced, or has failed. */
  settle(): Promise<void> {
    const last = this.#nextSequence - 1
    return this.#until(() => this.#oldestOpenSequence > last)
  }

  async close(): Promise<void> {
    await this.settle()
    await this.#until(() => !this.#running)
    clearTimeout(this.#flushTimer)
    await this.#older.settle()
    await this.#pool.close()
    this.#current?.close()
  }

  /** Of what is not synced yet. */
  get #oldestOpenSequence(): number {
    return (this.#unsynced[0] ?? this.#inHand[0] ?? this.#queue[0])?.sequence ?? Number.POSITIVE_INFINITY
  }

  async #until(isOver: () => boolean): Promise<void> {
    if (isOver()) return
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#waiters.push({ isOver, resolve })
    this.#schedule()
    await promise
  }

  #tellWaiters(): void {
    if (this.#waiters.length === 0) return
    const over = this.#waiters.filter(({ isOver }) => isOver())
    this.#waiters = this.#waiters.filter((waiter) => !over.includes(waiter))
    for (const { resolve } of over) resolve()
  }

  #schedule(): void {
    if (this.#running) return
    this.#running = true
    setImmediate(() => void this.#turn())
  }

  async #turn(): Promise<void> {
    this.#inHand = this.#takeGroup()
    try {
      if (this.#inHand.length > 0) await this.#writeGroup(this.#inHand)
      if (this.#syncIsDue()) await this.#sync()
    } catch (error) {
      if (error instanceof NoSegment) this.#refuseWaiting(error)
      else await this.#writeElsewhere(error)
    }
    if (this.#queue.length > 0 || this.#syncIsDue()) {
      this.#tellWaiters()
      setImmediate(() => void this.#turn())
      return
    }
    this.#running = false
    this.#tellWaiters()
    this.#startFlushTimer()
  }

  #takeGroup(): JournalEntry[] {
    let bytes = 0
    let count = 0
    while (count < this.#queue.length) {
      bytes += (this.#queue[count] as JournalEntry).frame.length
      if (count > 0 && bytes > maxGroupBytes) break
      count++
    }
    return this.#queue.splice(0, count)
  }

  #writeGroup(entries: readonly JournalEntry[]): Promise<void> | undefined {
    const bytes = groupBytes(entries)
    if (this.#current?.hasRoom(bytes) && !this.#mustChange) return this.#writeGroupHere(this.#current, entries)
    return this.#changeSegment(bytes).then((current) => this.#writeGroupHere(current, entries))
  }

  #writeGroupHere(current: SegmentWriter, entries: readonly JournalEntry[]): Promise<void> | undefined {
    const written = () => {
      this.#inHand = []
      this.#unsynced = this.#unsynced.concat(entries)
      for (const entry of entries) entry.written()
    }
    const frames = entries.map(({ frame }) => frame)
    const writing = current.write(frames, entries[0]?.sequence as number, this.#pace.inline)
    if (writing !== undefined) return writing.then(written)
    written()
    return undefined
  }

  #syncIsDue(): boolean {
    if (this.#unsynced.length === 0 || this.#broken) return false
    return this.#flushDue || this.#flushEveryMs === 0 || this.#waiters.length > 0 || this.#unsynced.some(({ durable }) => durable)
  }

  #sync(): Promise<void> | undefined {
    const current = this.#current as SegmentWriter
    const covered = this.#unsynced
    const startedMs = this.#options.now()
    const synced = () => {
      const tookMs = this.#options.now() - startedMs
      this.#pace.took(tookMs)
      this.syncLatency.record(tookMs)
      this.#flushDue = false
      this.#unsynced = this.#unsynced.slice(covered.length)
      for (const entry of covered) entry.synced()
    }
    const syncing = current.sync(this.#pace.inline)
    if (syncing !== undefined) return syncing.then(synced)
    synced()
    return undefined
  }

  #startFlushTimer(): void {
    if (this.#unsynced.length === 0 || this.#flushTimer || this.#broken) return
    this.#flushTimer = setTimeout(() => {
      this.#flushTimer = undefined
      this.#flushDue = true
      this.#schedule()
    }, this.#flushEveryMs)
    this.#flushTimer.unref()
  }

  // What is written must be synced before a group goes into another segment: the new header says how far the old one is whole.
  async #changeSegment(neededBytes: number): Promise<SegmentWriter> {
    if (this.#unsynced.length > 0) await this.#sync()
    try {
      return await this.#beginSegment(neededBytes, this.#current?.offset ?? this.#openedEnd)
    } catch (error) {
      this.#mustChange = true
      throw new NoSegment(error)
    }
  }

  async #beginSegment(neededBytes: number, previousEnd: number): Promise<SegmentWriter> {
    const old = this.#current
    const firstSequence = Math.min(this.#oldestOpenSequence, this.#nextSequence)
    const number = this.#lastNumber + 1
    const taken = await this.#pool.take({ number, storeId: this.#options.storeId, firstSequence, previousEnd }, neededBytes)
    const current = new SegmentWriter(taken)
    this.#lastNumber = number
    this.#current = current
    this.#mustChange = false
    if (old) {
      this.#older.add({ number: old.number, bytes: old.bytes, firstSequence: old.firstSequence, lastSequence: firstSequence - 1 })
      old.close()
    }
    this.#pool.prepare()
    return current
  }

  /** No segment could be had: what waits was never written, so it is simply refused, and later writes try again. */
  #refuseWaiting({ cause }: NoSegment): void {
    const waiting = [...this.#inHand, ...this.#queue.splice(0)]
    this.#inHand = []
    this.#nextSequence = waiting[0]?.sequence ?? this.#nextSequence
    this.#options.log.error({ err: cause }, 'No journal segment could be made ready.')
    const error = noSegment(cause)
    for (const entry of waiting) entry.failed(error)
  }

  /**
   * A write or a sync failed. After a failed sync the page cache would answer for the disk, so that file is never written or synced again: what is
   * not known to be synced goes from memory into a new segment, whose header names the last good place of the old one (JN2).
   */
  async #writeElsewhere(cause: unknown): Promise<void> {
    this.#options.log.error({ err: cause }, 'The journal could not be written or synced; its unsynced part is written again elsewhere.')
    const alreadyWritten = this.#unsynced.length
    const entries = [...this.#unsynced, ...this.#inHand]
    try {
      const current = await this.#beginSegment(groupBytes(entries), (this.#current as SegmentWriter).syncedOffset)
      const frames = entries.map(({ frame }) => frame)
      if (frames.length > 0) await current.write(frames, entries[0]?.sequence as number, false)
      await current.sync(false)
    } catch (error) {
      this.#giveUp(entries, error)
      return
    }
    this.#unsynced = []
    this.#inHand = []
    for (const entry of entries.slice(alreadyWritten)) entry.written()
    for (const entry of entries) entry.synced()
  }

  #giveUp(entries: readonly JournalEntry[], cause: unknown): void {
    this.#options.log.error({ err: cause }, 'The journal cannot be written any more; the store only reads now.')
    this.#broken = journalBroken(cause)
    const unknown = outcomeUnknown(cause)
    this.#unsynced = []
    this.#inHand = []
    for (const entry of entries) entry.failed(unknown)
    for (const entry of this.#queue.splice(0)) entry.failed(this.#broken)
  }
}

/** A new segment could not be made ready; nothing of what waits was written. */
class NoSegment extends Error {
  constructor(cause: unknown) {
    super('no segment', { cause })
  }
}
