import { Button, SegmentedControl } from '@mantine/core'
import { useMemo, useState } from 'react'
import type { SeriesOutput } from '../../../contract/index.ts'
import { useOperation } from '../../bridge/query.ts'
import { formatBytes, formatNumber, type Language, useLanguage } from '../../language/index.ts'
import { Section } from '../../ui/page.tsx'
import { LoadedView } from '../../ui/states.tsx'
import { useNow } from '../../ui/use-now.ts'
import { Chart } from './chart.tsx'
import { ChartTable } from './chart-table.tsx'
import classes from './health.module.css'
import { columnsOf, type Panel, panels, seriesNames } from './panels.ts'
import { useHealthTexts } from './texts.ts'

const rangesMinutes = ['5', '15', '60'] as const
type RangeMinutes = (typeof rangesMinutes)[number]
const minuteMs = 60_000
const refetchMs = 2000

/** All charts on one axis of time, with one cursor; each can be read as a table. */
export function Charts() {
  const t = useHealthTexts()
  const now = useNow()
  const [minutes, setMinutes] = useState<RangeMinutes>('15')
  const [asTable, setAsTable] = useState(false)
  // Rounded, so that the question stays the same for a minute and its answer can be kept while it refreshes.
  const fromMs = Math.floor(now / minuteMs) * minuteMs - Number(minutes) * minuteMs
  const answer = useOperation('metrics.series', { names: seriesNames, from: new Date(fromMs).toISOString() }, { refetchMs })
  return (
    <section aria-label={t('charts')}>
      <div className={classes.chartBar}>
        <SegmentedControl
          aria-label={t('range')}
          size="xs"
          value={minutes}
          onChange={(value) => setMinutes(value as RangeMinutes)}
          data={rangesMinutes.map((value) => ({ value, label: t(`range.${value}`) }))}
        />
        <Button aria-pressed={asTable} onClick={() => setAsTable(!asTable)}>
          {t(asTable ? 'asChart' : 'asTable')}
        </Button>
      </div>
      <LoadedView loaded={answer}>
        {(data) => (
          <div className={classes.panels}>
            {panels.map((panel) => (
              <PanelView key={panel.id} panel={panel} data={data} fromMs={fromMs} asTable={asTable} />
            ))}
          </div>
        )}
      </LoadedView>
    </section>
  )
}

interface PanelViewProps {
  readonly panel: Panel
  readonly data: SeriesOutput
  readonly fromMs: number
  readonly asTable: boolean
}

function PanelView({ panel, data, fromMs, asTable }: PanelViewProps) {
  const t = useHealthTexts()
  const language = useLanguage()
  const columns = useMemo(() => columnsOf(panel, data, fromMs), [panel, data, fromMs])
  const title = t(`panel.${panel.id}`)
  const shown = {
    label: title,
    timeTitle: t('time'),
    names: panel.series.map((name) => t(`series.${name}`)),
    columns,
    format: (value: number) => formatValue(panel.unit, value, language, t),
    formatTime: (ms: number) => formatTime(ms, language),
  }
  return (
    <Section title={title}>
      {columns[0].length === 0 ? (
        <p className={classes.nothing}>{t('noPoints')}</p>
      ) : asTable ? (
        <ChartTable {...shown} />
      ) : (
        <Chart {...shown} />
      )}
    </Section>
  )
}

function formatValue(unit: Panel['unit'], value: number, language: Language, t: ReturnType<typeof useHealthTexts>): string {
  if (unit === 'bytes') {
    const { value: number, unit: name } = formatBytes(value, language)
    return `${number} ${name}`
  }
  const digits = value === 0 || value >= 100 ? 0 : value >= 1 ? 1 : 2
  const number = formatNumber(value, language, digits)
  return unit === 'perSecond' ? `${number}${t('perSecond')}` : `${number} ${t('milliseconds')}`
}

const formatTime = (ms: number, language: Language): string =>
  new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' }).format(ms)
