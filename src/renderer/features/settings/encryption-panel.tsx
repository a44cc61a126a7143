import { Button } from '@mantine/core'
import type { ReactNode } from 'react'
import type { EncryptionAction, EncryptionReport } from '../../../contract/index.ts'
import { useOperation } from '../../bridge/query.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { isActive, JobProgress } from '../../ui/job-progress.tsx'
import { LevelMark } from '../../ui/level-mark.tsx'
import { Section } from '../../ui/page.tsx'
import { RelativeTime } from '../../ui/quantities.tsx'
import { LoadedView } from '../../ui/states.tsx'
import classes from './encryption.module.css'
import { useEncryptionTexts } from './encryption-texts.ts'

const refetchMs = 5000

/** What can be done in each state, the action that matters last. */
export const encryptionActionsIn: Readonly<Record<EncryptionReport['state'], readonly EncryptionAction[]>> = {
  off: ['enable'],
  on: ['disable', 'rotate'],
  enabling: [],
  disabling: [],
  key_missing: [],
}

/** Whether the values on the disk are encrypted, what stays readable, and what a lost key means. */
export function EncryptionPanel({ onChoose }: { onChoose: (action: EncryptionAction) => void }) {
  const t = useEncryptionTexts()
  const report = useOperation('encryption.get', {}, { refetchMs })
  const actions = report.state === 'ready' ? encryptionActionsIn[report.data.state] : []
  return (
    <Section
      title={t('title')}
      actions={
        <div className={classes.actions}>
          {actions.map((action) => (
            <Button key={action} onClick={() => onChoose(action)}>
              {t(action)}
            </Button>
          ))}
        </div>
      }
    >
      <LoadedView loaded={report}>{(data) => <Report report={data} />}</LoadedView>
    </Section>
  )
}

function Report({ report }: { report: EncryptionReport }) {
  const t = useEncryptionTexts()
  const { state } = report
  return (
    <div className={classes.report}>
      <p className={classes.state} role={state === 'key_missing' ? 'alert' : undefined} data-state={state}>
        {markOf(state)}
        <strong>{t(`state.${state}`)}</strong>
      </p>
      {state === 'key_missing' && <KeyMissing report={report} />}
      {(state === 'enabling' || state === 'disabling') && <Progress />}
      {state !== 'off' && <Facts report={report} />}
      {(state === 'on' || state === 'enabling') && <p className={classes.text}>{t('copy')}</p>}
      {state !== 'key_missing' && <Readable title={t(state === 'off' ? 'readable.off' : 'readable')} />}
    </div>
  )
}

const markOf = (state: EncryptionReport['state']): ReactNode => {
  if (state === 'key_missing') return <LevelMark level="critical" />
  return state === 'on' ? <LevelMark level="normal" /> : null
}

function KeyMissing({ report: { problem } }: { report: EncryptionReport }) {
  const t = useEncryptionTexts()
  return (
    <>
      <p className={classes.text}>{t('missing.todo')}</p>
      <p className={classes.text}>{t('missing.lost')}</p>
      {problem !== undefined && (
        <p className={classes.quiet} lang="en">
          {problem}
        </p>
      )}
    </>
  )
}

function Progress() {
  const t = useEncryptionTexts()
  const jobs = useOperation('jobs.list', { limit: 20 })
  const job = jobs.state === 'ready' ? jobs.data.items.find(({ kind }) => kind === 'encryption') : undefined
  if (job === undefined) return <p className={classes.text}>{t('resumes')}</p>
  return (
    <div className={classes.job}>
      <JobProgress job={job}>{!isActive(job) && <p className={classes.text}>{t('resumes')}</p>}</JobProgress>
    </div>
  )
}

function Facts({ report: { state, keyFile, keyId, since, keys } }: { report: EncryptionReport }) {
  const t = useEncryptionTexts()
  return (
    <dl className={classes.facts}>
      <div data-wide>
        <dt>{t('keyFile')}</dt>
        <dd>
          <code>{keyFile}</code>
          <CopyButton text={keyFile} />
        </dd>
      </div>
      {keyId !== null && (
        <div>
          <dt>{t(state === 'key_missing' ? 'missing.keyId' : 'keyId')}</dt>
          <dd>
            <code>{keyId}</code>
          </dd>
        </div>
      )}
      {since !== null && (state === 'on' || state === 'enabling') && (
        <div>
          <dt>{t('since')}</dt>
          <dd>
            <RelativeTime at={since} />
          </dd>
        </div>
      )}
      {keys > 1 && (
        <div>
          <dt>{t('keys')}</dt>
          <dd>
            {keys} <span className={classes.quiet}>{t('keysText')}</span>
          </dd>
        </div>
      )}
    </dl>
  )
}

/** Said before and after: who switches it on has to know what it does not do. */
export function Readable({ title }: { title: string }) {
  const t = useEncryptionTexts()
  return (
    <div className={classes.readable}>
      <h3>{title}</h3>
      <ul>
        {(['keys', 'backups', 'memory', 'blocks'] as const).map((what) => (
          <li key={what}>{t(`readable.${what}`)}</li>
        ))}
      </ul>
    </div>
  )
}
