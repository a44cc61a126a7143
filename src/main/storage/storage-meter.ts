import { type ErrorCode, errorCodes } from '../../contract/index.ts'
import type { Clock } from '../base/clock.ts'
import { HoldfastError } from '../base/errors.ts'
import { LatencyHistogram } from '../base/latency-histogram.ts'

export const storageOperations = [
  'get',
  'put',
  'delete',
  'list',
  'batch',
  'import',
  'export',
  'delete_prefix',
  'bulk',
  'transaction',
  'query',
] as const
export type StorageOperation = (typeof storageOperations)[number]

/** What was asked for since the host started. */
export interface OperationFigures {
  /** All that ended, refusals and failures included. */
  count: number
  readonly latency: LatencyHistogram
  /** Of those, by code; `internal` for what was not expected. An answer like `not_found` or `precondition_failed` is one too. */
  readonly refusals: Map<ErrorCode, number>
}

// Reading the clock twice costs more than a hit in memory. So the first hits of every second are timed, then one in 64, which counts for all.
const hitsTimedEachSecond = 32
const hitSampling = 64

/**
 * Counts and times what goes through the StorageManager, at well under a microsecond a call; nothing is allocated on the way of a success.
 */
export class StorageMeter {
  readonly operations = Object.fromEntries(
    storageOperations.map((operation): [StorageOperation, OperationFigures] => [
      operation,
      { count: 0, latency: new LatencyHistogram(), refusals: new Map() },
    ]),
  ) as Record<StorageOperation, OperationFigures>
  /** Records that went out and came in, in whatever operation. */
  recordsRead = 0
  recordsWritten = 0
  /** In which they were written, and pages of long reading in which they were read. */
  transactions = 0
  pagesRead = 0
  /** What queries looked at, and what they gave: their ratio is the efficiency of the indexes. */
  queryExamined = 0
  queryReturned = 0
  /** Refusals that are not the caller's doing: `overloaded`, and all with a status from 500 on. */
  errors = 0
  /** How often a damaged record was met, and when last (milliseconds since 1970). */
  recordsDamaged = 0
  lastDamagedAtMs: number | null = null
  readonly #clock: Clock
  readonly #get = this.operations.get
  #hitsToTime = hitsTimedEachSecond
  #untimedHits = 0
  #lastDamage: unknown

  constructor(deps: { clock: Clock }) {
    this.#clock = deps.clock
  }

  startMs(): number {
    return this.#clock.monotonicMs()
  }

  succeeded(operation: StorageOperation, startedMs: number): void {
    const figures = this.operations[operation]
    figures.count++
    figures.latency.record(this.#clock.monotonicMs() - startedMs)
  }

  failed(operation: StorageOperation, startedMs: number, error: unknown): void {
    this.succeeded(operation, startedMs)
    const code = error instanceof HoldfastError ? error.code : 'internal'
    const { refusals } = this.operations[operation]
    refusals.set(code, (refusals.get(code) ?? 0) + 1)
    if (errorCodes[code].status >= 500 || code === 'overloaded') this.errors++
    if (code === 'record_damaged') this.noteDamage(error)
  }

  /** Counts a damaged record, once for each error: a batch notes it where it reads, and may fail of it as a whole afterwards. */
  noteDamage(error: unknown): void {
    if (error === this.#lastDamage) return
    this.#lastDamage = error
    this.recordsDamaged++
    this.lastDamagedAtMs = this.#clock.wallMs()
  }

  /** Runs `work` and counts how it ended. */
  measure<T>(operation: StorageOperation, work: () => T): T {
    const startedMs = this.startMs()
    try {
      const result = work()
      this.succeeded(operation, startedMs)
      return result
    } catch (error) {
      this.failed(operation, startedMs, error)
      throw error
    }
  }

  /** Runs `work` and counts how it ended. */
  async measureAsync<T>(operation: StorageOperation, work: () => Promise<T>): Promise<T> {
    const startedMs = this.startMs()
    try {
      const result = await work()
      this.succeeded(operation, startedMs)
      return result
    } catch (error) {
      this.failed(operation, startedMs, error)
      throw error
    }
  }

  /** Whether the next hit in the memory tier should be timed (`timedHit`) or only counted (`hit`). */
  get timesNextHit(): boolean {
    return this.#hitsToTime > 0 || this.#untimedHits >= hitSampling - 1
  }

  hit(): void {
    this.#untimedHits++
    this.#get.count++
    this.recordsRead++
  }

  timedHit(startedMs: number): void {
    if (this.#hitsToTime > 0) this.#hitsToTime--
    this.#get.latency.record(this.#clock.monotonicMs() - startedMs, this.#untimedHits + 1)
    this.#untimedHits = 0
    this.#get.count++
    this.recordsRead++
  }

  /** Called once a second by who keeps the series: where few ask, every hit is timed. */
  beginSecond(): void {
    this.#hitsToTime = hitsTimedEachSecond
  }
}
