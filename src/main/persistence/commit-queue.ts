import type { Durability } from '../../contract/index.ts'
import type { Clock } from '../base/clock.ts'
import { HoldfastError, throwIfCancelled } from '../base/errors.ts'
import { LatencyHistogram } from '../base/latency-histogram.ts'
import { encodeSystem, encodeTransaction, type FrameOperation } from '../journal/frame-codec.ts'
import type { Journal } from '../journal/journal.ts'
import type { Admission } from './admission.ts'
import type { CollectionGuard } from './indexes/collection-guard.ts'
import { type Effect, type Judgement, judge, type KnownState } from './judge.ts'
import type { Overlay, OverlayEntry } from './overlay.ts'
import type { CommitOptions, CommittedChange, NewestStates, OperationResult, WriteOperation } from './record-store.ts'
import type { SystemChange, SystemChanges } from './system-table.ts'
import { restoredMeanwhile } from './timeline-conflict.ts'
import type { HybridTime, VersionClock } from './version-clock.ts'

/** The most bytes that one transaction may bring: far above the largest batch, far below what a machine cannot hold twice. */
const maxTransactionBytes = 96 * 1024 * 1024

/** From so many on it pays to find out how the database looks around a key. */
const manyOperations = 8

/** A transaction that is in the journal and synced: what the drain takes. */
export interface SyncedTransaction {
  readonly sequence: number
  readonly version: HybridTime
  /** None for what is in the journal and changes no record. */
  readonly entries: readonly OverlayEntry[]
  /** Roughly what it brings into the database. */
  readonly bytes: number
  readonly system?: readonly SystemChange[]
}

export interface CommitQueueDeps {
  readonly admission: Admission
  /** Throws why nothing may be written now. */
  readonly refuse: (operations: readonly WriteOperation[]) => void
  readonly overlay: Overlay
  readonly journal: Journal
  /** Records as the journal may hold them. Throws why they cannot be written. */
  readonly seal: (effects: readonly Effect[]) => readonly FrameOperation[]
  readonly versions: VersionClock
  readonly node: number
  readonly clock: Clock
  readonly timeline: () => string
  /** The newest state of a key, queued writes included. */
  readonly stateOf: (key: string) => KnownState
  /** The same for many keys that are looked up in one go. */
  readonly manyStates: () => (key: string) => KnownState
  readonly newest: NewestStates
  /** What the collections ask of what is written. */
  readonly collections: CollectionGuard
  /** Called when a transaction becomes visible, before its writer is told. */
  readonly onVisible: (change: CommittedChange, countChange: number) => void
  readonly onSynced: (transaction: SyncedTransaction) => void
  /** A write did not get into the journal, or nobody knows. Called before its writer is told. */
  readonly onFailed: (error: HoldfastError) => void
}

interface Pending {
  readonly sequence: number
  readonly keys: readonly string[]
  readonly entries: readonly OverlayEntry[]
  readonly countChange: number
  readonly whenVisible?: () => void
  /** Acknowledged as soon as everything before it is. */
  isReady: boolean
  readonly settled: PromiseWithResolvers<void>
}

/**
 * The one writer: judges each transaction against everything queued before it, gives it to the journal, and makes transactions visible in the order of
 * their sequences, each at its own durability (JN3).
 */
export class CommitQueue {
  /** How long writers stood at the gate, of those that had to. */
  readonly waitLatency = new LatencyHistogram()
  readonly #deps: CommitQueueDeps
  readonly #pending = new Map<number, Pending>()
  #visibleSequence: number

  constructor(deps: CommitQueueDeps) {
    this.#deps = deps
    this.#visibleSequence = deps.journal.nextSequence - 1
  }

  /** Everything up to here is visible. */
  get visibleSequence(): number {
    return this.#visibleSequence
  }

  get pendingCount(): number {
    return this.#pending.size
  }

  /** Refusals are those of `RecordStore.commit`. */
  async commit(operations: readonly WriteOperation[], options: CommitOptions): Promise<readonly OperationResult[]> {
    const { signal } = options
    const { admission, refuse } = this.#deps
    const attempt = () => this.#attempt(operations, options)
    for (;;) {
      throwIfCancelled(signal)
      refuse(operations)
      const outcome = admission.isOpen ? attempt() : await this.#waitAndAttempt(attempt, signal)
      if (outcome.kind === 'written') {
        await outcome.acknowledged
        return outcome.results
      }
      // An answer that writes nothing holds only once what it was judged against is safe; when that fails, it is judged again (JN3).
      if (outcome.rests !== undefined && !(await holds(outcome.rests))) continue
      if (outcome.answer instanceof HoldfastError) throw outcome.answer
      return outcome.answer
    }
  }

  async #waitAndAttempt(attempt: () => Attempt, signal: AbortSignal | undefined): Promise<Attempt> {
    const { admission, clock } = this.#deps
    const startedMs = clock.monotonicMs()
    try {
      return await admission.enter(attempt, signal)
    } finally {
      this.waitLatency.record(clock.monotonicMs() - startedMs)
    }
  }

  /** Deletes records as they lie there, unless they have changed: for expiry. False when nothing may be written now; then nothing is. */
  async deleteUnchanged(records: readonly { readonly key: string; readonly version: string }[]): Promise<boolean> {
    const { admission, refuse, stateOf } = this.#deps
    if (!admission.isOpen) return false
    refuse(records.map(({ key }) => ({ kind: 'delete', key })))
    const effects = records
      .filter(({ key, version }) => stateOf(key).meta?.version === version)
      .map(({ key }): Effect => ({ key, record: null, meta: null }))
    if (effects.length > 0) await this.#append({ effects, results: [], countChange: -effects.length }, 'durable')
    return true
  }

  /** Changes of the system table; `onVisible` is called before the writer is told. Resolves with its sequence when it is durable. */
  async commitSystem(changes: SystemChanges, onVisible: (changes: readonly SystemChange[]) => void, signal?: AbortSignal): Promise<number> {
    const { admission, refuse } = this.#deps
    throwIfCancelled(signal)
    refuse([])
    const append = () => this.#appendSystem(changes, onVisible)
    const { sequence, acknowledged } = admission.isOpen ? append() : await admission.enter(append, signal)
    await acknowledged
    return sequence
  }

  /** Journals something of another kind in its place; resolves when it is synced. Nothing may be pending, and the gate is closed. */
  async appendMarker(encode: (sequence: number, time: HybridTime) => Buffer): Promise<SyncedTransaction> {
    const sequence = this.#deps.journal.nextSequence
    const version = this.#deps.versions.next()
    await this.#enqueue({ sequence, keys: [], entries: [], countChange: 0 }, encode(sequence, version), 'durable')
    return { sequence, version, entries: [], bytes: 0 }
  }

  #appendSystem(
    wanted: SystemChanges,
    onVisible: (changes: readonly SystemChange[]) => void,
  ): { sequence: number; acknowledged: Promise<void> } {
    const { refuse, journal, versions, onSynced } = this.#deps
    refuse([])
    const sequence = journal.nextSequence
    const changes = typeof wanted === 'function' ? wanted(sequence) : wanted
    const version = versions.next()
    const frame = encodeSystem(sequence, version, changes)
    const synced = () => onSynced({ sequence, version, entries: [], bytes: frame.length, system: changes })
    const write = { sequence, keys: [], entries: [], countChange: 0, whenVisible: () => onVisible(changes) }
    return { sequence, acknowledged: this.#enqueue(write, frame, 'durable', synced) }
  }

  /** Waits until nothing is on its way; what fails meanwhile is its writer's concern. */
  async settle(): Promise<void> {
    while (this.#pending.size > 0) await Promise.allSettled([...this.#pending.values()].map(({ settled }) => settled.promise))
  }

  /** Judges and, when there is something to write, gives it to the journal, in one go. */
  #attempt(operations: readonly WriteOperation[], { durability, timeline, guard }: CommitOptions): Attempt {
    this.#deps.refuse(operations)
    if (timeline !== undefined && timeline !== this.#deps.timeline()) throw restoredMeanwhile()
    const refusal = guard && refusalOf(() => guard(this.#deps.newest))
    // It may have looked at anything.
    if (refusal) return { kind: 'answered', answer: refusal, rests: this.#newestPending }
    const judgement = this.#judge(operations)
    if (!(judgement instanceof HoldfastError) && judgement.effects.length > 0)
      return { kind: 'written', results: judgement.results, acknowledged: this.#append(judgement, durability) }
    return {
      kind: 'answered',
      answer: judgement instanceof HoldfastError ? judgement : judgement.results,
      // Another record of a unique index may be any.
      rests: isUniqueViolation(judgement) ? this.#newestPending : this.#restsOn(operations),
    }
  }

  #judge(operations: readonly WriteOperation[]): Judgement | HoldfastError {
    const { versions, node, clock, manyStates, collections } = this.#deps
    const stateOf = operations.length < manyOperations ? this.#deps.stateOf : manyStates()
    const wallMs = Math.floor(clock.wallMs())
    const { defaultTtlMs } = collections
    try {
      const judgement = judge(operations, stateOf, { version: versions.next(), node, wallMs, ...(defaultTtlMs && { defaultTtlMs }) })
      return collections.isEmpty ? judgement : { ...judgement, effects: collections.judge(judgement.effects, operations, wallMs) }
    } catch (error) {
      if (error instanceof HoldfastError && (error.code === 'precondition_failed' || isUniqueViolation(error))) return error
      throw error
    }
  }

  get #newestPending(): Promise<void> | undefined {
    return [...this.#pending.values()].at(-1)?.settled.promise
  }

  #append({ effects, countChange }: Judgement, durability: Durability): Promise<void> {
    const { journal, overlay, versions, seal, onSynced } = this.#deps
    const sequence = journal.nextSequence
    const version = versions.last
    const frame = encodeTransaction(sequence, version, seal(effects))
    if (frame.length > maxTransactionBytes) {
      const limit = maxTransactionBytes / 2 ** 20
      throw new HoldfastError('too_large', `One transaction may bring ${limit} MiB. Send it in smaller parts.`, {
        details: { limitBytes: maxTransactionBytes },
      })
    }
    const entries = effects.map(({ key, record, meta, indexed }) => overlay.add(key, sequence, record, meta, indexed))
    const keys = effects.map(({ key }) => key)
    return this.#enqueue({ sequence, keys, entries, countChange }, frame, durability, () =>
      onSynced({ sequence, version, entries, bytes: frame.length }),
    )
  }

  #enqueue(write: Omit<Pending, 'isReady' | 'settled'>, frame: Buffer, durability: Durability, whenSynced?: () => void): Promise<void> {
    const settled = Promise.withResolvers<void>()
    const pending: Pending = { ...write, isReady: false, settled }
    this.#pending.set(write.sequence, pending)
    const isDurable = durability === 'durable'
    this.#deps.journal.append({
      sequence: write.sequence,
      frame,
      durable: isDurable,
      written: () => {
        if (!isDurable) this.#ready(pending)
      },
      synced: () => {
        this.#ready(pending)
        whenSynced?.()
      },
      failed: (error) => this.#fail(pending, error),
    })
    return settled.promise
  }

  #ready(pending: Pending): void {
    pending.isReady = true
    for (let next = this.#pending.get(this.#visibleSequence + 1); next?.isReady; next = this.#pending.get(this.#visibleSequence + 1)) {
      this.#pending.delete(next.sequence)
      this.#visibleSequence = next.sequence
      for (const entry of next.entries) entry.visible = true
      next.whenVisible?.()
      if (next.keys.length > 0) this.#deps.onVisible({ sequence: next.sequence, keys: next.keys }, next.countChange)
      next.settled.resolve()
    }
  }

  #fail(pending: Pending, error: HoldfastError): void {
    // Acknowledged as committed, and the disk failed later: what was shown stays shown.
    const wasPending = this.#pending.delete(pending.sequence)
    if (wasPending) for (const entry of pending.entries) this.#deps.overlay.remove(entry)
    this.#deps.onFailed(error)
    if (wasPending) pending.settled.reject(error)
  }

  /** The newest write on its way to one of the keys. */
  #restsOn(operations: readonly WriteOperation[]): Promise<void> | undefined {
    let newest: OverlayEntry | undefined
    for (const { key } of operations) {
      const entry = this.#deps.overlay.newest(key)
      if (entry && !entry.visible && entry.sequence > (newest?.sequence ?? 0)) newest = entry
    }
    return newest && this.#pending.get(newest.sequence)?.settled.promise
  }
}

type Attempt =
  | { readonly kind: 'written'; readonly results: readonly OperationResult[]; readonly acknowledged: Promise<void> }
  /** `rests`: the write that must become safe before the answer may be given. */
  | { readonly kind: 'answered'; readonly answer: readonly OperationResult[] | HoldfastError; readonly rests: Promise<void> | undefined }

const isUniqueViolation = (answer: unknown): boolean => answer instanceof HoldfastError && answer.code === 'unique_violation'

function refusalOf(guard: () => void): HoldfastError | undefined {
  try {
    guard()
    return undefined
  } catch (error) {
    if (error instanceof HoldfastError) return error
    throw error
  }
}

const holds = (write: Promise<void>): Promise<boolean> =>
  write.then(
    () => true,
    () => false,
  )
