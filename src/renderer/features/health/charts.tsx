import { useRef, useState } from 'react'
import type { SeriesOutput } from '../../../contract/index.ts'
import { useOperation } from '../../bridge/query.ts'
import { LoadedView } from '../../ui/states.tsx'
import { useNow } from '../../ui/use-now.ts'
import type { ChartHandle } from './chart.tsx'
import { ChartBar } from './chart-bar.tsx'
import { ChartPanel } from './chart-panel.tsx'
import { Happenings } from './happenings.tsx'
import classes from './health.module.css'
import { panels, seriesNames } from './panels.ts'
import { useHealthTexts } from './texts.ts'
import { ranges, type Shown, type TimeState, useTimeWindow } from './time-window.ts'
import { useChartKeys } from './use-chart-keys.ts'

/** About one for two pixels of a chart. */
const wantedPoints = 300
const mostRefetchMs = 60_000

/** All charts on one axis of time, with one cursor; each can be read as a table. */
export function Charts() {
  const t = useHealthTexts()
  const [state, act] = useTimeWindow('15m')
  const [utc, setUtc] = useState(false)
  const [tables, setTables] = useState<ReadonlySet<string>>(new Set())
  const handles = useRef(new Map<string, ChartHandle>())
  const { answer, shown } = useSeriesIn(state)
  const onKeyDown = useChartKeys(act, state, shown, (by) => [...handles.current.values()][0]?.moveCursor(by))
  const data = answer.state === 'ready' ? answer.data : undefined
  const toggleTable = (id: string) => setTables((before) => (before.has(id) ? without(before, id) : new Set([...before, id])))
  const allTables = tables.size === panels.length
  return (
    <section aria-label={t('charts')} className={classes.charts} onKeyDown={onKeyDown}>
      <ChartBar
        state={state}
        act={act}
        shown={shown}
        utc={utc}
        setUtc={setUtc}
        data={data}
        canvasOf={(id) => handles.current.get(id)?.canvas()}
        asTables={allTables}
        toggleTables={() => setTables(allTables ? new Set() : new Set(panels.map(({ id }) => id)))}
      />
      <LoadedView loaded={answer}>
        {(known) => (
          <>
            <Happenings
              annotations={known.annotations}
              shown={shown}
              utc={utc}
              zoom={(fromMs, toMs) => act({ type: 'zoom', fromMs, toMs })}
            />
            <div className={classes.panels}>
              {panels.map((panel) => (
                <ChartPanel
                  key={panel.id}
                  panel={panel}
                  answer={known}
                  shown={shown}
                  utc={utc}
                  asTable={tables.has(panel.id)}
                  toggleTable={() => toggleTable(panel.id)}
                  onZoom={(fromMs, toMs) => act({ type: 'zoom', fromMs, toMs })}
                  handle={(handle) => {
                    if (handle === null) handles.current.delete(panel.id)
                    else handles.current.set(panel.id, handle)
                  }}
                />
              ))}
            </div>
          </>
        )}
      </LoadedView>
    </section>
  )
}

const without = (set: ReadonlySet<string>, id: string): ReadonlySet<string> => new Set([...set].filter((one) => one !== id))

/** What is asked for and what is shown of it. Old figures stay while new ones are fetched. */
function useSeriesIn({ range, window }: TimeState) {
  const now = useNow()
  const span = ranges[range]
  const isLive = window.kind === 'live'
  const liveMs = Number.isFinite(span) ? span : 3600_000
  // Rounded, so that the question stays the same for a while and its answer can be kept while it refreshes.
  const roundMs = Math.max(5000, liveMs / 8)
  const from = isLive
    ? Number.isFinite(span)
      ? new Date(Math.floor((now - span) / roundMs) * roundMs).toISOString()
      : 'oldest'
    : new Date(window.fromMs).toISOString()
  const to = isLive ? {} : { to: new Date(window.toMs).toISOString() }
  const refetchMs = Math.min(mostRefetchMs, Math.max(1000, liveMs / wantedPoints))
  const answer = useOperation('metrics.series', { names: seriesNames, from, ...to, points: wantedPoints }, isLive ? { refetchMs } : {})
  const data = answer.state === 'ready' ? answer.data : undefined
  return { answer, shown: shownOf(window, span, data, now) }
}

// The host's clock is the one that counts: that of the browser may be another machine's.
function shownOf(window: TimeState['window'], spanMs: number, data: SeriesOutput | undefined, now: number): Shown {
  if (window.kind === 'fixed') return window
  const toMs = data?.toMs ?? now
  if (Number.isFinite(spanMs)) return { fromMs: toMs - spanMs, toMs }
  return { fromMs: Math.min(data?.oldestMs ?? toMs, toMs - 60_000), toMs }
}
