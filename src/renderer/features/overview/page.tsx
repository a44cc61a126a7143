import { Button } from '@mantine/core'
import { Archive } from 'lucide-react'
import { Link } from 'wouter'
import type { Status } from '../../../contract/index.ts'
import { useCommand, useOperation } from '../../bridge/query.ts'
import { formatRelative, useLanguage } from '../../language/index.ts'
import { LevelMark } from '../../ui/level-mark.tsx'
import { jobSubject, notify } from '../../ui/notify.tsx'
import { Page } from '../../ui/page.tsx'
import { ErrorLine, LoadedView } from '../../ui/states.tsx'
import { useNow } from '../../ui/use-now.ts'
import { FirstSteps } from './first-start.tsx'
import { Loss } from './loss.tsx'
import { NeedsYou } from './needs-you.tsx'
import classes from './overview.module.css'
import { RecentActivity } from './recent-activity.tsx'
import { restartIsPending } from './restart-line.tsx'
import { safetyOf } from './safety.ts'
import { useOverviewTexts } from './texts.ts'
import { Tiles } from './tiles.tsx'

const statusEveryMs = 5000

/** Am I safe? What is wrong? What do I do? */
export default function OverviewPage() {
  const t = useOverviewTexts()
  const status = useOperation('status.get', {}, { refetchMs: statusEveryMs })
  const backUp = useCommand('backups.create')
  const start = () =>
    backUp.run({}).then(
      ({ kind }) => notify({ subject: jobSubject(kind), message: t('started') }),
      () => undefined,
    )
  const known = status.state === 'ready' ? status.data : undefined
  const isEmpty = known !== undefined && known.store.records === 0 && known.lastBackup === null
  return (
    <Page
      title={t('title')}
      sentence={known && <SafetySentence status={known} />}
      actions={
        !isEmpty && (
          <Button
            variant="filled"
            leftSection={<Archive size={14} aria-hidden="true" />}
            loading={backUp.running}
            disabled={known === undefined || known.store.mode === 'stopped'}
            onClick={() => void start()}
          >
            {t('backUp')}
          </Button>
        )
      }
    >
      <LoadedView loaded={status}>
        {(data) => (
          <div className={classes.page}>
            {backUp.error !== undefined && <ErrorLine error={backUp.error} />}
            <FirstSteps status={data} isEmpty={isEmpty} />
            {!isEmpty && (
              <>
                <div className={classes.columns}>
                  <Loss status={data} />
                  <NeedsYou
                    checks={data.health.checks ?? []}
                    restart={restartIsPending(data)}
                    backUp={() => void start()}
                    canBackUp={!backUp.running && data.store.mode !== 'stopped'}
                  />
                </div>
                <Tiles status={data} />
                <Link className={classes.slow} href="/health">
                  {t('slow')}
                </Link>
                <RecentActivity />
              </>
            )}
          </div>
        )}
      </LoadedView>
    </Page>
  )
}

function SafetySentence({ status }: { status: Status }) {
  const t = useOverviewTexts()
  const language = useLanguage()
  const now = useNow()
  const safety = safetyOf(status)
  const backup = status.lastBackup
  return (
    <span className={classes.safety}>
      <LevelMark level={safety.level} />
      <span>
        <strong>{t(`safety.${safety.text}`)}</strong>{' '}
        {backup && t('lastBackup', { time: formatRelative(Date.parse(backup.createdAt), now, language) })}
      </span>
    </span>
  )
}
