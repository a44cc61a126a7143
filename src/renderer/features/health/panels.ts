import type { SeriesName, SeriesOutput } from '../../../contract/index.ts'
import type { ChartId } from '../../ui/chart-request.ts'

export type Unit = 'perSecond' | 'milliseconds' | 'bytes' | 'ratio' | 'count'

/** One chart: what it shows, and how its values are read. */
export interface Panel {
  readonly id: ChartId
  readonly unit: Unit
  readonly series: readonly SeriesName[]
  /** Drawn as a line where it is in sight: what the figure should stay below or above. */
  readonly target?: { readonly value: number; readonly side: 'below' | 'above' }
}

export const panels: readonly Panel[] = [
  { id: 'operations', unit: 'perSecond', series: ['reads_per_second', 'writes_per_second'] },
  { id: 'hitRate', unit: 'ratio', series: ['cache_hit_ratio'], target: { value: 0.9, side: 'above' } },
  { id: 'readLatency', unit: 'milliseconds', series: ['read_p50_ms', 'read_p99_ms'], target: { value: 10, side: 'below' } },
  { id: 'writeLatency', unit: 'milliseconds', series: ['write_p50_ms', 'write_p99_ms'], target: { value: 50, side: 'below' } },
  { id: 'sync', unit: 'milliseconds', series: ['sync_p50_ms', 'sync_p99_ms'] },
  { id: 'overlay', unit: 'ratio', series: ['overlay_fill_ratio'] },
  { id: 'waits', unit: 'milliseconds', series: ['write_wait_p99_ms'] },
  { id: 'errors', unit: 'perSecond', series: ['errors_per_second'] },
  { id: 'records', unit: 'count', series: ['records'] },
  { id: 'disk', unit: 'bytes', series: ['disk_free_bytes'] },
  { id: 'files', unit: 'bytes', series: ['database_bytes', 'database_used_bytes', 'journal_bytes'] },
  { id: 'memory', unit: 'bytes', series: ['process_memory_bytes'] },
]

export const seriesNames = panels.flatMap(({ series }) => series).join(',')

type Values = readonly (number | null)[]

/** The points of a panel side by side; all series have the same times. */
export interface PanelData {
  readonly names: readonly SeriesName[]
  /** Seconds since 1970, as uPlot wants them. */
  readonly times: readonly number[]
  readonly means: readonly Values[]
  readonly least: readonly Values[]
  readonly greatest: readonly Values[]
}

/** What of an answer a panel shows. A series that the host does not know is left out. */
export function panelDataOf(panel: Panel, answer: SeriesOutput, fromMs: number): PanelData {
  const known = panel.series.flatMap((name) => answer.series.find((series) => series.name === name) ?? [])
  const first = Math.max(0, known[0]?.points.findIndex(([at]) => at >= fromMs) ?? 0)
  const cut = <T>(values: readonly T[]): T[] => values.slice(first)
  return {
    names: known.map(({ name }) => name as SeriesName),
    times: cut(known[0]?.points ?? []).map(([at]) => at / 1000),
    means: known.map(({ points }) => cut(points).map(([, value]) => value)),
    least: known.map(({ points, min }) => cut(min ?? points.map(([, value]) => value))),
    greatest: known.map(({ points, max }) => cut(max ?? points.map(([, value]) => value))),
  }
}

/** Whether anything was measured: a chart of gaps alone is no chart. */
export const hasValues = ({ means }: PanelData): boolean => means.some((values) => values.some((value) => value !== null))

/** The places of values between gaps: they have no line to be seen by, so they are drawn as points. */
export function lonely(values: ArrayLike<number | null | undefined> = []): number[] {
  const isAbsent = (place: number) => values[place] == null
  return Array.from(values).flatMap((_, place) => (!isAbsent(place) && isAbsent(place - 1) && isAbsent(place + 1) ? [place] : []))
}
