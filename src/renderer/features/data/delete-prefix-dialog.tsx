import { Button, Modal, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import type { Job } from '../../../contract/index.ts'
import { CallError, call } from '../../bridge/call.ts'
import { formatNumber, useLanguage } from '../../language/index.ts'
import { DialogActions } from '../../ui/confirm-dialog.tsx'
import { LevelMark } from '../../ui/level-mark.tsx'
import { notify } from '../../ui/notify.tsx'
import { ErrorLine } from '../../ui/states.tsx'
import { useUiTexts } from '../../ui/texts.ts'
import classes from './dialogs.module.css'
import { useDataTexts } from './texts.ts'

const pollMs = 250

interface DeletePrefixDialogProps {
  readonly opened: boolean
  readonly prefix: string
  readonly onClose: () => void
}

/** First counts, then asks for the prefix to be typed, then deletes as a job: there is no undo for it yet. */
export function DeletePrefixDialog({ opened, prefix, onClose }: DeletePrefixDialogProps) {
  const t = useDataTexts()
  const ui = useUiTexts()
  return (
    <Modal opened={opened} onClose={onClose} title={t('deletePrefix.title')} closeButtonProps={{ 'aria-label': ui('close') }}>
      <DeletePrefixForm initial={prefix} onClose={onClose} />
    </Modal>
  )
}

function DeletePrefixForm({ initial, onClose }: { initial: string; onClose: () => void }) {
  const t = useDataTexts()
  const ui = useUiTexts()
  const language = useLanguage()
  const [prefix, setPrefix] = useState(initial)
  const [matched, setMatched] = useState<number>()
  const [typed, setTyped] = useState('')
  const [running, setRunning] = useState(false)
  const [error, setError] = useState<unknown>()
  const n = formatNumber(matched ?? 0, language)

  const attempt = async (act: () => Promise<void>) => {
    setRunning(true)
    setError(undefined)
    try {
      await act()
    } catch (failure) {
      setError(failure)
    } finally {
      setRunning(false)
    }
  }
  const count = () => attempt(async () => setMatched(await countMatching(prefix)))
  const remove = () =>
    attempt(async () => {
      await call('records.deletePrefix', { prefix })
      notify({ subject: 'records.deletePrefix', message: t('deletePrefix.started') })
      onClose()
    })
  const confirmed = matched !== undefined && matched > 0 && typed === prefix
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (confirmed) void remove()
    else if (matched === undefined && prefix !== '') void count()
  }
  return (
    <form className={classes.form} onSubmit={submit}>
      <TextInput
        label={t('deletePrefix.prefix')}
        value={prefix}
        onChange={(event) => {
          setPrefix(event.currentTarget.value)
          setMatched(undefined)
          setTyped('')
        }}
        classNames={{ input: classes.mono }}
        spellCheck={false}
        autoComplete="off"
        data-autofocus
      />
      <div role="status">
        {matched !== undefined && (
          <strong>{matched === 0 ? t('deletePrefix.none') : t('deletePrefix.found', { count: matched, n })}</strong>
        )}
      </div>
      {matched !== undefined && matched > 0 && (
        <>
          <div className={classes.line}>
            <LevelMark level="warning" />
            <span>{t('deletePrefix.warning')}</span>
          </div>
          <TextInput
            label={t('deletePrefix.type')}
            value={typed}
            onChange={(event) => setTyped(event.currentTarget.value)}
            classNames={{ input: classes.mono }}
            spellCheck={false}
            autoComplete="off"
          />
        </>
      )}
      {error !== undefined && <ErrorLine error={error} />}
      <DialogActions>
        <Button onClick={onClose}>{ui('cancel')}</Button>
        {matched === undefined || matched === 0 ? (
          <Button type="submit" variant="filled" loading={running} disabled={prefix === '' || matched === 0}>
            {t('deletePrefix.count')}
          </Button>
        ) : (
          <Button type="submit" variant="filled" color="red" loading={running} disabled={!confirmed}>
            {t('deletePrefix.action', { count: matched, n })}
          </Button>
        )}
      </DialogActions>
    </form>
  )
}

/** The dry run is a job too; its result has the number. */
async function countMatching(prefix: string): Promise<number> {
  let job: Job = await call('records.deletePrefix', { prefix, dryRun: true })
  while (job.state === 'queued' || job.state === 'running') {
    await new Promise((resolve) => setTimeout(resolve, pollMs))
    job = await call('jobs.get', { id: job.id })
  }
  if (job.state === 'succeeded') return Number(job.result?.matched ?? 0)
  throw new CallError({ code: job.error?.code ?? 'cancelled', message: job.error?.detail ?? '', retryable: true })
}
