import type { ReactNode } from 'react'
import type { SeriesName, SeriesOutput, Status } from '../../../contract/index.ts'
import { type Loaded, useOperation } from '../../bridge/query.ts'
import { formatBytes, formatLatency, formatNumber, useLanguage } from '../../language/index.ts'
import { Count } from '../../ui/quantities.tsx'
import { SparkLine } from '../../ui/spark-line.tsx'
import classes from './overview.module.css'
import { useOverviewTexts } from './texts.ts'

const seriesEveryMs = 5000
const names = 'reads_per_second,writes_per_second,read_p99_ms,write_p99_ms,cache_hit_ratio,database_bytes'

type Values = readonly (number | null)[]

/** The figures of the last 15 minutes, for whoever on this page draws them: asked for once. */
export function useSeries(): (name: SeriesName) => Values {
  const loaded: Loaded<SeriesOutput> = useOperation('metrics.series', { names }, { refetchMs: seriesEveryMs })
  const series = loaded.state === 'ready' ? loaded.data.series : []
  return (name) => series.find((one) => one.name === name)?.points.map(([, value]) => value) ?? []
}

const latest = (values: Values): number | undefined => values.findLast((value) => value !== null) ?? undefined

/** The figures at a glance, each with what it was lately. */
export function Tiles({ status, series }: { status: Status; series: (name: SeriesName) => Values }) {
  const t = useOverviewTexts()
  const language = useLanguage()
  const { store, disk, cache } = status
  const bytes = (amount: number) => Object.values(formatBytes(amount, language)).join(' ')
  const latency = (name: SeriesName): ReactNode => {
    const value = latest(series(name))
    return t('p99', { time: value === undefined ? t('noMeasure') : Object.values(formatLatency(value, language)).join(' ') })
  }
  const rate = (name: SeriesName) => {
    const value = latest(series(name)) ?? 0
    return (
      <>
        {formatNumber(value, language, value < 10 && value > 0 ? 1 : 0)} <span className={classes.unit}>{t('perSecond')}</span>
      </>
    )
  }
  const used = formatBytes(store.databaseBytes + store.journalBytes, language)
  const asked = cache.hits + cache.misses
  return (
    <section className={classes.tiles} aria-label={t('figures')}>
      <Tile name={t('records')} note={store.recordsExact ? '' : t('about')}>
        <Count value={store.records} />
      </Tile>
      <Tile
        name={t('used')}
        note={disk ? t('freeOf', { free: bytes(disk.freeBytes), total: bytes(disk.totalBytes) }) : ''}
        values={series('database_bytes')}
      >
        {used.value} <span className={classes.unit}>{used.unit}</span>
      </Tile>
      <Tile name={t('reads')} note={latency('read_p99_ms')} values={series('reads_per_second')}>
        {rate('reads_per_second')}
      </Tile>
      <Tile name={t('writes')} note={latency('write_p99_ms')} values={series('writes_per_second')}>
        {rate('writes_per_second')}
      </Tile>
      <Tile
        name={t('hitRate')}
        note={t('ofMemory', { used: bytes(cache.bytes), max: bytes(cache.maxBytes) })}
        values={series('cache_hit_ratio')}
      >
        {asked === 0 ? (
          <span className={classes.unit}>{t('noMeasure')}</span>
        ) : (
          <>
            {formatNumber((100 * cache.hits) / asked, language, 1)} <span className={classes.unit}>%</span>
          </>
        )}
      </Tile>
    </section>
  )
}

function Tile({ name, note, values, children }: { name: string; note: ReactNode; values?: Values; children: ReactNode }) {
  return (
    <div className={classes.tile}>
      <div className={classes.tileName}>{name}</div>
      <div className={classes.tileValue}>{children}</div>
      <div className={classes.tileNote}>{note}</div>
      {values !== undefined && values.length > 1 && <SparkLine values={values} />}
    </div>
  )
}
