import type { ReactNode } from 'react'
import { Link } from 'wouter'
import type { SeriesName, SeriesOutput, Status } from '../../../contract/index.ts'
import { type Loaded, useOperation } from '../../bridge/query.ts'
import { formatBytes, formatLatency, formatNumber, useLanguage } from '../../language/index.ts'
import { type ChartId, wantChart } from '../../ui/chart-request.ts'
import { LevelMark } from '../../ui/level-mark.tsx'
import { Count } from '../../ui/quantities.tsx'
import { SparkLine } from '../../ui/spark-line.tsx'
import { useNow } from '../../ui/use-now.ts'
import classes from './overview.module.css'
import { useOverviewTexts } from './texts.ts'

const refetchMs = 5000
const lookBackMs = 15 * 60_000
const roundMs = 60_000
const points = 60
const names = 'records,reads_per_second,writes_per_second,read_p99_ms,write_p99_ms,cache_hit_ratio,disk_used_ratio'
const targets = { readMs: 10, writeMs: 50, hitRatio: 0.9, diskUsed: 0.8 } as const

type Values = readonly (number | null)[]

/** The figures of the last 15 minutes, asked for once. */
function useSeries(): (name: SeriesName) => Values {
  const now = useNow()
  const from = new Date(Math.floor((now - lookBackMs) / roundMs) * roundMs).toISOString()
  const loaded: Loaded<SeriesOutput> = useOperation('metrics.series', { names, from, points }, { refetchMs })
  const series = loaded.state === 'ready' ? loaded.data.series : []
  return (name) => series.find((one) => one.name === name)?.points.map(([, value]) => value) ?? []
}

const latest = (values: Values): number | undefined => values.findLast((value) => value !== null) ?? undefined

/** The figures at a glance, each with what it was lately, its target, and the way to its chart. */
export function Tiles({ status }: { status: Status }) {
  const t = useOverviewTexts()
  const language = useLanguage()
  const series = useSeries()
  const { store, disk } = status
  const hits = latest(series('cache_hit_ratio'))
  const used = disk === null || disk.totalBytes === 0 ? undefined : 1 - disk.freeBytes / disk.totalBytes
  const amount = (bytes: number) => Object.values(formatBytes(bytes, language)).join(' ')
  const share = (value: number | undefined) =>
    value === undefined ? <None /> : <Figure number={formatNumber(value * 100, language, 1)} unit="%" />
  return (
    <section className={classes.tiles} aria-label={t('figures')}>
      <Tile chart="records" name={t('records')} note={store.recordsExact ? '' : t('about')} values={series('records')}>
        <Count value={store.records} />
      </Tile>
      <Tile
        chart="disk"
        name={t('used')}
        note={disk ? t('ofDisk', { total: amount(disk.totalBytes), own: amount(store.databaseBytes + store.journalBytes) }) : ''}
        target={t('target', { value: '< 80 %' })}
        missed={used !== undefined && used > targets.diskUsed}
        values={series('disk_used_ratio')}
      >
        {share(used)}
      </Tile>
      <Operations kind="read" series={series} />
      <Operations kind="write" series={series} />
      <Tile
        chart="hitRate"
        name={t('hitRate')}
        note={t('ofMemory', { used: amount(status.cache.bytes), max: amount(status.cache.maxBytes) })}
        target={t('target', { value: '> 90 %' })}
        missed={hits !== undefined && hits < targets.hitRatio}
        values={series('cache_hit_ratio')}
      >
        {share(hits)}
      </Tile>
    </section>
  )
}

/** How many a second, and how long 99 of 100 take. */
function Operations({ kind, series }: { kind: 'read' | 'write'; series: (name: SeriesName) => Values }) {
  const t = useOverviewTexts()
  const language = useLanguage()
  const rates = series(`${kind}s_per_second`)
  const rate = latest(rates)
  const p99Ms = latest(series(`${kind}_p99_ms`))
  const targetMs = kind === 'read' ? targets.readMs : targets.writeMs
  return (
    <Tile
      chart={`${kind}Latency`}
      name={t(`${kind}s`)}
      note={t('p99', { time: p99Ms === undefined ? t('noMeasure') : Object.values(formatLatency(p99Ms, language)).join(' ') })}
      target={t('target', { value: `< ${targetMs} ms` })}
      missed={p99Ms !== undefined && p99Ms > targetMs}
      values={rates}
    >
      {rate === undefined ? (
        <None />
      ) : (
        <Figure number={formatNumber(rate, language, rate < 10 && rate > 0 ? 1 : 0)} unit={t('perSecond')} />
      )}
    </Tile>
  )
}

function Figure({ number, unit }: { number: string; unit: string }) {
  return (
    <>
      {number} <span className={classes.unit}>{unit}</span>
    </>
  )
}

function None() {
  const t = useOverviewTexts()
  return <span className={classes.unit}>{t('noMeasure')}</span>
}

interface TileProps {
  readonly chart: ChartId
  readonly name: string
  readonly note: ReactNode
  readonly target?: string
  readonly missed?: boolean
  readonly values: Values
  readonly children: ReactNode
}

function Tile({ chart, name, note, target, missed = false, values, children }: TileProps) {
  return (
    <Link className={classes.tile} href="/health" onClick={() => wantChart(chart)}>
      <div className={classes.tileName}>{name}</div>
      <div className={classes.tileValue}>{children}</div>
      <div className={classes.tileNote} title={typeof note === 'string' ? note : undefined}>
        {note}
      </div>
      <div className={classes.tileNote}>
        {missed && <LevelMark level="warning" />} {target}
      </div>
      <div className={classes.tileTrend}>{values.length > 1 && <SparkLine values={values} />}</div>
    </Link>
  )
}
