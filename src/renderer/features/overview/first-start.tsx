import { Button } from '@mantine/core'
import type { ReactNode } from 'react'
import type { Job, Status } from '../../../contract/index.ts'
import { useCommand, useOperation } from '../../bridge/query.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { isActive, JobProgress } from '../../ui/job-progress.tsx'
import { ErrorLine } from '../../ui/states.tsx'
import { requestTransfer } from '../../ui/transfer-request.ts'
import { httpCommand, socketCommand } from './connect.ts'
import classes from './overview.module.css'
import { useOverviewTexts } from './texts.ts'

/** What a newcomer sees: an empty store and three ways to begin. */
export function FirstStart({ status }: { status: Status }) {
  const t = useOverviewTexts()
  const importFile = () => requestTransfer({ kind: 'import' })
  return (
    <section className={classes.first} aria-label={t('first.title')}>
      <h2>{t('first.title')}</h2>
      <p>{t('first.text')}</p>
      <ol className={classes.ways}>
        <SampleData />
        <Way text={t('first.importText')} action={<Button onClick={importFile}>{t('first.import')}</Button>} />
        <li className={classes.way}>
          <h3>{t('first.connect')}</h3>
          <p>{t('first.connectText')}</p>
          {status.socket !== null && <Command title={t('first.socket')} command={socketCommand(status.socket)} />}
          {status.url !== null && <Command title={t('first.http')} command={httpCommand(status.url, status.dataFolder)} />}
        </li>
      </ol>
    </section>
  )
}

function SampleData() {
  const t = useOverviewTexts()
  const load = useCommand('sample.load')
  const jobs = useOperation('jobs.list', { limit: 20 })
  const job = jobs.state === 'ready' ? jobs.data.items.find(isSampleLoad) : undefined
  const button = (
    <Button variant="filled" loading={load.running} onClick={() => load.run({}).catch(() => undefined)}>
      {t('first.sample')}
    </Button>
  )
  return (
    <Way text={t('first.sampleText')} action={job ? undefined : button}>
      {job && <JobProgress job={job} />}
      {load.error !== undefined && <ErrorLine error={load.error} />}
    </Way>
  )
}

const isSampleLoad = (job: Job): boolean => job.kind === 'sample-data' && isActive(job)

function Way({ text, action, children }: { text: string; action?: ReactNode; children?: ReactNode }) {
  return (
    <li className={classes.way}>
      <div className={classes.wayLine}>
        {action}
        <span>{text}</span>
      </div>
      {children}
    </li>
  )
}

function Command({ title, command }: { title: string; command: string }) {
  const t = useOverviewTexts()
  return (
    <div className={classes.command}>
      <span>{title}</span>
      <div>
        <code>{command}</code>
        <CopyButton text={command} label={`${t('copyCommand')}: ${title}`} />
      </div>
    </div>
  )
}
