import { ActionIcon, Menu } from '@mantine/core'
import { EllipsisVertical } from 'lucide-react'
import { type Ref, useEffect, useImperativeHandle, useMemo, useRef } from 'react'
import type { SeriesOutput } from '../../../contract/index.ts'
import { useLanguage } from '../../language/index.ts'
import { useWantedChart, wantChart } from '../../ui/chart-request.ts'
import { download } from '../../ui/download.ts'
import { Section } from '../../ui/page.tsx'
import { Chart, type ChartHandle } from './chart.tsx'
import { csvOf, pictureOf } from './chart-export.ts'
import { ChartTable } from './chart-table.tsx'
import classes from './health.module.css'
import { hasValues, type Panel, panelDataOf } from './panels.ts'
import { useHealthTexts } from './texts.ts'
import type { Shown } from './time-window.ts'
import { formatMoment, formatValue, formatWhole } from './values.ts'

interface ChartPanelProps {
  readonly panel: Panel
  readonly answer: SeriesOutput
  readonly shown: Shown
  readonly utc: boolean
  readonly asTable: boolean
  readonly toggleTable: () => void
  readonly onZoom: (fromMs: number, toMs: number) => void
  readonly handle: Ref<ChartHandle>
}

/** One chart with its title, its target, and what can be done with it. */
export function ChartPanel({ panel, answer, shown, utc, asTable, toggleTable, onZoom, handle }: ChartPanelProps) {
  const t = useHealthTexts()
  const language = useLanguage()
  const box = useBroughtIntoView(panel.id)
  const chart = useRef<ChartHandle>(null)
  useImperativeHandle(handle, () => ({
    canvas: () => chart.current?.canvas(),
    moveCursor: (by) => chart.current?.moveCursor(by),
  }))
  const { fromMs, toMs } = shown
  const data = useMemo(() => panelDataOf(panel, answer, fromMs), [panel, answer, fromMs])
  const title = t(`panel.${panel.id}`)
  const format = (value: number) => formatValue(panel.unit, value, language, t)
  const common = { label: title, timeTitle: t('time'), titles: data.names.map((name) => t(`series.${name}`)), data, formatValue: format }
  return (
    <div ref={box}>
      <Section
        title={title}
        actions={
          <span className={classes.panelActions}>
            {panel.target && <span className={classes.hint}>{t(`goal.${panel.target.side}`, { value: format(panel.target.value) })}</span>}
            <PanelMenu
              title={title}
              asTable={asTable}
              toggleTable={toggleTable}
              csv={() => csvOf([data])}
              canvas={() => chart.current?.canvas()}
            />
          </span>
        }
      >
        {asTable && <ChartTable {...common} formatTime={(ms) => formatWhole(ms, language, utc)} />}
        {!asTable && (
          <div className={classes.chartBox}>
            {/* The empty chart stays: the keys that lead back to where something was measured are pressed at it. */}
            {!hasValues(data) && <p className={classes.nothing}>{t('noPoints')}</p>}
            <Chart
              {...common}
              {...shown}
              panel={panel}
              utc={utc}
              annotations={answer.annotations}
              formatTime={(ms) => formatMoment(ms, toMs - fromMs, language, utc)}
              onZoom={onZoom}
              handle={chart}
            />
          </div>
        )}
      </Section>
    </div>
  )
}

interface PanelMenuProps {
  readonly title: string
  readonly asTable: boolean
  readonly toggleTable: () => void
  readonly csv: () => string
  readonly canvas: () => HTMLCanvasElement | undefined
}

function PanelMenu({ title, asTable, toggleTable, csv, canvas }: PanelMenuProps) {
  const t = useHealthTexts()
  const savePicture = async () => {
    const drawn = canvas()
    if (drawn !== undefined) download('holdfast-chart.png', await pictureOf([{ title, canvas: drawn }], ''))
  }
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon size="sm" aria-label={t('moreOf', { title })}>
          <EllipsisVertical size={16} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={toggleTable}>{t(asTable ? 'asChart' : 'asTable')}</Menu.Item>
        {!asTable && <Menu.Item onClick={() => void savePicture()}>{t('savePicture')}</Menu.Item>}
        <Menu.Item onClick={() => download('holdfast-figures.csv', new Blob([csv()], { type: 'text/csv' }))}>{t('saveFigures')}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}

/** Scrolls to the chart that another page leads to. */
function useBroughtIntoView(id: Panel['id']) {
  const box = useRef<HTMLDivElement>(null)
  const isWanted = useWantedChart(({ wanted }) => wanted === id)
  useEffect(() => {
    if (!isWanted || box.current === null) return
    box.current.scrollIntoView({ block: 'center' })
    box.current.querySelector<HTMLElement>('[tabindex="0"]')?.focus({ preventScroll: true })
    wantChart(undefined)
  }, [isWanted])
  return box
}
