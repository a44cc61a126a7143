import { useEffect, useState } from 'react'
import type { Level, SeriesOutput } from '../../../contract/index.ts'
import { useOperation } from '../../bridge/query.ts'
import { useLanguage } from '../../language/index.ts'
import { wantChart } from '../../ui/chart-request.ts'
import { DataTable } from '../../ui/data-table.tsx'
import { LevelMark } from '../../ui/level-mark.tsx'
import { Section } from '../../ui/page.tsx'
import { RelativeTime } from '../../ui/quantities.tsx'
import { SparkLine } from '../../ui/spark-line.tsx'
import { LoadedView } from '../../ui/states.tsx'
import { useNow } from '../../ui/use-now.ts'
import { type GoalFigure, type GoalState, goalSeries, judgeGoals } from './goals.ts'
import classes from './health.module.css'
import { useHealthTexts } from './texts.ts'
import { formatValue } from './values.ts'

const dayMs = 24 * 3600_000
const roundMs = 15 * 60_000
const refetchMs = 15_000
/** One for ten minutes. */
const points = 144

const levels: Record<GoalState['kind'], Level> = { met: 'normal', missed: 'warning', noDemand: 'unknown', notMeasured: 'unknown' }

/** The figures with their targets: value, trend of a day, since when missed. */
export function GoalsTable() {
  const t = useHealthTexts()
  const now = useNow()
  // A host that is new has its whole life in the trend, not one point of it.
  const [oldestMs, setOldestMs] = useState(0)
  const from = new Date(Math.max(Math.floor(now / roundMs) * roundMs - dayMs, Math.floor(oldestMs / roundMs) * roundMs)).toISOString()
  const answer = useOperation('metrics.series', { names: goalSeries, from, points }, { refetchMs })
  const knownOldestMs = answer.state === 'ready' ? answer.data.oldestMs : null
  useEffect(() => setOldestMs(knownOldestMs ?? 0), [knownOldestMs])
  return (
    <Section title={t('goals')} actions={<span className={classes.hint}>{t('goalsOf')}</span>}>
      <div className={classes.flush}>
        <LoadedView loaded={answer}>{(data) => <Table data={data} />}</LoadedView>
      </div>
    </Section>
  )
}

function Table({ data }: { data: SeriesOutput }) {
  const t = useHealthTexts()
  const language = useLanguage()
  return (
    <DataTable
      label={t('goals')}
      rows={judgeGoals(data)}
      rowKey={({ goal }) => goal.id}
      columns={[
        { id: 'name', title: t('figure'), cell: (figure) => <Name figure={figure} /> },
        {
          id: 'value',
          title: t('value'),
          numeric: true,
          cell: ({ goal, value }) => (value === null ? '–' : formatValue(goal.unit, value, language, t)),
        },
        {
          id: 'target',
          title: t('goal'),
          numeric: true,
          cell: ({ goal }) => t(`goal.short.${goal.side}`, { value: formatValue(goal.unit, goal.target, language, t) }),
        },
        {
          id: 'trend',
          title: t('trend'),
          cell: ({ trend }) => <span className={classes.trend}>{trend.length > 1 && <SparkLine values={trend} />}</span>,
        },
        { id: 'state', title: t('goalState'), cell: ({ state }) => <State state={state} /> },
      ]}
    />
  )
}

function Name({ figure: { goal } }: { figure: GoalFigure }) {
  const t = useHealthTexts()
  const name = t(`goal.${goal.id}`)
  if (goal.chart === undefined) return <>{name}</>
  const { chart } = goal
  return (
    <button type="button" className={classes.link} onClick={() => wantChart(chart)}>
      {name}
    </button>
  )
}

function State({ state }: { state: GoalState }) {
  const t = useHealthTexts()
  return (
    <span className={classes.goalState}>
      <LevelMark level={levels[state.kind]} />
      <span>
        {t(`goalState.${state.kind}`)}
        {state.kind === 'missed' && (
          <>
            {' '}
            <RelativeTime at={state.sinceMs} />
          </>
        )}
      </span>
    </span>
  )
}
