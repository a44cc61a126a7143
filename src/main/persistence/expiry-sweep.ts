import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import type { ExpiryEntry } from './lmdb-expiry-table.ts'
import type { RecordMeta } from './record-store.ts'
import { SweepCount, type SweepFigures } from './sweep-figures.ts'

const entriesPerPass = 1000
/** Wall and monotonic clock may drift apart by this before deletion stops. */
const toleratedJumpMs = 60_000

export interface ExpirySweepDeps {
  readonly clock: Clock
  readonly everyMs: number
  readonly log: Log
  /** Entries of the expiry table up to a moment. */
  readonly expired: (untilMs: number, limit: number) => ExpiryEntry[]
  /** How many of them there are; from some number on, that number. */
  readonly countExpired: (untilMs: number) => number
  /** What a record takes in the database. */
  readonly bytesOf: (key: string) => number
  /** The newest state of a key, expired or not. */
  readonly metaOf: (key: string) => RecordMeta | null
  readonly lastCommitMs: () => number
  /** Deletes those that have not changed since. False when nothing may be written now. */
  readonly deleteUnchanged: (records: readonly { key: string; version: string }[]) => Promise<boolean>
  readonly forget: (entries: readonly ExpiryEntry[]) => void
  /** Resolves when what was written so far is in the database; false when that cannot be now. */
  readonly drained: () => Promise<boolean>
}

/**
 * Deletes expired records for good, as journaled deletes that hold only for the version that expired. Hosts boot in 1970 or jump ahead: when wall and
 * monotonic clocks disagree, or time is behind the last commit, nothing is deleted (CP3); readers are not shown expired records all the same.
 */
export class ExpirySweep {
  readonly #deps: ExpirySweepDeps
  readonly #startedWallMs: number
  readonly #startedMonotonicMs: number
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> | undefined
  #isStopped = false
  #saidWhy = false
  #last: SweepFigures | null = null

  constructor(deps: ExpirySweepDeps) {
    this.#deps = deps
    this.#startedWallMs = deps.clock.wallMs()
    this.#startedMonotonicMs = deps.clock.monotonicMs()
  }

  start(): void {
    this.#timer = setInterval(() => void this.run(), this.#deps.everyMs)
    this.#timer.unref()
  }

  /** Of the last pass that is over. */
  get last(): SweepFigures | null {
    return this.#last
  }

  async stop(): Promise<void> {
    this.#isStopped = true
    clearInterval(this.#timer)
    await this.#running
  }

  /** One pass over all that has expired. */
  run(): Promise<void> {
    this.#running ??= this.#sweep().finally(() => {
      this.#running = undefined
    })
    return this.#running
  }

  async #sweep(): Promise<void> {
    const { clock, everyMs, log, countExpired } = this.#deps
    const untilMs = clock.wallMs()
    const count = new SweepCount({ intervalMs: everyMs, atMs: untilMs, nowMs: () => clock.monotonicMs() })
    try {
      const isDone = await this.#deleteExpired(untilMs, count)
      const isPaused = !isDone && !this.#isStopped && !this.#clockIsTrusted()
      this.#last = count.end(isDone ? 0 : countExpired(untilMs), isPaused)
    } catch (error) {
      log.warn({ err: error }, 'Expired records could not be deleted now; it is tried again.')
    }
  }

  /** In pieces, each of which is drained before the next is looked for. What expires meanwhile is for the next pass. Returns whether nothing is left. */
  async #deleteExpired(untilMs: number, count: SweepCount): Promise<boolean> {
    const { expired, metaOf, bytesOf, deleteUnchanged, forget, drained } = this.#deps
    while (!this.#isStopped) {
      const entries = expired(untilMs, entriesPerPass)
      if (entries.length === 0) return true
      const dead = entries.flatMap(({ key, expiresAtMs }) => {
        const meta = metaOf(key)
        return meta?.expiresAtMs === expiresAtMs ? [{ key, version: meta.version }] : []
      })
      count.found(dead.map(({ key }) => bytesOf(key)))
      if (!this.#clockIsTrusted() || !(await deleteUnchanged(dead))) return false
      count.deleted()
      forget(entries)
      if (entries.length < entriesPerPass) return true
      if (!(await drained())) return false
    }
    return false
  }

  #clockIsTrusted(): boolean {
    const { clock, lastCommitMs, log } = this.#deps
    const jumpMs = clock.wallMs() - this.#startedWallMs - (clock.monotonicMs() - this.#startedMonotonicMs)
    const isTrusted = Math.abs(jumpMs) <= toleratedJumpMs && clock.wallMs() >= lastCommitMs() - toleratedJumpMs
    if (!isTrusted && !this.#saidWhy) log.warn({ jumpMs }, 'The clock has jumped, so expired records are not deleted until the next start.')
    this.#saidWhy = !isTrusted
    return isTrusted
  }
}
