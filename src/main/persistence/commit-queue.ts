import type { Durability } from '../../contract/index.ts'
import type { Clock } from '../base/clock.ts'
import { HoldfastError, throwIfCancelled } from '../base/errors.ts'
import { encodeTransaction } from '../journal/frame-codec.ts'
import type { Journal } from '../journal/journal.ts'
import { type Effect, type Judgement, judge, type KnownState } from './judge.ts'
import type { Overlay, OverlayEntry } from './overlay.ts'
import type { CommitOptions, CommittedChange, OperationResult, WriteOperation } from './record-store.ts'
import type { HybridTime, VersionClock } from './version-clock.ts'

/** The most bytes that one transaction may bring: far above the largest batch, far below what a machine cannot hold twice. */
const maxTransactionBytes = 96 * 1024 * 1024

/** A transaction that is in the journal and synced: what the drain takes. */
export interface SyncedTransaction {
  readonly sequence: number
  readonly version: HybridTime
  readonly entries: readonly OverlayEntry[]
}

export interface CommitQueueDeps {
  readonly overlay: Overlay
  readonly journal: Journal
  readonly versions: VersionClock
  readonly node: number
  readonly clock: Clock
  /** The newest state of a key, queued writes included. */
  readonly stateOf: (key: string) => KnownState
  /** Called when a transaction becomes visible, before its writer is told. */
  readonly onVisible: (change: CommittedChange, countChange: number) => void
  readonly onSynced: (transaction: SyncedTransaction) => void
  readonly onFailed: (error: HoldfastError) => void
}

interface Pending {
  readonly sequence: number
  readonly keys: readonly string[]
  readonly entries: readonly OverlayEntry[]
  readonly countChange: number
  /** Acknowledged as soon as everything before it is. */
  isReady: boolean
  readonly settled: PromiseWithResolvers<void>
}

/**
 * The one writer: judges each transaction against everything queued before it, gives it to the journal, and makes transactions visible in the order of
 * their sequences, each at its own durability (JN3).
 */
export class CommitQueue {
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

  async commit(operations: readonly WriteOperation[], { durability, signal }: CommitOptions): Promise<readonly OperationResult[]> {
    for (;;) {
      throwIfCancelled(signal)
      const judgement = this.#judge(operations)
      if (!(judgement instanceof HoldfastError) && judgement.effects.length > 0) {
        await this.#append(judgement, durability)
        return judgement.results
      }
      // An answer that writes nothing holds only once what it was judged against is safe; when that fails, it is judged again (JN3).
      if (!(await this.#isSettled(operations))) continue
      if (judgement instanceof HoldfastError) throw judgement
      return judgement.results
    }
  }

  /** Deletes records as they lie there, unless they have changed: for expiry. Versions are given by key. */
  async deleteUnchanged(records: readonly { readonly key: string; readonly version: string }[]): Promise<void> {
    const effects = records
      .filter(({ key, version }) => this.#deps.stateOf(key).meta?.version === version)
      .map(({ key }): Effect => ({ key, record: null, meta: null }))
    if (effects.length > 0) await this.#append({ effects, results: [], countChange: -effects.length }, 'durable')
  }

  /** Journals something of another kind in its place; resolves when it is synced. Nothing may be pending. */
  async appendMarker(encode: (sequence: number, time: HybridTime) => Buffer): Promise<number> {
    const sequence = this.#deps.journal.nextSequence
    await this.#enqueue({ sequence, keys: [], entries: [], countChange: 0 }, encode(sequence, this.#deps.versions.next()), 'durable')
    return sequence
  }

  /** Waits until nothing is on its way; what fails meanwhile is its writer's concern. */
  async settle(): Promise<void> {
    while (this.#pending.size > 0) await Promise.allSettled([...this.#pending.values()].map(({ settled }) => settled.promise))
  }

  #judge(operations: readonly WriteOperation[]): Judgement | HoldfastError {
    const { versions, node, clock, stateOf } = this.#deps
    try {
      return judge(operations, stateOf, { version: versions.next(), node, wallMs: Math.floor(clock.wallMs()) })
    } catch (error) {
      if (error instanceof HoldfastError && error.code === 'precondition_failed') return error
      throw error
    }
  }

  #append({ effects, countChange }: Judgement, durability: Durability): Promise<void> {
    const { journal, overlay, versions, onSynced } = this.#deps
    if (journal.broken) throw journal.broken
    const sequence = journal.nextSequence
    const version = versions.last
    const frame = encodeTransaction(sequence, version, effects)
    if (frame.length > maxTransactionBytes) {
      const limit = maxTransactionBytes / 2 ** 20
      throw new HoldfastError('too_large', `One transaction may bring ${limit} MiB. Send it in smaller parts.`, {
        details: { limitBytes: maxTransactionBytes },
      })
    }
    const entries = effects.map(({ key, record, meta }) => overlay.add(key, sequence, record, meta))
    const keys = effects.map(({ key }) => key)
    return this.#enqueue({ sequence, keys, entries, countChange }, frame, durability, () => onSynced({ sequence, version, entries }))
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
      if (next.keys.length > 0) this.#deps.onVisible({ sequence: next.sequence, keys: next.keys }, next.countChange)
      next.settled.resolve()
    }
  }

  #fail(pending: Pending, error: HoldfastError): void {
    // Acknowledged as committed, and the disk failed later: what was shown stays shown.
    if (!this.#pending.delete(pending.sequence)) return
    for (const entry of pending.entries) this.#deps.overlay.remove(entry)
    this.#deps.onFailed(error)
    pending.settled.reject(error)
  }

  /** Waits for the newest write on its way to one of the keys. False when it failed. */
  async #isSettled(operations: readonly WriteOperation[]): Promise<boolean> {
    let newest: OverlayEntry | undefined
    for (const { key } of operations) {
      const entry = this.#deps.overlay.newest(key)
      if (entry && !entry.visible && entry.sequence > (newest?.sequence ?? 0)) newest = entry
    }
    const pending = newest && this.#pending.get(newest.sequence)
    if (pending === undefined) return true
    return pending.settled.promise.then(
      () => true,
      () => false,
    )
  }
}
