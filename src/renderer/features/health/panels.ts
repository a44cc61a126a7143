import type { SeriesName, SeriesOutput } from '../../../contract/index.ts'

/** One chart: what it shows, and how its values are read. */
export interface Panel {
  readonly id: 'operations' | 'readLatency' | 'writeLatency' | 'errors' | 'disk' | 'files'
  readonly unit: 'perSecond' | 'milliseconds' | 'bytes'
  readonly series: readonly SeriesId[]
}

export type SeriesId = Extract<
  SeriesName,
  | 'reads_per_second'
  | 'writes_per_second'
  | 'errors_per_second'
  | 'read_p50_ms'
  | 'read_p99_ms'
  | 'write_p50_ms'
  | 'write_p99_ms'
  | 'disk_free_bytes'
  | 'database_bytes'
  | 'journal_bytes'
>

export const panels: readonly Panel[] = [
  { id: 'operations', unit: 'perSecond', series: ['reads_per_second', 'writes_per_second'] },
  { id: 'errors', unit: 'perSecond', series: ['errors_per_second'] },
  { id: 'readLatency', unit: 'milliseconds', series: ['read_p50_ms', 'read_p99_ms'] },
  { id: 'writeLatency', unit: 'milliseconds', series: ['write_p50_ms', 'write_p99_ms'] },
  { id: 'disk', unit: 'bytes', series: ['disk_free_bytes'] },
  { id: 'files', unit: 'bytes', series: ['database_bytes', 'journal_bytes'] },
]

export const seriesNames = panels.flatMap(({ series }) => series).join(',')

/** The points of a panel side by side: seconds since 1970, then one list of values for each of its series. */
export type Columns = readonly [times: number[], ...values: (number | null)[][]]

/** Lines up the series of a panel on one axis of time. Times that a series lacks are null there. */
export function columnsOf(panel: Panel, answer: SeriesOutput, fromMs: number): Columns {
  const byName = new Map(answer.series.map(({ name, points }) => [name, new Map(points)]))
  const times = [...new Set(answer.series.flatMap(({ points }) => points.map(([at]) => at)))]
    .filter((at) => at >= fromMs)
    .sort((a, b) => a - b)
  return [times.map((at) => at / 1000), ...panel.series.map((name) => times.map((at) => byName.get(name)?.get(at) ?? null))]
}
