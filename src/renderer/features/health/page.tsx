import { useOperation } from '../../bridge/query.ts'
import { Page } from '../../ui/page.tsx'
import { LoadedView } from '../../ui/states.tsx'
import { Charts } from './charts.tsx'
import { Checks } from './checks.tsx'
import { GoalsTable } from './goals-table.tsx'
import classes from './health.module.css'
import { Slowness } from './slowness.tsx'
import { useHealthTexts } from './texts.ts'

const refetchMs = 5000

/** What is checked and how it stands, what takes the time, the figures with their targets, then what is measured over time. */
export default function HealthPage() {
  const t = useHealthTexts()
  const health = useOperation('health.get', {}, { refetchMs })
  return (
    <Page title={t('title')} sentence={health.state === 'ready' ? t(`sentence.${health.data.status}`) : undefined}>
      <div className={classes.columns}>
        <div className={classes.top}>
          <LoadedView loaded={health}>{(data) => <Checks checks={data.checks ?? []} />}</LoadedView>
          <Slowness />
        </div>
        <GoalsTable />
        <Charts />
      </div>
    </Page>
  )
}
