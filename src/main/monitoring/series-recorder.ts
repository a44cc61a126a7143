import { type OutputOf, type ParsedInputOf, type SeriesName, seriesUnits } from '../../contract/index.ts'
import type { Clock } from '../base/clock.ts'
import { HoldfastError } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import type { MemoryTier } from '../cache/memory-tier.ts'
import type { RecordStore } from '../persistence/record-store.ts'
import { type LatencyCounts, mergeCounts, quantileMs } from '../storage/latency-histogram.ts'
import type { StorageMeter } from '../storage/storage-meter.ts'
import type { DiskWatch } from './disk-watch.ts'

const stepSeconds = 1
const keptPoints = 3600
const defaultSpanMs = 15 * 60_000
const names = Object.keys(seriesUnits) as SeriesName[]
/** Seconds missing beyond this are a gap in the chart (the host slept), not one long second. */
const gapSeconds = 5

export interface SeriesDeps {
  store: RecordStore
  memoryTier: MemoryTier
  meter: StorageMeter
  disk: DiskWatch
  clock: Clock
  log: Log
}

/** Counters at one moment; rates are differences of two. */
interface Counters {
  readonly atMs: number
  readonly read: number
  readonly written: number
  readonly errors: number
  readonly hits: number
  readonly misses: number
  readonly reads: LatencyCounts
  readonly writes: LatencyCounts
}

type Point = Record<SeriesName, number | null>

/**
 * One point a second of every series, for an hour, in memory: 3,600 × 13 numbers. What was not measured in a second (the latency of reads
 * when nobody read) is null, never zero.
 */
export class SeriesRecorder {
  readonly #deps: SeriesDeps
  readonly #times = new Float64Array(keptPoints)
  readonly #values = new Map(names.map((name) => [name, new Float64Array(keptPoints).fill(Number.NaN)]))
  /** Points ever taken; the place of the next is this modulo the length. */
  #taken = 0
  #last: Counters
  #timer: NodeJS.Timeout | undefined
  #figuresFailed = false

  constructor(deps: SeriesDeps) {
    this.#deps = deps
    this.#last = this.#count()
  }

  start(): void {
    this.#last = this.#count()
    this.#timer ??= setInterval(() => this.tick(), stepSeconds * 1000)
    this.#timer.unref()
    void this.#deps.disk.measure()
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  /** Takes one point; called by the timer. */
  tick(): void {
    const now = this.#count()
    const seconds = (now.atMs - this.#last.atMs) / 1000
    const wallMs = this.#deps.clock.wallMs()
    if (seconds > gapSeconds) this.#keep(wallMs - (seconds - 1) * 1000, noPoint())
    this.#keep(wallMs, this.#toPoint(now, seconds))
    this.#last = now
    this.#deps.meter.beginSecond()
    void this.#deps.disk.measure()
  }

  /** Throws `invalid_request` for a name that does not exist, or a time that is none. */
  read(input: ParsedInputOf<'metrics.series'>): OutputOf<'metrics.series'> {
    const toMs = parseTime('to', input.to) ?? Number.POSITIVE_INFINITY
    const fromMs = parseTime('from', input.from) ?? Math.min(toMs, this.#deps.clock.wallMs()) - defaultSpanMs
    const first = Math.max(0, this.#taken - keptPoints)
    const places: number[] = []
    for (let taken = first; taken < this.#taken; taken++) {
      const atMs = this.#times[taken % keptPoints] as number
      if (atMs >= fromMs && atMs <= toMs) places.push(taken % keptPoints)
    }
    const series = parseNames(input.names).map((name) => ({ name, unit: seriesUnits[name], points: this.#points(name, places) }))
    return { stepSeconds, series }
  }

  #points(name: SeriesName, places: readonly number[]): [number, number | null][] {
    const values = this.#values.get(name) as Float64Array
    return places.map((place) => {
      const value = values[place] as number
      return [this.#times[place] as number, Number.isNaN(value) ? null : value]
    })
  }

  #keep(atMs: number, point: Point): void {
    const place = this.#taken % keptPoints
    this.#times[place] = Math.round(atMs)
    for (const name of names) (this.#values.get(name) as Float64Array)[place] = point[name] ?? Number.NaN
    this.#taken++
  }

  #count(): Counters {
    const { meter, memoryTier, clock } = this.#deps
    const { hits, misses } = memoryTier.figures()
    const { get, put, delete: deletion, batch } = meter.operations
    return {
      atMs: clock.monotonicMs(),
      read: meter.recordsRead,
      written: meter.recordsWritten,
      errors: meter.errors,
      hits,
      misses,
      reads: get.latency.snapshot(),
      writes: mergeCounts([put.latency.snapshot(), deletion.latency.snapshot(), batch.latency.snapshot()]),
    }
  }

  #toPoint(now: Counters, seconds: number): Point {
    const last = this.#last
    const perSecond = (more: number) => (seconds > 0 ? more / seconds : null)
    const lookups = now.hits - last.hits + now.misses - last.misses
    return {
      ...noPoint(),
      reads_per_second: perSecond(now.read - last.read),
      writes_per_second: perSecond(now.written - last.written),
      errors_per_second: perSecond(now.errors - last.errors),
      read_p50_ms: quantileMs(now.reads, last.reads, 0.5),
      read_p99_ms: quantileMs(now.reads, last.reads, 0.99),
      write_p50_ms: quantileMs(now.writes, last.writes, 0.5),
      write_p99_ms: quantileMs(now.writes, last.writes, 0.99),
      cache_hit_ratio: lookups > 0 ? (now.hits - last.hits) / lookups : null,
      disk_free_bytes: this.#deps.disk.main?.freeBytes ?? null,
      ...this.#storeFigures(),
      process_memory_bytes: process.memoryUsage.rss(),
    }
  }

  #storeFigures(): Partial<Point> {
    try {
      const { databaseBytes, journalBytes } = this.#deps.store.figures()
      this.#figuresFailed = false
      return { database_bytes: databaseBytes, journal_bytes: journalBytes }
    } catch (error) {
      if (!this.#figuresFailed) this.#deps.log.warn({ err: error }, 'The store does not tell its figures.')
      this.#figuresFailed = true
      return {}
    }
  }
}

const noPoint = (): Point => Object.fromEntries(names.map((name) => [name, null])) as Point

function parseNames(list: string | undefined): readonly SeriesName[] {
  if (list === undefined || list === '') return names
  return list.split(',').map((text) => {
    const name = names.find((known) => known === text.trim())
    if (name !== undefined) return name
    throw new HoldfastError('invalid_request', `names: there is no series ${JSON.stringify(text.trim())}; there are ${names.join(', ')}.`, {
      details: { field: 'names' },
    })
  })
}

function parseTime(field: 'from' | 'to', text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const ms = Date.parse(text)
  if (Number.isNaN(ms))
    throw new HoldfastError('invalid_request', `${field}: expected a time like 2026-11-23T14:00:00Z.`, { details: { field } })
  return ms
}
