import type { Backup, Check, Health } from '../../contract/index.ts'
import { type Clock, toIso } from '../base/clock.ts'
import { HoldfastError } from '../base/errors.ts'
import { type LatencyCounts, mergeCounts, quantileMs } from '../base/latency-histogram.ts'
import type { Log } from '../base/log.ts'
import type { RecordStore, StoreFigures } from '../persistence/record-store.ts'
import type { SpaceFigures } from '../persistence/space-port.ts'
import type { EventHub } from '../storage/event-hub.ts'
import type { StorageMeter } from '../storage/storage-meter.ts'
import type { DiskWatch } from './disk-watch.ts'
import {
  type BackupFailure,
  type Finding,
  judgeBackup,
  judgeDisk,
  judgeIntegrity,
  judgePerformance,
  judgeStore,
  latencyThresholds,
  type MeasuredLatency,
  worse,
  worstLevel,
} from './health-rules.ts'
import { type FailedIndex, judgeIndexes } from './index-rules.ts'
import { judgeSpace } from './space-rules.ts'

const lookEveryMs = 10_000
/** Looks back over six looks: a minute. */
const keptLooks = 6

export interface HealthDeps {
  store: RecordStore
  /** Absent: what the database file is made of is not measured. */
  space?: () => SpaceFigures
  meter: StorageMeter
  disk: DiskWatch
  events: EventHub
  /** All backups, newest first. Asked at the start, every ten seconds, and whenever a `backups` event says that they have changed. */
  backups: () => Promise<readonly Backup[]>
  /** Whether the backups lie on the disk of the database, and would die with it. */
  areBackupsOnSameDisk: () => Promise<boolean>
  /** The newest attempt to back up, when it came to nothing. */
  lastBackupFailure: () => BackupFailure | undefined
  /** The data is encrypted, and its key is not on this host. */
  isKeyMissing: () => boolean
  /** Of a store that is not stopped. */
  failedIndexes?: () => readonly FailedIndex[]
  clock: Clock
  log: Log
}

interface Look {
  readonly reads: LatencyCounts
  readonly writes: LatencyCounts
}

/**
 * Five checks, each with a level, a reason and what to do. `check` looks at what is known and is cheap; a look every ten seconds measures
 * (reading one record when nobody else reads) and publishes a `state` event with code `health` when the overall level has changed.
 */
export class HealthChecker {
  readonly #deps: HealthDeps
  readonly #since = new Map<Check['id'], { readonly code: string; readonly since: string }>()
  readonly #looks: Look[] = []
  #timer: NodeJS.Timeout | undefined
  #unsubscribe = () => {}
  /** Null while they are not known. */
  #backups: readonly Backup[] | null = null
  /** Why not, where that can be said. */
  #backupsUnreadable: string | null = null
  #areOnSameDisk = false
  /** How often the list was asked for: only the newest answer counts. */
  #asked = 0
  #lastStatus: Health['status'] | undefined

  constructor(deps: HealthDeps) {
    this.#deps = deps
  }

  start(): void {
    this.#looks.push(this.#count())
    this.#timer ??= setInterval(() => this.look(), lookEveryMs)
    this.#timer.unref()
    this.#unsubscribe()
    this.#unsubscribe = this.#deps.events.subscribe(({ event }) => {
      if (event === 'backups') void this.#askForBackups()
    })
    this.#probe()
    void this.#askForBackups()
    void this.#deps.disk.measure()
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
    this.#unsubscribe()
  }

  check(): Health {
    const { store, disk, clock, lastBackupFailure, isKeyMissing } = this.#deps
    const figures = this.#figures()
    const position = { records: figures?.records ?? 0, sequence: figures?.sequence ?? 0, timeline: figures?.timeline ?? '' }
    const checks = [
      this.#dated('store', judgeStore(store.mode, isKeyMissing())),
      this.#dated('performance', judgePerformance(this.#latency())),
      this.#dated('disk', worse(judgeDisk(disk.figures, store.mode.kind === 'full'), this.#judgeSpace())),
      this.#dated('integrity', worse(judgeIntegrity(this.#integrity(position.records)), this.#judgeIndexes())),
      this.#dated(
        'backup',
        judgeBackup({
          backups: this.#backups,
          unreadable: this.#backupsUnreadable,
          areOnSameDisk: this.#areOnSameDisk,
          ...position,
          nowMs: clock.wallMs(),
          failure: lastBackupFailure(),
        }),
      ),
    ]
    return { status: worstLevel(checks.map(({ level }) => level)), checks }
  }

  /** One round of measuring; called by the timer. */
  look(): void {
    try {
      this.#lookAround()
    } catch (error) {
      this.#deps.log.warn({ err: error }, 'The health could not be measured; it is tried again.')
    }
  }

  #lookAround(): void {
    this.#probe()
    void this.#askForBackups()
    this.#looks.push(this.#count())
    if (this.#looks.length > keptLooks + 1) this.#looks.shift()
    const { status } = this.check()
    if (this.#lastStatus !== undefined && status !== this.#lastStatus) this.#deps.events.publish('state', { code: 'health' })
    this.#lastStatus = status
  }

  // A store that nobody reads is still measured: the first record, with its checksum, as any reader would read it.
  #probe(): void {
    const { store, meter } = this.#deps
    if (store.mode.kind === 'stopped' || this.#hasReadsSinceLastLook()) return
    try {
      const page = meter.measure('get', () => store.page({ prefix: '', limit: 1, reverse: false, values: true }))
      meter.recordsRead += page.items.length
    } catch (error) {
      this.#deps.log.warn({ err: error }, 'The probe could not read a record.')
    }
  }

  async #askForBackups(): Promise<void> {
    const asked = ++this.#asked
    try {
      const [backups, areOnSameDisk] = await Promise.all([this.#deps.backups(), this.#deps.areBackupsOnSameDisk()])
      if (asked !== this.#asked) return
      this.#backups = backups
      this.#areOnSameDisk = areOnSameDisk
    } catch (error) {
      this.#deps.log.warn({ err: error }, 'The list of backups cannot be read.')
      if (asked !== this.#asked) return
      this.#backups = null
      this.#backupsUnreadable = error instanceof HoldfastError ? error.message : null
    }
  }

  #hasReadsSinceLastLook(): boolean {
    const last = this.#looks.at(-1)
    return last !== undefined && this.#deps.meter.operations.get.latency.total > last.reads.total
  }

  #latency(): MeasuredLatency {
    const now = this.#count()
    const [first] = this.#looks
    const { readP99Ms, writeP99Ms } = latencyThresholds.warning
    return { readP99Ms: judgedMs(now.reads, first?.reads, readP99Ms), writeP99Ms: judgedMs(now.writes, first?.writes, writeP99Ms) }
  }

  #count(): Look {
    const { get, put, delete: deletion } = this.#deps.meter.operations
    return { reads: get.latency.snapshot(), writes: mergeCounts([put.latency.snapshot(), deletion.latency.snapshot()]) }
  }

  #integrity(records: number) {
    const { meter, store } = this.#deps
    return {
      storeStopped: store.mode.kind === 'stopped',
      recordsRead: meter.recordsRead,
      recordsDamaged: meter.recordsDamaged,
      lastDamagedAt: meter.lastDamagedAtMs === null ? null : toIso(meter.lastDamagedAtMs),
      records,
    }
  }

  #judgeSpace(): Finding | undefined {
    const { store, space } = this.#deps
    return store.mode.kind === 'stopped' || space === undefined ? undefined : judgeSpace(space())
  }

  #judgeIndexes(): Finding | undefined {
    const { store, failedIndexes } = this.#deps
    return store.mode.kind === 'stopped' || failedIndexes === undefined ? undefined : judgeIndexes(failedIndexes())
  }

  #figures(): StoreFigures | undefined {
    if (this.#deps.store.mode.kind === 'stopped') return undefined
    return this.#deps.store.figures()
  }

  /** Adds since when the check has said so. */
  #dated(id: Check['id'], finding: Finding): Check {
    const known = this.#since.get(id)
    const since = known?.code === finding.code ? known.since : toIso(this.#deps.clock.wallMs())
    this.#since.set(id, { code: finding.code, since })
    return { id, ...finding, since }
  }
}

/**
 * Of a hundred one is left out, of fewer two: that the disk was busy for a moment does not make a store slow. Of one or two the slowest, where
 * it was fast; null else.
 */
function judgedMs(now: LatencyCounts, before: LatencyCounts | undefined, slowMs: number): number | null {
  const total = now.total - (before?.total ?? 0)
  if (total >= 3) return quantileMs(now, before, Math.min(0.99, 1 - 2 / total))
  const slowest = quantileMs(now, before, 1)
  return slowest !== null && slowest <= slowMs ? slowest : null
}
