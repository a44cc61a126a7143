import { HoldfastError } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import { encodeGroup, type Frame, groupCrcAt, groupHeaderBytes } from './frame-codec.ts'
import type { JournalFile, JournalFiles } from './journal-files.ts'
import { type JournalEnd, type KeptSegment, readHeaders, replay } from './replay.ts'
import { firstGroupOffset, type SegmentHeader } from './segment-header.ts'
import { SegmentPool, segmentName, segmentNumber } from './segment-pool.ts'
import { SyncPace } from './sync-pace.ts'

/** The most bytes of frames that go into one write; a single larger frame is a group of its own. */
const maxGroupBytes = 4 * 1024 * 1024

export interface JournalOptions {
  readonly files: JournalFiles
  readonly storeId: string
  readonly segmentBytes: number
  /** How long frames that nobody waits for may stay unsynced. 0: synced at once. */
  readonly flushEveryMs: number
  readonly log: Log
  readonly now: () => number
}

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

interface Current {
  readonly header: SegmentHeader
  readonly file: JournalFile
  readonly bytes: number
  offset: number
  syncedOffset: number
  previousCrc: number
}

/**
 * The write-ahead log: every transaction in order, in preallocated segments. All frames that wait are written together and made durable with one sync.
 * The rules that it keeps are JN1, JN2, JN5 and JN7 of docs/reliability.md.
 */
export class Journal {
  readonly #options: JournalOptions
  readonly #pool: SegmentPool
  readonly #pace: SyncPace
  /** Oldest first, the current one not among them. */
  readonly #older: KeptSegment[]
  readonly #queue: JournalEntry[] = []
  /** Written, not yet synced; kept to be written again if the sync fails (JN2). */
  #unsynced: JournalEntry[] = []
  /** Taken from the queue, not yet written. */
  #inHand: JournalEntry[] = []
  #current: Current | undefined
  /** Where the log ended when it was opened; the first write begins a new segment, whose header names it. */
  #openedEnd: number
  #nextSequence: number
  #lastNumber: number
  #running = false
  #flushTimer: NodeJS.Timeout | undefined
  #flushDue = false
  #broken: HoldfastError | undefined
  #idleWaiters: (() => void)[] = []

  private constructor(options: JournalOptions, pool: SegmentPool, end: JournalEnd) {
    this.#options = options
    this.#pool = pool
    this.#pace = new SyncPace(true)
    this.#older = [...end.segments]
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
    const { files, storeId } = options
    const names = await files.list()
    if (!names?.some((name) => segmentNumber(name) !== undefined)) {
      throw new HoldfastError(
        'journal_missing',
        'The journal of this store is missing. Put it back, or correct journal.path; without it acknowledged writes may be lost.',
      )
    }
    const headers = await readHeaders(files, names, storeId)
    const end = await replay(files, headers, appliedSequence, onFrame)
    // After a kill the last groups may lie in the page cache only, and from now on they are taken for durable.
    const newest = await files.open(segmentName(headers.at(-1)?.number as number))
    await newest.datasync()
    newest.close()
    for (const name of names) if (name.startsWith('new-')) await files.remove(name)
    return new Journal(options, new SegmentPool({ ...options, names }), end)
  }

  /** The sequence that the next frame gets. */
  get nextSequence(): number {
    return this.#nextSequence
  }

  get oldestSequence(): number {
    return this.#older[0]?.firstSequence ?? this.#current?.header.firstSequence ?? this.#nextSequence
  }

  get bytesOnDisk(): number {
    return this.#older.reduce((sum, { bytes }) => sum + bytes, 0) + (this.#current?.bytes ?? 0) + this.#pool.freeBytes
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

  /** Takes a frame with the sequence `nextSequence`. */
  append(entry: JournalEntry): void {
    this.#nextSequence = entry.sequence + 1
    this.#queue.push(entry)
    this.#schedule()
  }

  /** Lets segments go whose frames are all at or below `sequence`: applied and flushed (JN7). */
  async release(sequence: number): Promise<void> {
    // The newest of the older ones is kept until the current one exists: a store without any segment has lost its journal (JN5).
    while (this.#older[0] && this.#older[0].lastSequence <= sequence && (this.#current || this.#older.length > 1)) {
      const segment = this.#older[0]
      await this.#pool.giveBack(segmentName(segment.number), segment.bytes)
      this.#older.shift()
    }
  }

  /** Waits until nothing is queued or unsynced. */
  async settle(): Promise<void> {
    if (this.#unsynced.length > 0) this.#flushDue = true
    this.#schedule()
    while (this.#running) await new Promise<void>((resolve) => this.#idleWaiters.push(resolve))
  }

  async close(): Promise<void> {
    await this.settle()
    clearTimeout(this.#flushTimer)
    await this.#pool.close()
    this.#current?.file.close()
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
      setImmediate(() => void this.#turn())
      return
    }
    this.#running = false
    this.#startFlushTimer()
    for (const resolve of this.#idleWaiters.splice(0)) resolve()
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
    const bytes = entries.reduce((sum, { frame }) => sum + frame.length, groupHeaderBytes)
    const current = this.#current
    if (current === undefined || current.offset + bytes > current.bytes)
      return this.#changeSegment(bytes).then(() => this.#writeGroupHere(entries))
    return this.#writeGroupHere(entries)
  }

  #writeGroupHere(entries: readonly JournalEntry[]): Promise<void> | undefined {
    const current = this.#current as Current
    const { previousCrc, syncedOffset, offset } = current
    const firstSequence = entries[0]?.sequence as number
    const group = encodeGroup(
      current.header.id,
      { firstSequence, previousCrc, syncedOffset },
      entries.map(({ frame }) => frame),
    )
    const done = () => {
      current.offset = offset + group.length
      current.previousCrc = group.readUInt32LE(groupCrcAt)
      this.#inHand = []
      this.#unsynced = this.#unsynced.concat(entries)
      for (const entry of entries) entry.written()
    }
    if (!this.#pace.inline) return current.file.write(group, offset).then(done)
    current.file.writeSync(group, offset)
    done()
    return undefined
  }

  #syncIsDue(): boolean {
    if (this.#unsynced.length === 0 || this.#broken) return false
    return this.#flushDue || this.#options.flushEveryMs === 0 || this.#unsynced.some(({ durable }) => durable)
  }

  #sync(): Promise<void> | undefined {
    const current = this.#current as Current
    // A sync covers what was fully written before it began (JN3).
    const offset = current.offset
    const covered = this.#unsynced
    const startedMs = this.#options.now()
    const done = () => {
      this.#pace.took(this.#options.now() - startedMs)
      current.syncedOffset = offset
      this.#flushDue = false
      this.#unsynced = this.#unsynced.slice(covered.length)
      for (const entry of covered) entry.synced()
    }
    if (!this.#pace.inline) return current.file.datasync().then(done)
    current.file.datasyncSync()
    done()
    return undefined
  }

  #startFlushTimer(): void {
    if (this.#unsynced.length === 0 || this.#flushTimer || this.#broken) return
    this.#flushTimer = setTimeout(() => {
      this.#flushTimer = undefined
      this.#flushDue = true
      this.#schedule()
    }, this.#options.flushEveryMs)
    this.#flushTimer.unref()
  }

  // What is written must be synced before a group goes into another segment: the new header says how far the old one is whole.
  async #changeSegment(neededBytes: number): Promise<void> {
    if (this.#unsynced.length > 0) await this.#sync()
    try {
      await this.#beginSegment(neededBytes, this.#current?.offset ?? this.#openedEnd)
    } catch (error) {
      throw new NoSegment(error)
    }
  }

  async #beginSegment(neededBytes: number, previousEnd: number): Promise<void> {
    const old = this.#current
    const firstSequence = (this.#unsynced[0] ?? this.#inHand[0] ?? this.#queue[0])?.sequence ?? this.#nextSequence
    const number = this.#lastNumber + 1
    const taken = await this.#pool.take({ number, storeId: this.#options.storeId, firstSequence, previousEnd }, neededBytes)
    this.#lastNumber = number
    this.#current = { ...taken, offset: firstGroupOffset, syncedOffset: firstGroupOffset, previousCrc: 0 }
    if (old) {
      old.file.close()
      this.#older.push({
        number: old.header.number,
        bytes: old.bytes,
        firstSequence: old.header.firstSequence,
        lastSequence: firstSequence - 1,
      })
    }
    this.#pool.prepare()
  }

  /** No segment could be had: what waits was never written, so it is simply refused, and later writes try again. */
  #refuseWaiting({ cause }: NoSegment): void {
    const waiting = [...this.#inHand, ...this.#queue.splice(0)]
    this.#inHand = []
    this.#nextSequence = waiting[0]?.sequence ?? this.#nextSequence
    const error = isFull(cause)
      ? new HoldfastError('disk_full', 'The disk is full, so nothing was written. Free some space; writing goes on by itself.', { cause })
      : new HoldfastError('read_only', 'The disk refused a new journal segment, so nothing was written. Check the disk.', { cause })
    this.#options.log.error({ err: cause }, 'No journal segment could be made ready.')
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
      const bytes = entries.reduce((sum, { frame }) => sum + frame.length, groupHeaderBytes)
      await this.#beginSegment(bytes, (this.#current as Current).syncedOffset)
      const current = this.#current as Current
      const group = encodeGroup(
        current.header.id,
        { firstSequence: entries[0]?.sequence as number, previousCrc: 0, syncedOffset: current.syncedOffset },
        entries.map(({ frame }) => frame),
      )
      await current.file.write(group, current.offset)
      await current.file.datasync()
      current.offset += group.length
      current.syncedOffset = current.offset
      current.previousCrc = group.readUInt32LE(groupCrcAt)
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
    this.#broken = new HoldfastError('read_only', 'The disk fails, so the store only reads. Check the disk, then start Holdfast again.', {
      cause,
    })
    const unknown = new HoldfastError(
      'outcome_unknown',
      'The disk failed during this write: it may or may not be kept. Read the record after the next start, before writing it again.',
      { cause },
    )
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

const isFull = (error: unknown): boolean => {
  const code = (error as NodeJS.ErrnoException | undefined)?.code
  return code === 'ENOSPC' || code === 'EDQUOT'
}
