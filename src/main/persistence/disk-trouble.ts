import type { HoldfastError } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import type { Journal } from '../journal/journal.ts'
import type { Drain } from './drain.ts'
import { moveToCopy } from './healing.ts'
import type { LiveGeneration } from './live-generation.ts'
import type { VersionClock } from './version-clock.ts'
import type { WritePermit } from './write-permit.ts'

export interface DiskTroubleDeps {
  readonly permit: WritePermit
  readonly generation: LiveGeneration
  readonly drain: Drain
  readonly journal: Journal
  readonly versions: VersionClock
  readonly isDiskFull: (error: unknown) => boolean
  readonly log: Log
}

/** What a store does when its disk fails, is full or gives back other bytes: stops what must stop, mends what can be mended, goes on when it can. */
export class DiskTrouble {
  readonly #deps: DiskTroubleDeps
  #healing: Promise<void> | undefined
  /** The copy did not fit on the disk; it is made when there is room. */
  #needsCopy = false

  constructor(deps: DiskTroubleDeps) {
    this.#deps = deps
  }

  /** Waits for a copy that is being made. */
  async settle(): Promise<void> {
    await this.#healing
  }

  writeFailed(error: HoldfastError): void {
    const { permit, journal } = this.#deps
    if (error.code === 'disk_full') permit.block('full')
    else permit.block('broken', (journal.broken ?? error).message)
  }

  /** What is in the journal stays there: nothing more is written into a database that is damaged, and no copy of it is made. */
  damaged(damage: HoldfastError): void {
    const { permit, log, drain } = this.#deps
    if (permit.has('damaged')) return
    log.error({ err: damage }, damage.message)
    permit.block('damaged', damage.message)
    void drain.hold()
  }

  drainFailed(error: unknown): void {
    const { permit, generation, drain, isDiskFull, log } = this.#deps
    if (permit.has('damaged')) return
    // A commit that did not happen for want of room is tried again. One that did happen was not synced, and its file has a hole (DN2).
    const hasHole = this.#hasCommittedMore(generation, drain)
    if (isDiskFull(error) && !hasHole) {
      log.warn({ err: error }, 'The disk is full; what was acknowledged stays in the journal until there is room.')
      permit.block('undrained')
      return
    }
    log.error({ err: error }, 'The database could not be written; a healthy copy is made.')
    this.#startHealing()
  }

  drained(): void {
    this.#deps.permit.clear('undrained')
  }

  #hasCommittedMore(generation: LiveGeneration, drain: Drain): boolean {
    try {
      return generation.environment.reloadState().appliedSequence > drain.flushedSequence
    } catch (error) {
      // A file that does not even say how far it is cannot be gone on with.
      this.#deps.log.error({ err: error }, 'The database does not say what it holds after a failed commit.')
      return true
    }
  }

  #startHealing(): void {
    const { permit } = this.#deps
    permit.block('healing')
    this.#healing = this.#heal().finally(() => {
      this.#healing = undefined
    })
  }

  async #heal(): Promise<void> {
    const { generation, versions, permit, drain, isDiskFull, log } = this.#deps
    try {
      await moveToCopy({ generation, versions })
      this.#needsCopy = false
      permit.clear('healing')
      drain.retry()
    } catch (error) {
      this.#needsCopy = isDiskFull(error)
      log.error({ err: error }, 'The database could not be copied.')
      permit.block(this.#needsCopy ? 'full' : 'broken')
      permit.clear('healing')
    }
  }

  spaceMeasured(isLow: boolean): void {
    const { permit, drain } = this.#deps
    if (permit.isClosed) return
    if (isLow) {
      permit.block('low-space')
      return
    }
    permit.clear('low-space')
    const wasFull = permit.has('full')
    permit.clear('full')
    if (this.#healing !== undefined || permit.has('broken')) return
    if (wasFull && this.#needsCopy) this.#startHealing()
    else if (wasFull || permit.has('undrained')) drain.retry()
  }
}
