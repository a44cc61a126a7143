import type { SeriesName, SeriesOutput } from '../../../contract/index.ts'
import type { ChartId } from '../../ui/chart-request.ts'
import type { Unit } from './panels.ts'

export type GoalId = 'C1' | 'C2' | 'C3' | 'C4' | 'C5' | 'C6' | 'C7' | 'C8' | 'C9' | 'C10' | 'C11' | 'C12'

/** A figure with what it should be. `demand`: it can be no better than what is asked for, so too little of it is no failure. */
interface Goal {
  readonly id: GoalId
  readonly unit: Unit
  readonly side: 'above' | 'below'
  readonly target: number
  readonly series: SeriesName
  readonly demand?: true
  readonly chart?: ChartId
}

export const goals: readonly Goal[] = [
  { id: 'C1', unit: 'ratio', side: 'above', target: 0.9, series: 'cache_hit_ratio', chart: 'hitRate' },
  { id: 'C2', unit: 'milliseconds', side: 'below', target: 10, series: 'read_p99_ms', chart: 'readLatency' },
  { id: 'C3', unit: 'perSecond', side: 'above', target: 1000, series: 'reads_per_second', demand: true, chart: 'operations' },
  { id: 'C4', unit: 'ratio', side: 'below', target: 0.001, series: 'read_error_ratio', chart: 'errors' },
  { id: 'C5', unit: 'milliseconds', side: 'below', target: 50, series: 'write_p99_ms', chart: 'writeLatency' },
  { id: 'C6', unit: 'perSecond', side: 'above', target: 500, series: 'writes_per_second', demand: true, chart: 'operations' },
  { id: 'C7', unit: 'ratio', side: 'below', target: 0.001, series: 'write_error_ratio', chart: 'errors' },
  { id: 'C8', unit: 'ratio', side: 'above', target: 0.999, series: 'transactions_committed_ratio', chart: 'errors' },
  { id: 'C9', unit: 'ratio', side: 'below', target: 0.8, series: 'disk_used_ratio', chart: 'disk' },
  { id: 'C10', unit: 'ratio', side: 'above', target: 0.5, series: 'compression_saved_ratio' },
  { id: 'C11', unit: 'ratio', side: 'above', target: 0.9, series: 'query_efficiency_ratio' },
  { id: 'C12', unit: 'ratio', side: 'above', target: 0.95, series: 'expiry_reclaimed_ratio' },
]

export const goalSeries = goals.map(({ series }) => series).join(',')

export type GoalState =
  | { readonly kind: 'met' }
  /** `sinceMs`: the first of the points without a better one after it. */
  | { readonly kind: 'missed'; readonly sinceMs: number }
  /** Nobody has asked for so much yet: whether it could be done is not known. */
  | { readonly kind: 'noDemand' }
  | { readonly kind: 'notMeasured' }

export interface GoalFigure {
  readonly goal: Goal
  /** The newest that was measured; of a figure that follows demand the greatest. Null: nothing. */
  readonly value: number | null
  readonly state: GoalState
  readonly trend: readonly (number | null)[]
}

const judgedAsMissed = (goal: Goal, value: number): boolean => (goal.side === 'above' ? value < goal.target : value > goal.target)

/** How each figure stands, from its points of the last day. What was not measured is never called met. */
export function judgeGoals(answer: SeriesOutput): GoalFigure[] {
  return goals.map((goal) => {
    const series = answer.series.find(({ name }) => name === goal.series)
    const points = series?.points ?? []
    const trend = points.map(([, value]) => value)
    const measured = points.filter((point): point is [number, number] => point[1] !== null)
    const newest = measured.at(-1)
    if (newest === undefined) return { goal, value: null, state: { kind: 'notMeasured' }, trend }
    if (goal.demand) {
      const greatest = (series?.max ?? trend).reduce<number>((most, value) => Math.max(most, value ?? 0), 0)
      return { goal, value: greatest, state: { kind: greatest >= goal.target ? 'met' : 'noDemand' }, trend }
    }
    const good = measured.findLastIndex(([, value]) => !judgedAsMissed(goal, value))
    const firstBad = measured[good + 1]
    return {
      goal,
      value: newest[1],
      state: firstBad === undefined ? { kind: 'met' } : { kind: 'missed', sinceMs: Math.max(firstBad[0], answer.oldestMs ?? 0) },
      trend,
    }
  })
}
