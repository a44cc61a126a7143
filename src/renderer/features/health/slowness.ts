import type { Level, SeriesName, SeriesOutput } from '../../../contract/index.ts'
import type { ChartId } from '../../ui/chart-request.ts'

export const slownessSeries =
  'read_p99_ms,write_p99_ms,sync_p50_ms,sync_p99_ms,overlay_fill_ratio,writes_delayed_per_second,write_wait_p99_ms,cache_hit_ratio,disk_used_ratio'

export type CauseId = 'sync' | 'overlay' | 'waits' | 'hitRate' | 'disk'

/** One thing that can take the time: how it stands and what the sentence needs. `value` null: not measured lately. */
export interface Cause {
  readonly id: CauseId
  readonly level: Level
  readonly value: number | null
  readonly worst: number | null
  readonly chart: ChartId
}

/** Milliseconds of a sync: cheap below, usual for flash up to the second. */
const syncSteps = { fast: 5, slow: 30 } as const
const overlaySteps = { filling: 0.5, full: 0.9 } as const
const diskSteps = { filling: 0.8, full: 0.95 } as const
const goodHitRatio = 0.9

/** From the points of the last minutes: the newest mean and the worst second of each. */
export function causesOf(answer: SeriesOutput): Cause[] {
  const of = (name: SeriesName) => figureOf(answer, name)
  const [sync, syncTail, overlay, delayed, wait, hits, disk] = [
    of('sync_p50_ms'),
    of('sync_p99_ms'),
    of('overlay_fill_ratio'),
    of('writes_delayed_per_second'),
    of('write_wait_p99_ms'),
    of('cache_hit_ratio'),
    of('disk_used_ratio'),
  ]
  const wasDelayed = (delayed.worst ?? 0) > 0
  return [
    { id: 'sync', chart: 'sync', value: sync.value, worst: syncTail.worst, level: above(sync.value, syncSteps.slow) },
    { id: 'overlay', chart: 'overlay', value: overlay.value, worst: overlay.worst, level: above(overlay.worst, overlaySteps.full) },
    {
      id: 'waits',
      chart: 'waits',
      value: delayed.value === null ? null : wasDelayed ? (wait.worst ?? 0) : 0,
      worst: wait.worst,
      level: delayed.value === null ? 'unknown' : wasDelayed ? 'warning' : 'normal',
    },
    // Misses are no fault of themselves: they say where reads go when these are slow.
    { id: 'hitRate', chart: 'hitRate', value: hits.value, worst: null, level: hits.value === null ? 'unknown' : 'normal' },
    { id: 'disk', chart: 'disk', value: disk.value, worst: null, level: above(disk.value, diskSteps.full) },
  ]
}

type CauseText =
  | `${'sync' | 'overlay' | 'disk'}.${'unknown' | 'good' | 'middling' | 'bad'}`
  | `waits.${'unknown' | 'good' | 'bad'}`
  | `hitRate.${'unknown' | 'good' | 'middling'}`

/** Which sentence of a cause fits. */
export function wordingOf({ id, value, worst }: Cause): CauseText {
  if (value === null) return `${id}.unknown`
  switch (id) {
    case 'sync':
      return `sync.${step(value, syncSteps.fast, syncSteps.slow)}`
    case 'overlay':
      return `overlay.${step(worst ?? value, overlaySteps.filling, overlaySteps.full)}`
    case 'waits':
      return value > 0 ? 'waits.bad' : 'waits.good'
    case 'hitRate':
      return value < goodHitRatio ? 'hitRate.middling' : 'hitRate.good'
    case 'disk':
      return `disk.${step(value, diskSteps.filling, diskSteps.full)}`
    default:
      return id satisfies never
  }
}

/** The latency of reads and writes lately; null where nobody read or wrote. */
export const latenciesOf = (answer: SeriesOutput) => ({
  readMs: figureOf(answer, 'read_p99_ms').value,
  writeMs: figureOf(answer, 'write_p99_ms').value,
})

const step = (value: number, middling: number, bad: number) => (value >= bad ? 'bad' : value >= middling ? 'middling' : 'good')
const above = (value: number | null, limit: number): Level => (value === null ? 'unknown' : value >= limit ? 'warning' : 'normal')

/** The mean of what was measured, and the greatest second. */
function figureOf({ series }: SeriesOutput, name: SeriesName): { value: number | null; worst: number | null } {
  const found = series.find((one) => one.name === name)
  const values = (found?.points ?? []).flatMap(([, value]) => value ?? [])
  const worst = (found?.max ?? values).reduce<number | null>(
    (most, value) => (value === null ? most : Math.max(most ?? value, value)),
    null,
  )
  return { value: values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length, worst }
}
