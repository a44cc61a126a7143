import { Button, Menu, SegmentedControl } from '@mantine/core'
import { Download, Pause, Play, ZoomIn, ZoomOut } from 'lucide-react'
import type { Dispatch } from 'react'
import type { SeriesOutput } from '../../../contract/index.ts'
import { useLanguage } from '../../language/index.ts'
import { download } from '../../ui/download.ts'
import { csvOf, pictureOf } from './chart-export.ts'
import classes from './health.module.css'
import { panelDataOf, panels } from './panels.ts'
import { useHealthTexts } from './texts.ts'
import { type Range, rangeNames, type Shown, type TimeAction, type TimeState } from './time-window.ts'
import { formatWhole } from './values.ts'

interface ChartBarProps {
  readonly state: TimeState
  readonly act: Dispatch<TimeAction>
  readonly shown: Shown
  readonly utc: boolean
  readonly setUtc: (utc: boolean) => void
  readonly data: SeriesOutput | undefined
  readonly canvasOf: (panel: string) => HTMLCanvasElement | undefined
  readonly asTables: boolean
  readonly toggleTables: () => void
}

/** What is shown of the time, and what can be done with all charts at once. */
export function ChartBar(props: ChartBarProps) {
  const { state, act, shown, utc, setUtc, asTables, toggleTables } = props
  const t = useHealthTexts()
  const isLive = state.window.kind === 'live'
  return (
    <div className={classes.chartBar}>
      <div className={classes.barLine}>
        <SegmentedControl
          aria-label={t('range')}
          size="xs"
          value={state.range}
          onChange={(value) => act({ type: 'range', range: value as Range })}
          data={rangeNames.map((value) => ({ value, label: t(`range.${value}`) }))}
        />
        <SegmentedControl
          aria-label={t('zone')}
          size="xs"
          value={utc ? 'utc' : 'local'}
          onChange={(value) => setUtc(value === 'utc')}
          data={[
            { value: 'local', label: t('local') },
            { value: 'utc', label: 'UTC' },
          ]}
        />
      </div>
      <div className={classes.barLine}>
        <Button
          leftSection={isLive ? <Pause size={14} aria-hidden="true" /> : <Play size={14} aria-hidden="true" />}
          onClick={() => act(isLive ? { type: 'pause', shown } : { type: 'live' })}
        >
          {t(isLive ? 'pause' : 'live')}
        </Button>
        <Button leftSection={<ZoomIn size={14} aria-hidden="true" />} onClick={() => act({ type: 'scale', factor: 0.5, shown })}>
          {t('nearer')}
        </Button>
        <Button leftSection={<ZoomOut size={14} aria-hidden="true" />} onClick={() => act({ type: 'scale', factor: 2, shown })}>
          {t('farther')}
        </Button>
        <Button aria-pressed={asTables} onClick={toggleTables}>
          {t(asTables ? 'asChart' : 'asTable')}
        </Button>
        <SaveAll {...props} />
        <ShownTime state={state} shown={shown} utc={utc} />
      </div>
    </div>
  )
}

function ShownTime({ state, shown, utc }: Pick<ChartBarProps, 'state' | 'shown' | 'utc'>) {
  const t = useHealthTexts()
  const language = useLanguage()
  if (state.window.kind === 'live') return <span className={classes.hint}>{t('zoomHint')}</span>
  const [from, to] = [formatWhole(shown.fromMs, language, utc), formatWhole(shown.toMs, language, utc)]
  return (
    <span className={classes.hint} role="status">
      {t('standsStill', { from, to })}
    </span>
  )
}

function SaveAll({ data, shown, utc, canvasOf }: ChartBarProps) {
  const t = useHealthTexts()
  const language = useLanguage()
  const savePicture = async () => {
    const pictures = panels.flatMap((panel) => {
      const canvas = canvasOf(panel.id)
      return canvas === undefined ? [] : [{ title: t(`panel.${panel.id}`), canvas }]
    })
    const note = `${formatWhole(shown.fromMs, language, utc)} – ${formatWhole(shown.toMs, language, utc)}${utc ? ' UTC' : ''}`
    if (pictures.length > 0) download('holdfast-charts.png', await pictureOf(pictures, note))
  }
  const saveFigures = () => {
    if (data === undefined) return
    const text = csvOf(panels.map((panel) => panelDataOf(panel, data, shown.fromMs)))
    download('holdfast-figures.csv', new Blob([text], { type: 'text/csv' }))
  }
  return (
    <Menu position="bottom-start">
      <Menu.Target>
        <Button leftSection={<Download size={14} aria-hidden="true" />} disabled={data === undefined}>
          {t('saveAll')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => void savePicture()}>{t('savePicture')}</Menu.Item>
        <Menu.Item onClick={saveFigures}>{t('saveFigures')}</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
