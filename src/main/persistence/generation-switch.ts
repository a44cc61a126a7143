import type { Clock } from '../base/clock.ts'
import { HoldfastError } from '../base/errors.ts'
import { encodeTimeline } from '../journal/frame-codec.ts'
import type { Journal } from '../journal/journal.ts'
import type { Admission } from './admission.ts'
import type { CommitQueue, SyncedTransaction } from './commit-queue.ts'
import type { Drain } from './drain.ts'
import { newTimeline } from './generation-pointer.ts'
import { type LiveGeneration, PointerUncertain } from './live-generation.ts'
import { LmdbEnvironment } from './lmdb-environment.ts'
import type { SwitchReason } from './record-store.ts'
import { lockPrefix, type SystemTable } from './system-table.ts'
import type { VersionClock } from './version-clock.ts'

const flushTimeoutMs = 60_000

export interface GenerationSwitchDeps {
  readonly storeId: string
  readonly generation: LiveGeneration
  readonly queue: CommitQueue
  readonly journal: Journal
  readonly drain: Drain
  readonly admission: Admission
  readonly versions: VersionClock
  readonly clock: Clock
  readonly system: SystemTable
  /** Throws why nothing can be written now. */
  readonly refuse: () => void
  /** Another generation is live from this moment on. */
  readonly onSwitched: () => void
  /** Which one the next start finds is not known. */
  readonly onUncertain: (error: PointerUncertain) => void
}

export interface NextGeneration {
  readonly id: string
  readonly reason: SwitchReason
}

/**
 * Makes another generation the live one, on a new timeline (TL1, TL2): writers stop, everything is drained and flushed, the switch is journaled, its
 * sequence is written into the new generation, the pointer is moved. Until the pointer is moved the old generation stays as it was.
 */
export class GenerationSwitch {
  readonly #deps: GenerationSwitchDeps
  #running: Promise<unknown> | undefined

  constructor(deps: GenerationSwitchDeps) {
    this.#deps = deps
  }

  async run(next: NextGeneration): Promise<{ sequence: number; timeline: string }> {
    this.#deps.refuse()
    this.refuse()
    const switching = this.#run(next)
    this.#running = switching.catch(() => undefined)
    try {
      return await switching
    } finally {
      this.#running = undefined
    }
  }

  /** Throws `conflict` while a switch is under way. */
  refuse(): void {
    if (this.#running) throw new HoldfastError('conflict', 'The database is being replaced already. Wait until that is done.')
  }

  /** Waits for a switch that is under way. */
  async settle(): Promise<void> {
    await this.#running
  }

  async #run(next: NextGeneration): Promise<{ sequence: number; timeline: string }> {
    const { generation, queue, drain } = this.#deps
    const environment = LmdbEnvironment.open(generation.folderOf(next.id))
    try {
      // What can be done while writers go on, so that they wait only for the rest.
      await drain.reach(queue.visibleSequence)
      return await this.#withoutWriters(next, environment)
    } finally {
      if (generation.environment !== environment) await environment.close()
    }
  }

  async #withoutWriters(next: NextGeneration, environment: LmdbEnvironment): Promise<{ sequence: number; timeline: string }> {
    const { admission, versions } = this.#deps
    admission.close()
    try {
      // Its records may be newer than anything here; what is written from now on must be newer still.
      versions.raiseTo(environment.state.version)
      await this.#comeToRest()
      return await this.#turnOver(next, environment)
    } finally {
      admission.open()
    }
  }

  /** Everything that was ever given a sequence is in the old generation and flushed; nobody gets in. */
  async #comeToRest(): Promise<void> {
    const { queue, journal, drain, refuse } = this.#deps
    for (;;) {
      await queue.settle()
      await journal.settle()
      const last = journal.nextSequence - 1
      const isFlushed = await drain.reach(last)
      refuse()
      if (isFlushed && queue.pendingCount === 0 && journal.nextSequence === last + 1) return
    }
  }

  async #turnOver({ id, reason }: NextGeneration, environment: LmdbEnvironment): Promise<{ sequence: number; timeline: string }> {
    const { storeId, generation, queue, drain, versions, clock, onSwitched, onUncertain } = this.#deps
    const timeline = newTimeline()
    let marker: SyncedTransaction | undefined
    await drain.hold()
    try {
      marker = await queue.appendMarker((at, time) => encodeTimeline(at, time, { timeline, generation: id }))
      const { sequence } = marker
      await environment.apply([], [], { storeId, timeline, appliedSequence: sequence, version: versions.last }, this.#hostState())
      await environment.flushed(flushTimeoutMs)
      const old = generation.pointer
      const previous = { id: old.live, replacedAtMs: Math.floor(clock.wallMs()), reason }
      await generation.replace({ ...old, live: id, timeline, previous, clockFloor: versions.last }, environment)
      drain.changedDatabase(sequence)
      onSwitched()
      return { sequence, timeline }
    } catch (error) {
      // The marker keeps its place in the order; in the old generation it changes nothing.
      if (marker !== undefined) drain.take(marker)
      if (error instanceof PointerUncertain) onUncertain(error)
      throw error
    } finally {
      drain.resume()
    }
  }

  /** What belongs to the host and not to a generation, as it is now. */
  #hostState(): { key: string; value: Uint8Array | null }[] {
    return this.#deps.system.entries(lockPrefix).map(([key, value]) => ({ key, value }))
  }
}
