import type { SeriesOutput } from '../../../contract/index.ts'
import { useOperation } from '../../bridge/query.ts'
import { formatLatency, formatNumber, useLanguage } from '../../language/index.ts'
import { wantChart } from '../../ui/chart-request.ts'
import { LevelMark } from '../../ui/level-mark.tsx'
import { Section } from '../../ui/page.tsx'
import { LoadedView } from '../../ui/states.tsx'
import { useNow } from '../../ui/use-now.ts'
import classes from './health.module.css'
import { type Cause, causesOf, latenciesOf, slownessSeries, wordingOf } from './slowness.ts'
import { useHealthTexts } from './texts.ts'

const lookBackMs = 5 * 60_000
const roundMs = 60_000
const points = 60
const refetchMs = 5000

/** Why it is slow, or that it is not: what each part of the way takes, in sentences, from what was measured in the last minutes. */
export function Slowness() {
  const t = useHealthTexts()
  const now = useNow()
  const from = new Date(Math.floor((now - lookBackMs) / roundMs) * roundMs).toISOString()
  const answer = useOperation('metrics.series', { names: slownessSeries, from, points }, { refetchMs })
  return (
    <Section title={t('slowness')} actions={<span className={classes.hint}>{t('slownessOf')}</span>}>
      <LoadedView loaded={answer}>{(data) => <Causes data={data} />}</LoadedView>
    </Section>
  )
}

function Causes({ data }: { data: SeriesOutput }) {
  const t = useHealthTexts()
  const language = useLanguage()
  const latency = (ms: number | null) => (ms === null ? '–' : Object.values(formatLatency(ms, language)).join(' '))
  const { readMs, writeMs } = latenciesOf(data)
  const parts = [
    readMs !== null && t('readsTake', { time: latency(readMs) }),
    writeMs !== null && t('writesTake', { time: latency(writeMs) }),
  ]
  const said = parts.filter((part) => part !== false)
  const amount = ({ id, value }: Cause): string => {
    if (value === null) return '–'
    return id === 'sync' || id === 'waits' ? latency(value) : `${formatNumber(value * 100, language, value < 0.1 ? 1 : 0)} %`
  }
  return (
    <>
      <p className={classes.latencies}>{said.length === 0 ? t('nobodyAsks') : said.join(' ')}</p>
      <ul className={classes.causes}>
        {causesOf(data).map((cause) => (
          <li key={cause.id}>
            <LevelMark level={cause.level} />
            <button type="button" className={classes.link} onClick={() => wantChart(cause.chart)}>
              {t(`cause.${cause.id}`)}
            </button>
            <span className={classes.causeValue}>{amount(cause)}</span>
            <span className={classes.causeText}>{t(`cause.${wordingOf(cause)}`, { worst: latency(cause.worst) })}</span>
          </li>
        ))}
      </ul>
    </>
  )
}
