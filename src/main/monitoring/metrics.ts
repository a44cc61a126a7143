import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { Level } from '../../contract/index.ts'
import type { MemoryTier } from '../cache/memory-tier.ts'
import type { RecordStore, StoreFigures, StoreMode } from '../persistence/record-store.ts'
import type { SpaceFigures } from '../persistence/space-port.ts'
import type { BulkReader } from '../storage/reading/bulk-reader.ts'
import { type StorageMeter, storageOperations } from '../storage/storage-meter.ts'
import type { DiskWatch } from './disk-watch.ts'
import type { HealthChecker } from './health-checker.ts'

/** Upper bounds of the latency buckets, as powers of two of a microsecond: 2 µs to 17 s. */
const bucketPowers = [1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 24]
/** Defaults of prom-client that `promtool check metrics` objects to. */
const misnamedDefaults = [
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
  'nodejs_active_resources_total',
  'nodejs_version_info',
]
const modes: readonly StoreMode['kind'][] = ['running', 'full', 'read-only', 'stopped']
const levelNumbers: Record<Level, number> = { unknown: -1, normal: 0, warning: 1, critical: 2 }

export interface MetricsDeps {
  meter: StorageMeter
  reader: Pick<BulkReader, 'figures'>
  memoryTier: MemoryTier
  store: RecordStore
  /** Absent: what the database file is made of is not measured. */
  space?: () => SpaceFigures
  disk: DiskWatch
  health: HealthChecker
  /** Of the program. */
  version: string
}

/** Everything that Prometheus can ask for at `/metrics`; read from the meters when asked, so that nothing is paid for in between. */
export class Metrics {
  /** Other parts add their own here. */
  readonly registry = new Registry()
  readonly #deps: MetricsDeps

  constructor(deps: MetricsDeps) {
    this.#deps = deps
    collectDefaultMetrics({ register: this.registry })
    for (const name of misnamedDefaults) this.registry.removeSingleMetric(name)
    this.#addOperations()
    this.#addReading()
    this.#addMemoryTier()
    this.#addStore()
    this.#addSpace()
    this.#addHost()
  }

  get contentType(): string {
    return this.registry.contentType
  }

  /** The text exposition format. */
  render(): Promise<string> {
    return this.registry.metrics()
  }

  #addOperations(): void {
    const { meter } = this.#deps
    this.#counter('holdfast_operations_total', 'Storage operations that ended, refusals included.', ['operation'], (set) => {
      for (const operation of storageOperations) set({ operation }, meter.operations[operation].count)
    })
    this.#counter('holdfast_refusals_total', 'Storage operations that ended with an error, by its code.', ['operation', 'code'], (set) => {
      for (const operation of storageOperations) {
        for (const [code, count] of meter.operations[operation].refusals) set({ operation, code }, count)
      }
    })
    this.#counter('holdfast_records_read_total', 'Records read, in whatever operation.', [], (set) => set({}, meter.recordsRead))
    this.#counter('holdfast_records_written_total', 'Records written or deleted, in whatever operation.', [], (set) =>
      set({}, meter.recordsWritten),
    )
    this.#counter('holdfast_transactions_total', 'Transactions that records were written in.', [], (set) => set({}, meter.transactions))
    this.#counter('holdfast_pages_read_total', 'Pages that exports read records in.', [], (set) => set({}, meter.pagesRead))
    this.#counter('holdfast_query_records_examined_total', 'Records and index entries that queries looked at.', [], (set) =>
      set({}, meter.queryExamined),
    )
    this.#counter('holdfast_query_records_returned_total', 'Records that queries gave, or counted.', [], (set) =>
      set({}, meter.queryReturned),
    )
    this.#counter('holdfast_errors_total', "Failures that are not the caller's doing.", [], (set) => set({}, meter.errors))
    this.#counter('holdfast_damaged_records_total', 'Reads that met a damaged record.', [], (set) => set({}, meter.recordsDamaged))
    this.registry.registerMetric(new OperationDurations(meter))
  }

  #addReading(): void {
    const { reader } = this.#deps
    this.#gauge('holdfast_read_threads', 'Threads that read for exports and searches.', [], (set) => set({}, reader.figures.threads))
    this.#counter('holdfast_pages_read_in_threads_total', 'Pages that these threads opened.', [], (set) =>
      set({}, reader.figures.pagesInThreads),
    )
  }

  #addMemoryTier(): void {
    const figures = () => this.#deps.memoryTier.figures()
    this.#counter('holdfast_memory_tier_hits_total', 'Reads answered from the memory tier.', [], (set) => set({}, figures().hits))
    this.#counter('holdfast_memory_tier_misses_total', 'Reads that had to go below the memory tier.', [], (set) =>
      set({}, figures().misses),
    )
    this.#gauge('holdfast_memory_tier_bytes', 'Memory held by the memory tier.', [], (set) => set({}, figures().bytes))
    this.#gauge('holdfast_memory_tier_limit_bytes', 'Memory that the memory tier may hold.', [], (set) => set({}, figures().maxBytes))
    this.#gauge('holdfast_memory_tier_records', 'Records in the memory tier.', [], (set) => set({}, figures().entries))
  }

  #addStore(): void {
    const { store } = this.#deps
    this.#gauge('holdfast_store_mode', '1 for the mode that the store is in.', ['mode'], (set) => {
      for (const mode of modes) set({ mode }, store.mode.kind === mode ? 1 : 0)
    })
    const figure = (name: string, help: string, pick: (figures: StoreFigures) => number) =>
      // A stopped store has no figures, and they must not spoil the rest of the answer.
      this.#gauge(name, help, [], (set) => {
        if (store.mode.kind !== 'stopped') set({}, pick(store.figures()))
      })
    figure('holdfast_store_records', 'Records in the store, about.', ({ records }) => records)
    figure('holdfast_overlay_bytes', 'What the journal holds and the database does not yet, in memory.', ({ overlayBytes }) => overlayBytes)
    figure('holdfast_database_bytes', 'Size of the database file.', ({ databaseBytes }) => databaseBytes)
    figure('holdfast_journal_bytes', 'Size of the journal.', ({ journalBytes }) => journalBytes)
    figure('holdfast_journal_sequence', 'The newest journal position.', ({ sequence }) => sequence)
    figure('holdfast_applied_sequence', 'The newest journal position that the database holds.', ({ appliedSequence }) => appliedSequence)
    figure('holdfast_value_bytes', 'Bytes of every value that was written into this database.', ({ packing }) => packing.valueBytes)
    figure('holdfast_stored_value_bytes', 'What these values took there, compressed where it pays.', ({ packing }) => packing.storedBytes)
    this.#counter('holdfast_journal_syncs_total', 'Syncs of the journal to disk.', [], (set) => {
      if (store.mode.kind !== 'stopped') set({}, store.figures().syncLatency.total)
    })
    figure('holdfast_journal_sync_seconds', 'The median of recent syncs of the journal.', ({ syncP50Ms }) => syncP50Ms / 1000)
  }

  #addSpace(): void {
    const { store, space } = this.#deps
    const figure = (name: string, help: string, pick: (figures: SpaceFigures) => number | null | undefined) =>
      this.#gauge(name, help, [], (set) => {
        const value = store.mode.kind === 'stopped' || space === undefined ? undefined : pick(space())
        if (typeof value === 'number') set({}, value)
      })
    figure('holdfast_database_used_bytes', 'Pages of the database file that hold something.', ({ usedBytes }) => usedBytes)
    figure('holdfast_pinned_bytes', 'Free pages that are kept for readers of old states.', ({ pinned }) => pinned.bytes)
    figure('holdfast_reader_behind_commits', 'How many commits the oldest reader is behind.', ({ pinned }) => pinned.behind)
    figure('holdfast_expired_reclaimable_bytes', 'Expired bytes that the last sweep began with.', ({ sweep }) => sweep?.reclaimableBytes)
    figure('holdfast_expired_reclaimed_bytes', 'What of them it reclaimed within its interval.', ({ sweep }) => sweep?.reclaimedBytes)
  }

  #addHost(): void {
    const { disk, health, version } = this.#deps
    this.#gauge('holdfast_build_info', 'Always 1; the version is in its label.', ['version'], (set) => set({ version }, 1))
    this.#gauge('holdfast_disk_free_bytes', 'Free space of the disk.', ['folder'], (set) => {
      for (const { folder, freeBytes } of disk.figures ?? []) set({ folder }, freeBytes)
    })
    this.#gauge('holdfast_disk_size_bytes', 'Size of the disk.', ['folder'], (set) => {
      for (const { folder, totalBytes } of disk.figures ?? []) set({ folder }, totalBytes)
    })
    this.#gauge('holdfast_health_level', 'Per check: -1 unknown, 0 normal, 1 warning, 2 critical.', ['check'], (set) => {
      for (const { id, level } of health.check().checks ?? []) set({ check: id }, levelNumbers[level])
    })
  }

  #counter(
    name: string,
    help: string,
    labelNames: string[],
    collect: (set: (labels: Record<string, string>, value: number) => void) => void,
  ): void {
    const counter = new Counter({
      name,
      help,
      labelNames,
      registers: [this.registry],
      collect: () => {
        counter.reset()
        collect((labels, value) => counter.inc(labels, value))
      },
    })
  }

  #gauge(
    name: string,
    help: string,
    labelNames: string[],
    collect: (set: (labels: Record<string, string>, value: number) => void) => void,
  ): void {
    const gauge = new Gauge({
      name,
      help,
      labelNames,
      registers: [this.registry],
      collect: () => {
        gauge.reset()
        collect((labels, value) => gauge.set(labels, value))
      },
    })
  }
}

const durationName = 'holdfast_operation_duration_seconds'
const durationHelp = 'How long storage operations took. Of many hits in the memory tier some are timed and count for all.'

/** Shows the meter's own histograms, so that the hot path keeps one and not two. */
class OperationDurations extends Histogram<'operation' | 'le'> {
  readonly #meter: StorageMeter

  constructor(meter: StorageMeter) {
    super({
      name: durationName,
      help: durationHelp,
      labelNames: ['operation'],
      registers: [],
    })
    this.#meter = meter
  }

  /** What both `get` and the text of prom-client's histograms are made from. */
  async getForPromString() {
    const values = storageOperations.flatMap((operation) => this.#valuesOf(operation))
    return { name: durationName, help: durationHelp, type: 'histogram', aggregator: 'sum', values }
  }

  #valuesOf(operation: (typeof storageOperations)[number]) {
    const { latency } = this.#meter.operations[operation]
    const buckets = bucketPowers.map((power) => ({
      metricName: `${durationName}_bucket`,
      labels: { operation, le: 2 ** power / 1e6 },
      value: latency.countBelow(power),
    }))
    return [
      ...buckets,
      { metricName: `${durationName}_bucket`, labels: { operation, le: '+Inf' }, value: latency.total },
      { metricName: `${durationName}_sum`, labels: { operation }, value: latency.sumMs / 1000 },
      { metricName: `${durationName}_count`, labels: { operation }, value: latency.total },
    ]
  }
}
