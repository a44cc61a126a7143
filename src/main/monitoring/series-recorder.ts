import type { AnnotationKind, OutputOf, ParsedInputOf } from '../../contract/index.ts'
import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import type { MemoryTier } from '../cache/memory-tier.ts'
import type { RecordStore, StoreFigures } from '../persistence/record-store.ts'
import type { SpaceFigures } from '../persistence/space-port.ts'
import type { StorageMeter } from '../storage/storage-meter.ts'
import type { DiskWatch } from './disk-watch.ts'
import { between, type Counters, countNow, gaugesOf, type Sample, seriesNames } from './series/figures.ts'
import { everySecond, inSpans, parseSeriesQuery, totalSince } from './series/query.ts'
import type { Ring } from './series/ring.ts'
import { openSeries, ringsOf, type SeriesFiles, seriesInMemory } from './series/series-files.ts'
import { Span } from './series/span.ts'

const tickMs = 1000
/** The files of minutes and hours follow this often, and at the end of each span. */
const minutesEveryTicks = 10
const hoursEveryTicks = 60
const mostAnnotations = 500
/** The clock was set when it and the monotonic one disagree by more. */
const clockSetMs = 30_000

export interface SeriesDeps {
  store: RecordStore
  /** Absent: what the database file is made of is not measured. */
  space?: () => SpaceFigures
  memoryTier: MemoryTier
  meter: StorageMeter
  disk: DiskWatch
  clock: Clock
  log: Log
  /** Where they are kept; null: in memory only. */
  folder: string | null
}

/**
 * Measures every second and keeps it: seconds for an hour, minutes for a week, hours for two years. What was not measured (the latency of reads when
 * nobody read) is null, never zero. Nothing that happens to the files reaches the host.
 */
export class SeriesRecorder {
  readonly #deps: SeriesDeps
  #files: SeriesFiles
  #last: Counters
  #lastWallMs: number
  #spans: { readonly minutes: Span; readonly hours: Span } | undefined
  #ticks = 0
  #timer: NodeJS.Timeout | undefined
  #state: 'made' | 'running' | 'stopped' = 'made'
  #figuresFailed = false
  #unsubscribe = () => {}

  constructor(deps: SeriesDeps) {
    this.#deps = deps
    this.#files = seriesInMemory(deps.log)
    this.#last = countNow(deps, this.#storeFigures())
    this.#lastWallMs = deps.clock.wallMs()
  }

  /** Takes up what an earlier run has kept, then measures. The host need not wait for it. Never rejects. */
  async start(): Promise<void> {
    const { folder, log, clock, disk } = this.#deps
    void disk.measure()
    const files = folder === null ? this.#files : await openSeries(folder, log)
    if (this.#state !== 'made') return
    this.#files = files
    this.#state = 'running'
    this.#noteStart()
    this.#last = countNow(this.#deps, this.#storeFigures())
    this.#lastWallMs = clock.wallMs()
    this.#unsubscribe = this.#deps.store.onStateChange((change) => {
      if (change === 'mode') this.#noteMode()
    })
    this.#plan()
  }

  /** Writes what is left. Never rejects. */
  async stop(): Promise<void> {
    clearTimeout(this.#timer)
    this.#unsubscribe()
    const wasRunning = this.#state === 'running'
    this.#state = 'stopped'
    if (!wasRunning) return
    this.annotate('host_stopped')
    const { seconds, minutes, hours, annotations } = this.#files
    await Promise.all([seconds.close(), minutes.close(), hours.close(), annotations.flush()])
  }

  /** Notes that something happened now. */
  annotate(kind: AnnotationKind, subject?: string): void {
    this.#files.annotations.add(this.#deps.clock.wallMs(), kind, subject)
  }

  /** Takes one point; called by the timer. */
  tick(): void {
    const { clock, meter, disk } = this.#deps
    const figures = this.#storeFigures()
    const now = countNow(this.#deps, figures)
    const wallMs = clock.wallMs()
    const passedMs = now.atMs - this.#last.atMs
    const jumpedMs = wallMs - this.#lastWallMs - passedMs
    if (Math.abs(jumpedMs) > clockSetMs) this.annotate('clock_set', String(Math.round(jumpedMs / 1000)))
    const sample: Sample = {
      ...noSample(),
      ...between(this.#last, now, passedMs / 1000),
      ...gaugesOf(figures, disk.main, this.#spaceFigures()),
    }
    this.#keep(wallMs, sample, now)
    this.#last = now
    this.#lastWallMs = wallMs
    meter.beginSecond()
    void disk.measure()
  }

  /** Throws `invalid_request` for a name that does not exist, or a time that is none. */
  read(input: ParsedInputOf<'metrics.series'>): OutputOf<'metrics.series'> {
    const nowMs = this.#deps.clock.wallMs()
    const rings = ringsOf(this.#files)
    const oldestMs = oldestOf(rings, nowMs)
    const query = parseSeriesQuery(input, { nowMs, oldestMs })
    const { fromMs, toMs, points } = query
    const answer = points === undefined ? everySecond(this.#files.seconds.ring, query) : inSpans(rings, { ...query, points }, nowMs)
    return { ...answer, fromMs, toMs, oldestMs, annotations: this.#files.annotations.within(fromMs, toMs, mostAnnotations) }
  }

  /** About how many records were changed since then; null when that is further back than anything was kept. */
  recordsChangedSince(fromMs: number): number | null {
    return totalSince(ringsOf(this.#files), 'writes_per_second', fromMs, this.#deps.clock.wallMs())
  }

  #keep(wallMs: number, sample: Sample, now: Counters): void {
    const { seconds, minutes, hours } = this.#files
    seconds.ring.put(wallMs, cellsOf(seconds.ring, sample))
    const last = this.#spans
    const minute = this.#spanAt(minutes.ring, last?.minutes, wallMs)
    const hour = this.#spanAt(hours.ring, last?.hours, wallMs)
    this.#spans = { minutes: minute, hours: hour }
    for (const span of [minute, hour]) {
      span.add(sample)
      span.keep(now)
    }
    this.#ticks++
    void seconds.flush()
    if (minute !== last?.minutes || this.#ticks % minutesEveryTicks === 0) void minutes.flush()
    if (hour !== last?.hours || this.#ticks % hoursEveryTicks === 0) void hours.flush()
  }

  #spanAt(ring: Ring, current: Span | undefined, wallMs: number): Span {
    const startMs = Math.floor(wallMs / ring.stepMs) * ring.stepMs
    return current?.startMs === startMs ? current : new Span(ring, startMs, this.#last)
  }

  #noteMode(): void {
    const { mode } = this.#deps.store
    if (mode.kind === 'running') this.annotate('writes_resumed')
    else this.annotate('writes_refused', mode.code)
  }

  /** Who did not say that it stops was killed, or lost its power. */
  #noteStart(): void {
    const { annotations } = this.#files
    const nowMs = this.#deps.clock.wallMs()
    const last = annotations.newest
    if (last !== undefined && last.kind !== 'host_stopped') {
      const newestMs = Math.max(last.at, ...ringsOf(this.#files).map((ring) => ring.extent(nowMs)?.newestMs ?? 0))
      annotations.add(Math.min(newestMs, nowMs), 'host_cut_off')
    }
    this.annotate('host_started')
  }

  // In the middle of a second, so that a timer that is a little early or late still finds each second once.
  #plan(): void {
    const intoSecondMs = (this.#deps.clock.wallMs() + tickMs / 2) % tickMs
    const waitMs = tickMs - intoSecondMs
    this.#timer = setTimeout(
      () => {
        this.tick()
        this.#plan()
      },
      waitMs < tickMs / 4 ? waitMs + tickMs : waitMs,
    )
    this.#timer.unref()
  }

  #spaceFigures(): SpaceFigures | undefined {
    try {
      return this.#deps.space?.()
    } catch {
      // It says the same as the figures of the store, which are told of.
      return undefined
    }
  }

  #storeFigures(): StoreFigures | undefined {
    try {
      const figures = this.#deps.store.figures()
      this.#figuresFailed = false
      return figures
    } catch (error) {
      if (!this.#figuresFailed) this.#deps.log.warn({ err: error }, 'The store does not tell its figures.')
      this.#figuresFailed = true
      return undefined
    }
  }
}

const noSample = (): Sample => Object.fromEntries(seriesNames.map((name) => [name, null])) as Sample

function cellsOf(ring: Ring, sample: Sample): Float32Array {
  const cells = new Float32Array(ring.shape.columns.length).fill(Number.NaN)
  for (const name of seriesNames) cells[ring.columnOf(name) as number] = sample[name] ?? Number.NaN
  return cells
}

function oldestOf(rings: readonly Ring[], nowMs: number): number | null {
  const moments = rings.flatMap((ring) => ring.extent(nowMs)?.oldestMs ?? [])
  return moments.length === 0 ? null : Math.min(...moments)
}
