import { describe, expect, it } from 'vitest'
import type { SeriesName, SeriesOutput } from '../../../src/contract/index.ts'
import { csvOf } from '../../../src/renderer/features/health/chart-export.ts'
import { judgeGoals } from '../../../src/renderer/features/health/goals.ts'
import { hasValues, lonely, type Panel, panelDataOf } from '../../../src/renderer/features/health/panels.ts'
import { causesOf, wordingOf } from '../../../src/renderer/features/health/slowness.ts'
import { timeReducer } from '../../../src/renderer/features/health/time-window.ts'

type Values = readonly (number | null)[]

/** An answer with one point a second from second 0 on. */
function answer(series: Partial<Record<SeriesName, Values>>): SeriesOutput {
  return {
    stepSeconds: 1,
    fromMs: 0,
    toMs: 10_000,
    oldestMs: 0,
    annotations: [],
    series: Object.entries(series).map(([name, values]) => ({
      name,
      unit: 'x',
      points: values.map((value, second) => [second * 1000, value]),
      min: [...values],
      max: values.map((value) => (value === null ? null : value * 2)),
    })),
  }
}

const goal = (id: string, series: Partial<Record<SeriesName, Values>>) => judgeGoals(answer(series)).find((one) => one.goal.id === id)

describe('a figure with its target', () => {
  it('is missed since the first point without a better one after it', () => {
    expect(goal('C2', { read_p99_ms: [50, 1, 20, null, 30] })).toMatchObject({ value: 30, state: { kind: 'missed', sinceMs: 2000 } })
    expect(goal('C2', { read_p99_ms: [50, 20, 3, null] })).toMatchObject({ value: 3, state: { kind: 'met' } })
    expect(goal('C1', { cache_hit_ratio: [0.95, 0.5] })).toMatchObject({ state: { kind: 'missed', sinceMs: 1000 } })
  })

  it('is not met when it was not measured', () => {
    for (const { state, value } of judgeGoals(answer({ read_p99_ms: [null, null] }))) {
      expect(state.kind).toBe('notMeasured')
      expect(value).toBeNull()
    }
  })

  it('is no failure when nobody asked for so much', () => {
    expect(goal('C3', { reads_per_second: [10, 0] })).toMatchObject({ value: 20, state: { kind: 'noDemand' } })
    expect(goal('C3', { reads_per_second: [600, 0] })).toMatchObject({ value: 1200, state: { kind: 'met' } })
  })
})

describe('what takes the time', () => {
  const wording = (id: string, series: Partial<Record<SeriesName, Values>>) => {
    const cause = causesOf(answer(series)).find((one) => one.id === id)
    return cause && { level: cause.level, text: wordingOf(cause) }
  }

  it('names a slow disk, a full overlay, and writers that waited', () => {
    expect(wording('sync', { sync_p50_ms: [40], sync_p99_ms: [90] })).toEqual({ level: 'warning', text: 'sync.bad' })
    expect(wording('overlay', { overlay_fill_ratio: [0.5] })).toEqual({ level: 'warning', text: 'overlay.bad' })
    expect(wording('waits', { writes_delayed_per_second: [0, 3], write_wait_p99_ms: [null, 200] })).toEqual({
      level: 'warning',
      text: 'waits.bad',
    })
    expect(wording('disk', { disk_used_ratio: [0.96] })).toEqual({ level: 'warning', text: 'disk.bad' })
  })

  it('is calm when all is fast, and unknown where nothing was measured', () => {
    expect(wording('sync', { sync_p50_ms: [0.2] })).toEqual({ level: 'normal', text: 'sync.good' })
    expect(wording('waits', { writes_delayed_per_second: [0, 0] })).toEqual({ level: 'normal', text: 'waits.good' })
    for (const id of ['sync', 'overlay', 'waits', 'hitRate', 'disk'])
      expect(wording(id, {})).toEqual({ level: 'unknown', text: `${id}.unknown` })
  })
})

describe('the time of the charts', () => {
  const shown = { fromMs: 0, toMs: 100_000 }
  const state = { range: '15m', window: { kind: 'live' } } as const

  it('stands still while somebody looks at a part of it, and follows the clock again when asked to', () => {
    const zoomed = timeReducer(state, { type: 'zoom', fromMs: 40_000, toMs: 20_000 })
    expect(zoomed.window).toEqual({ kind: 'fixed', fromMs: 20_000, toMs: 40_000 })
    expect(timeReducer(zoomed, { type: 'live' })).toEqual(state)
    expect(timeReducer(zoomed, { type: 'range', range: '1h' })).toEqual({ range: '1h', window: { kind: 'live' } })
    expect(timeReducer(state, { type: 'pause', shown }).window).toEqual({ kind: 'fixed', ...shown })
  })

  it('goes nearer around the middle, moves by a share, and never shows less than five seconds', () => {
    expect(timeReducer(state, { type: 'scale', factor: 0.5, shown }).window).toEqual({ kind: 'fixed', fromMs: 25_000, toMs: 75_000 })
    expect(timeReducer(state, { type: 'move', share: -0.25, shown }).window).toEqual({ kind: 'fixed', fromMs: -25_000, toMs: 75_000 })
    const tiny = timeReducer(state, { type: 'zoom', fromMs: 50_000, toMs: 50_001 }).window
    expect(tiny.kind === 'fixed' && tiny.toMs - tiny.fromMs).toBe(5000)
  })
})

describe('the points of a chart', () => {
  const panel: Panel = { id: 'readLatency', unit: 'milliseconds', series: ['read_p50_ms', 'read_p99_ms'] }
  const data = panelDataOf(panel, answer({ read_p50_ms: [1, null, 3], read_p99_ms: [2, null, 4] }), 1000)

  it('are those of the time that is shown, with gaps where nothing was measured', () => {
    expect(data.times).toEqual([1, 2])
    expect(data.means).toEqual([
      [null, 3],
      [null, 4],
    ])
    expect(hasValues(data)).toBe(true)
    expect(hasValues(panelDataOf(panel, answer({ read_p50_ms: [null] }), 0))).toBe(false)
  })

  it('are saved as CSV with their extremes, empty where nothing was measured', () => {
    expect(csvOf([data]).split('\r\n')).toEqual([
      'time,read_p50_ms,read_p50_ms_min,read_p50_ms_max,read_p99_ms,read_p99_ms_min,read_p99_ms_max',
      '1970-01-01T00:00:01.000Z,,,,,,',
      '1970-01-01T00:00:02.000Z,3,3,6,4,4,8',
      '',
    ])
  })
})

it('a value between gaps is drawn as a point, one with a neighbour as a line', () => {
  expect(lonely([5, null, 1, 2, null, 7])).toEqual([0, 5])
  expect(lonely([null, undefined, 3])).toEqual([2])
  expect(lonely()).toEqual([])
})
