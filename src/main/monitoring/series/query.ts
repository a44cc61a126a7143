import { type OutputOf, type ParsedInputOf, type SeriesName, seriesUnits } from '../../../contract/index.ts'
import { HoldfastError } from '../../base/errors.ts'
import { seriesNames } from './figures.ts'
import { type Ring, type RingRow, sevenDigits } from './ring.ts'

const defaultSpanMs = 15 * 60_000
/** Seconds missing beyond this are a gap in the line (the host slept or was off); fewer are a timer that came late. */
const gapMs = 5000
/** A row that is a little older than what a ring keeps is no reason to take a coarser one. */
const toleranceMs = 2 * 60_000

export interface SeriesQuery {
  readonly names: readonly SeriesName[]
  readonly fromMs: number
  readonly toMs: number
  readonly points: number | undefined
}

type Series = OutputOf<'metrics.series'>['series'][number]
type Answer = Pick<OutputOf<'metrics.series'>, 'stepSeconds' | 'series'>

/** Throws `invalid_request` for a name that does not exist, or a time that is none. */
export function parseSeriesQuery(input: ParsedInputOf<'metrics.series'>, known: { nowMs: number; oldestMs: number | null }): SeriesQuery {
  const toMs = parseTime('to', input.to) ?? known.nowMs
  const usual = Math.min(toMs, known.nowMs) - defaultSpanMs
  const fromMs = input.from === 'oldest' ? (known.oldestMs ?? usual) : (parseTime('from', input.from) ?? usual)
  return { names: parseNames(input.names), fromMs, toMs, points: input.points }
}

/** Every second of the finest ring, as it was measured. */
export function everySecond(seconds: Ring, { names, fromMs, toMs }: SeriesQuery): Answer {
  const rows = [...seconds.rows(fromMs, toMs)].filter(({ atMs }) => atMs >= fromMs)
  const series = names.map((name): Series => {
    const column = seconds.columnOf(name) as number
    const points: Series['points'] = []
    rows.forEach((row, place) => {
      const before = rows[place - 1]?.atMs ?? row.atMs
      if (row.atMs - before > gapMs) points.push([row.atMs - seconds.stepMs, null])
      points.push([row.atMs, rounded(row.cell(column))])
    })
    return { name, unit: seriesUnits[name], points }
  })
  return { stepSeconds: seconds.shape.stepSeconds, series }
}

const rounded = (value: number | null): number | null => (value === null ? null : sevenDigits(value))

/** Means of equally long spans with their extremes, from the finest ring that has the whole time. */
export function inSpans(rings: readonly Ring[], query: SeriesQuery & { points: number }, nowMs: number): Answer {
  const toMs = Math.min(query.toMs, nowMs)
  const ring = rings.find(({ stepMs, shape }) => query.fromMs >= nowMs - stepMs * shape.slots - toleranceMs) ?? (rings.at(-1) as Ring)
  const reachMs = Math.max(query.fromMs, nowMs - ring.stepMs * ring.shape.slots)
  const stepMs = Math.max(1, Math.ceil((toMs - reachMs) / query.points / ring.stepMs)) * ring.stepMs
  const spans = groupRows(ring, reachMs, toMs, stepMs)
  const series = query.names.map((name) => summarise(name, ring, spans))
  return { stepSeconds: stepMs / 1000, series }
}

interface RowSpan {
  readonly startMs: number
  readonly rows: readonly RingRow[]
}

/** All spans from the first that was measured to the last; short holes between seconds are no spans. */
function groupRows(ring: Ring, fromMs: number, toMs: number, stepMs: number): RowSpan[] {
  const spans: { startMs: number; rows: RingRow[] }[] = []
  for (const row of ring.rows(fromMs, toMs)) {
    const startMs = Math.floor(row.atMs / stepMs) * stepMs
    const last = spans.at(-1)
    if (last?.startMs === startMs) last.rows.push(row)
    else {
      const missing = last === undefined ? 0 : startMs - last.startMs - stepMs
      // Two empty spans draw the whole of a gap; more of them would say nothing else.
      if (missing > 0 && (missing >= gapMs || stepMs > gapMs)) spans.push({ startMs: startMs - missing, rows: [] })
      if (missing > stepMs && missing >= gapMs) spans.push({ startMs: startMs - stepMs, rows: [] })
      spans.push({ startMs, rows: [row] })
    }
  }
  return spans
}

function summarise(name: SeriesName, ring: Ring, spans: readonly RowSpan[]): Series {
  const column = ring.columnOf(name) as number
  const points: Series['points'] = []
  const min: (number | null)[] = []
  const max: (number | null)[] = []
  for (const { startMs, rows } of spans) {
    const summary = summaryOf(rows, column, ring.shape.cellFloats)
    points.push([startMs, summary?.mean ?? null])
    min.push(summary?.least ?? null)
    max.push(summary?.greatest ?? null)
  }
  return { name, unit: seriesUnits[name], points, min, max }
}

interface Summary {
  readonly mean: number
  readonly least: number
  readonly greatest: number
}

/** Means weigh as much as they have seconds. Null when nothing was measured. */
function summaryOf(rows: readonly RingRow[], column: number, cellFloats: 1 | 4): Summary | null {
  let sum = 0
  let seconds = 0
  let least = Number.POSITIVE_INFINITY
  let greatest = Number.NEGATIVE_INFINITY
  for (const row of rows) {
    const mean = row.cell(column)
    if (mean === null) continue
    const weight = cellFloats === 1 ? 1 : (row.cell(column, 3) ?? 1)
    sum += mean * weight
    seconds += weight
    least = Math.min(least, cellFloats === 1 ? mean : (row.cell(column, 1) ?? mean))
    greatest = Math.max(greatest, cellFloats === 1 ? mean : (row.cell(column, 2) ?? mean))
  }
  return seconds === 0 ? null : { mean: sevenDigits(sum / seconds), least: sevenDigits(least), greatest: sevenDigits(greatest) }
}

/** The sum of a rate over the time since `fromMs`, from the finest ring that reaches back so far; null when none does. */
export function totalSince(rings: readonly Ring[], name: SeriesName, fromMs: number, nowMs: number): number | null {
  for (const ring of rings) {
    const oldestMs = ring.extent(nowMs)?.oldestMs
    if (oldestMs === undefined || oldestMs > fromMs + ring.stepMs) continue
    const column = ring.columnOf(name) as number
    let total = 0
    for (const row of ring.rows(fromMs, nowMs)) {
      const seconds = ring.shape.cellFloats === 1 ? 1 : (row.cell(column, 3) ?? 0)
      // The share of the row that lies behind the moment.
      const share = ring.shape.cellFloats === 1 ? 1 : Math.min(1, (row.atMs + ring.stepMs - fromMs) / ring.stepMs)
      if (row.atMs > fromMs - ring.stepMs) total += (row.cell(column) ?? 0) * seconds * share
    }
    return Math.round(total)
  }
  return null
}

function parseNames(list: string | undefined): readonly SeriesName[] {
  if (list === undefined || list === '') return seriesNames
  return list.split(',').map((text) => {
    const name = seriesNames.find((known) => known === text.trim())
    if (name !== undefined) return name
    throw new HoldfastError(
      'invalid_request',
      `names: there is no series ${JSON.stringify(text.trim())}; there are ${seriesNames.join(', ')}.`,
      { details: { field: 'names' } },
    )
  })
}

function parseTime(field: 'from' | 'to', text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const ms = Date.parse(text)
  if (Number.isNaN(ms))
    throw new HoldfastError('invalid_request', `${field}: expected a time like 2026-11-23T14:00:00Z.`, { details: { field } })
  return ms
}
