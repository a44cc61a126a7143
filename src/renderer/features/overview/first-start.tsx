import { ActionIcon, Button, Tooltip } from '@mantine/core'
import { Circle, CircleCheck, X } from 'lucide-react'
import { type ReactNode, useEffect } from 'react'
import type { JobKind, Status } from '../../../contract/index.ts'
import { useCommand, useOperation } from '../../bridge/query.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { HelpMark } from '../../ui/help-mark.tsx'
import type { HelpTerm } from '../../ui/help-texts.ts'
import { isActive, JobProgress } from '../../ui/job-progress.tsx'
import { ErrorLine } from '../../ui/states.tsx'
import { requestTransfer } from '../../ui/transfer-request.ts'
import { httpCommand, socketCommand } from './connect.ts'
import { noteFirst, recallFirst, useFirstProgress } from './first-progress.ts'
import classes from './first-start.module.css'
import { useFirstTexts } from './first-texts.ts'

const firstKey = 'first-key'
const connectedEveryMs = 3000

/** What a newcomer sees: an empty store and three steps. They go away when they are done, or hidden. */
export function FirstSteps({ status, isEmpty }: { status: Status; isEmpty: boolean }) {
  const t = useFirstTexts()
  const { dataFolder, store } = status
  const progress = useFirstProgress(dataFolder)
  useEffect(() => {
    recallFirst(dataFolder)
    if (isEmpty) noteFirst(dataFolder, { begun: true, hidden: false })
  }, [dataFolder, isEmpty])
  const hasData = store.records > 0
  const hasBackup = status.lastBackup !== null
  const isDone = hasData && hasBackup && progress.connected
  if (!isEmpty && (!progress.begun || progress.hidden || isDone)) return null
  return (
    <section className={classes.first} data-empty={isEmpty || undefined} aria-label={t(isEmpty ? 'title' : 'goOn')}>
      <div className={classes.head}>
        <h2>{t(isEmpty ? 'title' : 'goOn')}</h2>
        {!isEmpty && (
          <Tooltip label={t('hide')}>
            <ActionIcon aria-label={t('hide')} onClick={() => noteFirst(dataFolder, { hidden: true })}>
              <X size={16} />
            </ActionIcon>
          </Tooltip>
        )}
      </div>
      {isEmpty && <p>{t('text')}</p>}
      <ol className={classes.steps}>
        {hasData ? <Done text={t('dataDone')} /> : <DataStep />}
        {hasBackup ? <Done text={t('backupDone')} help="verified" /> : <BackupStep ready={hasData} />}
        {progress.connected ? <Done text={t('connectDone')} /> : <ConnectStep status={status} />}
      </ol>
    </section>
  )
}

function Done({ text, help }: { text: string; help?: HelpTerm }) {
  const t = useFirstTexts()
  return (
    <li className={classes.step}>
      <CircleCheck size={18} color="var(--hf-ok)" aria-label={t('done')} />
      <div className={classes.name}>
        {text} {help && <HelpMark term={help} />}
      </div>
    </li>
  )
}

function Step({ name, help, text, children }: { name: string; help?: HelpTerm; text: string; children: ReactNode }) {
  const t = useFirstTexts()
  return (
    <li className={classes.step}>
      <Circle size={18} color="var(--hf-muted)" aria-label={t('open')} />
      <div className={classes.body}>
        <h3>
          {name} {help && <HelpMark term={help} />}
        </h3>
        <p>{text}</p>
        {children}
      </div>
    </li>
  )
}

function DataStep() {
  const t = useFirstTexts()
  const load = useCommand('sample.load')
  const job = useRunning('sample-data')
  return (
    <Step name={t('data')} text={t('dataText')}>
      {job ? (
        <JobProgress job={job} />
      ) : (
        <div className={classes.actions}>
          <Button variant="filled" loading={load.running} onClick={() => load.run({}).catch(() => undefined)}>
            {t('sample')}
          </Button>
          <Button onClick={() => requestTransfer({ kind: 'import' })}>{t('import')}</Button>
        </div>
      )}
      {load.error !== undefined && <ErrorLine error={load.error} />}
    </Step>
  )
}

function BackupStep({ ready }: { ready: boolean }) {
  const t = useFirstTexts()
  const backUp = useCommand('backups.create')
  const job = useRunning('backup')
  return (
    <Step name={t('backup')} help="verified" text={t('backupText')}>
      {job ? (
        <JobProgress job={job} />
      ) : (
        ready && (
          <div className={classes.actions}>
            <Button loading={backUp.running} onClick={() => backUp.run({}).catch(() => undefined)}>
              {t('backUp')}
            </Button>
          </div>
        )
      )}
      {backUp.error !== undefined && <ErrorLine error={backUp.error} />}
    </Step>
  )
}

/** The newest job of the kind, while it runs. */
function useRunning(kind: JobKind) {
  const jobs = useOperation('jobs.list', { limit: 20 }, { refetchMs: 2000 })
  return jobs.state === 'ready' ? jobs.data.items.find((job) => job.kind === kind && isActive(job)) : undefined
}

function ConnectStep({ status }: { status: Status }) {
  const t = useFirstTexts()
  const found = useOperation('records.list', { prefix: firstKey, limit: 1 }, { refetchMs: connectedEveryMs })
  const isThere = found.state === 'ready' && found.data.items[0]?.key === firstKey
  const { dataFolder, socket, url } = status
  useEffect(() => {
    if (isThere) noteFirst(dataFolder, { connected: true })
  }, [isThere, dataFolder])
  return (
    <Step name={t('connect')} help="socket" text={t('connectText')}>
      {socket !== null && <Command title={t('socket')} command={socketCommand(socket)} />}
      {url !== null && <Command title={t('http')} help="token" command={httpCommand(url, dataFolder)} />}
    </Step>
  )
}

function Command({ title, help, command }: { title: string; help?: HelpTerm; command: string }) {
  const t = useFirstTexts()
  return (
    <div className={classes.command}>
      <span>
        {title} {help !== undefined && <HelpMark term={help} />}
      </span>
      <div>
        <code>{command}</code>
        <CopyButton text={command} label={`${t('copyCommand')}: ${title}`} />
      </div>
    </div>
  )
}
