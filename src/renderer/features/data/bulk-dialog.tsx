import { Button, Modal, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import type { InputOf, Job } from '../../../contract/index.ts'
import { call } from '../../bridge/call.ts'
import { formatBytes, formatNumber, useLanguage } from '../../language/index.ts'
import { DialogActions } from '../../ui/confirm-dialog.tsx'
import { isActive } from '../../ui/job-progress.tsx'
import { LevelMark } from '../../ui/level-mark.tsx'
import { jobSubject, notify } from '../../ui/notify.tsx'
import { useProductionQuestion } from '../../ui/production-question.tsx'
import { ErrorLine } from '../../ui/states.tsx'
import { useUiTexts } from '../../ui/texts.ts'
import { clearMarks } from './browse-store.ts'
import { useBrowseTexts } from './browse-texts.ts'
import classes from './dialogs.module.css'
import { useDataTexts } from './texts.ts'
import { type TypedTtl, ttlOf } from './ttl.ts'
import { TtlFields } from './ttl-fields.tsx'
import { useDryRun } from './use-job.ts'
import { useLast } from './use-last.ts'

export type BulkTarget = Pick<InputOf<'records.bulk'>, 'prefix' | 'keys' | 'searchId'>
export interface BulkRequest {
  readonly action: 'delete' | 'ttl'
  readonly target: BulkTarget
}

/** Counts what would be changed, says it, and then changes it as a job. Closing it ends the counting. */
export function BulkDialog({ request, onClose }: { request: BulkRequest | undefined; onClose: () => void }) {
  const t = useBrowseTexts()
  const ui = useUiTexts()
  const shown = useLast(request)
  return (
    <Modal
      opened={request !== undefined}
      onClose={onClose}
      title={t(shown?.action === 'ttl' ? 'bulk.ttlTitle' : 'bulk.deleteTitle')}
      closeButtonProps={{ 'aria-label': ui('close') }}
    >
      {request && <BulkForm request={request} onClose={onClose} />}
    </Modal>
  )
}

function BulkForm({ request, onClose }: { request: BulkRequest; onClose: () => void }) {
  const t = useBrowseTexts()
  const ui = useUiTexts()
  const language = useLanguage()
  const [prefix, setPrefix] = useState(request.target.prefix)
  const [typed, setTyped] = useState('')
  const [ttl, setTtl] = useState<TypedTtl>({ amount: 7, unit: 'days' })
  const [running, setRunning] = useState(false)
  const [failure, setFailure] = useState<unknown>()
  const target: BulkTarget = prefix === undefined ? request.target : { prefix }
  const ttlSeconds = ttlOf(ttl)
  const { job, error, again } = useDryRun({ action: 'delete', ...target })
  const matched = job?.state === 'succeeded' ? Number(job.result?.matched ?? 0) : undefined
  const n = formatNumber(matched ?? 0, language)
  const production = useProductionQuestion(matched !== undefined && matched > 0)
  // Typing the name is asked for where nothing names the records one by one; all of them have a number instead.
  const wanted = prefix === '' ? String(matched) : prefix
  const isConfirmed = request.action === 'ttl' || wanted === undefined || typed.replaceAll(/[,\s]/g, '') === wanted || typed === wanted
  const canRun =
    matched !== undefined && matched > 0 && isConfirmed && production.answered && (request.action === 'delete' || ttlSeconds !== undefined)

  const run = async (event: FormEvent) => {
    event.preventDefault()
    if (!canRun) return
    setRunning(true)
    setFailure(undefined)
    try {
      const { kind } = await call('records.bulk', { action: request.action, ...target, ...(request.action === 'ttl' && { ttlSeconds }) })
      notify({ subject: jobSubject(kind), message: t('bulk.started') })
      clearMarks()
      onClose()
    } catch (reason) {
      setFailure(reason)
    } finally {
      setRunning(false)
    }
  }
  return (
    <form className={classes.form} onSubmit={(event) => void run(event)}>
      {prefix !== undefined && (
        <TextInput
          label={t('bulk.prefix')}
          value={prefix}
          onChange={(event) => {
            setPrefix(event.currentTarget.value)
            setTyped('')
          }}
          classNames={{ input: classes.mono }}
          spellCheck={false}
          autoComplete="off"
          data-autofocus
        />
      )}
      <DryRun job={job} action={request.action} />
      {error !== undefined && <ErrorLine error={error} />}
      {error !== undefined && <Button onClick={again}>{ui('retry')}</Button>}
      {request.action === 'ttl' ? (
        <TtlFields ttl={ttl} onChange={setTtl} />
      ) : (
        matched !== undefined && matched > 0 && <DeleteWarning prefix={prefix} n={n} typed={typed} onTyped={setTyped} />
      )}
      {production.field}
      {failure !== undefined && <ErrorLine error={failure} />}
      <DialogActions>
        <Button onClick={onClose}>{ui('cancel')}</Button>
        <Button type="submit" variant="filled" color={request.action === 'delete' ? 'red' : 'teal'} loading={running} disabled={!canRun}>
          {t(request.action === 'delete' ? 'bulk.delete' : 'bulk.ttl', { count: matched ?? 2, n: matched === undefined ? '…' : n })}
        </Button>
      </DialogActions>
    </form>
  )
}

/** What the dry run says, or how far it is. */
function DryRun({ job, action }: { job: Job | undefined; action: BulkRequest['action'] }) {
  const t = useBrowseTexts()
  const language = useLanguage()
  if (!job || isActive(job)) {
    return <div role="status">{t('bulk.counting', { n: formatNumber(job?.done ?? 0, language) })}</div>
  }
  if (job.state !== 'succeeded') return <div role="status" />
  const matched = Number(job.result?.matched ?? 0)
  const { value, unit } = formatBytes(Number(job.result?.bytes ?? 0), language)
  const values = { count: matched, n: formatNumber(matched, language), size: `${value} ${unit}` }
  return (
    <div role="status">
      <strong>{matched === 0 ? t('bulk.none') : t(action === 'delete' ? 'bulk.wouldDelete' : 'bulk.wouldChange', values)}</strong>
    </div>
  )
}

function DeleteWarning(props: { prefix: string | undefined; n: string; typed: string; onTyped: (typed: string) => void }) {
  const t = useDataTexts()
  const browse = useBrowseTexts()
  const { prefix, n, typed, onTyped } = props
  return (
    <>
      <div className={classes.line}>
        <LevelMark level="warning" />
        <span>{t('deletePrefix.warning')}</span>
      </div>
      {prefix !== undefined && (
        <TextInput
          label={prefix === '' ? browse('bulk.typeNumber', { n }) : t('deletePrefix.type')}
          value={typed}
          onChange={(event) => onTyped(event.currentTarget.value)}
          classNames={{ input: classes.mono }}
          spellCheck={false}
          autoComplete="off"
        />
      )}
    </>
  )
}
