import { errorCodes, type SeriesName, seriesUnits } from '../../../contract/index.ts'
import type { Clock } from '../../base/clock.ts'
import { type LatencyCounts, mergeCounts, quantileMs } from '../../base/latency-histogram.ts'
import type { MemoryTier } from '../../cache/memory-tier.ts'
import { savedShare } from '../../persistence/packing-figures.ts'
import type { StoreFigures } from '../../persistence/record-store.ts'
import type { SpaceFigures } from '../../persistence/space-port.ts'
import { reclaimedShare } from '../../persistence/sweep-figures.ts'
import type { StorageMeter, StorageOperation } from '../../storage/storage-meter.ts'

export const seriesNames = Object.keys(seriesUnits) as SeriesName[]

/** What was measured at one moment or over one span; null is what was not. */
export type Sample = Record<SeriesName, number | null>

/** How a figure of a longer span comes from the counters at its ends, and not from the mean of its seconds. */
const spanFigures: ReadonlySet<SeriesName> = new Set<SeriesName>([
  'read_p50_ms',
  'read_p99_ms',
  'write_p50_ms',
  'write_p99_ms',
  'cache_hit_ratio',
  'read_error_ratio',
  'write_error_ratio',
  'transactions_committed_ratio',
  'sync_p50_ms',
  'sync_p99_ms',
  'write_wait_p99_ms',
  'query_efficiency_ratio',
])
export const isSpanFigure = (name: SeriesName): boolean => spanFigures.has(name)

const readOperations: readonly StorageOperation[] = ['get', 'list', 'export']
const writeOperations: readonly StorageOperation[] = ['put', 'delete', 'batch', 'import', 'delete_prefix']
const transactionOperations: readonly StorageOperation[] = ['put', 'delete', 'batch']

interface Outcomes {
  /** Those that the store should have served: refusals that are the caller's doing are not among them. */
  readonly due: number
  readonly failed: number
}

/** Counters at one moment; rates and shares are differences of two. */
export interface Counters {
  readonly atMs: number
  readonly read: number
  readonly written: number
  readonly errors: number
  readonly hits: number
  readonly misses: number
  readonly delayed: number
  readonly examined: number
  readonly returned: number
  readonly reads: LatencyCounts
  readonly writes: LatencyCounts
  readonly syncs: LatencyCounts | undefined
  readonly waits: LatencyCounts | undefined
  readonly readOutcomes: Outcomes
  readonly writeOutcomes: Outcomes
  readonly transactions: Outcomes
}

export interface CounterSources {
  readonly meter: StorageMeter
  readonly memoryTier: MemoryTier
  readonly clock: Clock
}

/** `figures` is undefined while the store does not tell them. */
export function countNow({ meter, memoryTier, clock }: CounterSources, figures: StoreFigures | undefined): Counters {
  const { hits, misses } = memoryTier.figures()
  const { get, put, delete: deletion, batch } = meter.operations
  return {
    atMs: clock.monotonicMs(),
    read: meter.recordsRead,
    written: meter.recordsWritten,
    errors: meter.errors,
    hits,
    misses,
    delayed: figures?.waitLatency.total ?? 0,
    examined: meter.queryExamined,
    returned: meter.queryReturned,
    reads: get.latency.snapshot(),
    writes: mergeCounts([put.latency.snapshot(), deletion.latency.snapshot(), batch.latency.snapshot()]),
    syncs: figures?.syncLatency.snapshot(),
    waits: figures?.waitLatency.snapshot(),
    readOutcomes: outcomesOf(meter, readOperations),
    writeOutcomes: outcomesOf(meter, writeOperations),
    transactions: outcomesOf(meter, transactionOperations),
  }
}

function outcomesOf(meter: StorageMeter, operations: readonly StorageOperation[]): Outcomes {
  let due = 0
  let failed = 0
  for (const operation of operations) {
    const { count, refusals } = meter.operations[operation]
    due += count
    for (const [code, times] of refusals) {
      if (errorCodes[code].status >= 500 || code === 'overloaded') failed += times
      else due -= times
    }
  }
  return { due, failed }
}

/** Rates, shares and latencies between two moments that lie `seconds` apart. */
export function between(last: Counters, now: Counters, seconds: number): Partial<Sample> {
  const perSecond = (more: number) => (seconds > 0 ? more / seconds : null)
  const examined = now.examined - last.examined
  const lookups = now.hits - last.hits + now.misses - last.misses
  return {
    reads_per_second: perSecond(now.read - last.read),
    writes_per_second: perSecond(now.written - last.written),
    errors_per_second: perSecond(now.errors - last.errors),
    writes_delayed_per_second: now.waits === undefined ? null : perSecond(now.delayed - last.delayed),
    read_p50_ms: quantileMs(now.reads, last.reads, 0.5),
    read_p99_ms: quantileMs(now.reads, last.reads, 0.99),
    write_p50_ms: quantileMs(now.writes, last.writes, 0.5),
    write_p99_ms: quantileMs(now.writes, last.writes, 0.99),
    sync_p50_ms: now.syncs ? quantileMs(now.syncs, last.syncs, 0.5) : null,
    sync_p99_ms: now.syncs ? quantileMs(now.syncs, last.syncs, 0.99) : null,
    write_wait_p99_ms: now.waits ? quantileMs(now.waits, last.waits, 0.99) : null,
    cache_hit_ratio: lookups > 0 ? (now.hits - last.hits) / lookups : null,
    query_efficiency_ratio: examined > 0 ? Math.min(1, (now.returned - last.returned) / examined) : null,
    read_error_ratio: failedShare(last.readOutcomes, now.readOutcomes),
    write_error_ratio: failedShare(last.writeOutcomes, now.writeOutcomes),
    transactions_committed_ratio: complement(failedShare(last.transactions, now.transactions)),
  }
}

function failedShare(last: Outcomes, now: Outcomes): number | null {
  const due = now.due - last.due
  return due > 0 ? (now.failed - last.failed) / due : null
}

const complement = (share: number | null): number | null => (share === null ? null : 1 - share)

/** What is so at this moment. */
export function gaugesOf(
  figures: StoreFigures | undefined,
  disk: { readonly totalBytes: number; readonly freeBytes: number } | null,
  space?: SpaceFigures,
): Partial<Sample> {
  return {
    disk_free_bytes: disk?.freeBytes ?? null,
    disk_used_ratio: disk !== null && disk.totalBytes > 0 ? 1 - disk.freeBytes / disk.totalBytes : null,
    process_memory_bytes: process.memoryUsage.rss(),
    ...(figures && {
      database_bytes: figures.databaseBytes,
      journal_bytes: figures.journalBytes,
      records: figures.records,
      compression_saved_ratio: savedShare(figures.packing),
      overlay_fill_ratio: figures.overlayMaxBytes > 0 ? figures.overlayBytes / figures.overlayMaxBytes : null,
    }),
    ...(space && {
      database_used_bytes: space.usedBytes,
      pinned_bytes: space.pinned.bytes,
      reader_behind_commits: space.pinned.behind,
      expiry_reclaimed_ratio: space.sweep && reclaimedShare(space.sweep),
    }),
  }
}
