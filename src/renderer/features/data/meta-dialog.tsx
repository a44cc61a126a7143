import { Button, Modal, TextInput } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { asCallError, call } from '../../bridge/call.ts'
import { formatAbsolute, useLanguage } from '../../language/index.ts'
import { DialogActions } from '../../ui/confirm-dialog.tsx'
import { notify } from '../../ui/notify.tsx'
import { ErrorLine } from '../../ui/states.tsx'
import { useUiTexts } from '../../ui/texts.ts'
import { useDataStore } from './data-store.ts'
import classes from './dialogs.module.css'
import { remainingTtlSeconds } from './draft.ts'
import { useDataTexts } from './texts.ts'
import { type TypedTtl, ttlAtFirst, ttlOf } from './ttl.ts'
import { TtlFields } from './ttl-fields.tsx'
import { useLast } from './use-last.ts'
import type { RecordHead } from './value-parts.ts'

interface MetaDialogProps {
  readonly record: RecordHead | undefined
  readonly onClose: () => void
}

/** Changes when a record expires and what type its value has; the value stays as it is, and is not sent. */
export function MetaDialog({ record, onClose }: MetaDialogProps) {
  const t = useDataTexts()
  const ui = useUiTexts()
  const shown = useLast(record)
  return (
    <Modal
      opened={record !== undefined}
      onClose={onClose}
      size={520}
      title={t('meta.title', { key: shown?.key ?? '' })}
      closeButtonProps={{ 'aria-label': ui('close') }}
    >
      {shown && <MetaForm record={shown} onClose={onClose} />}
    </Modal>
  )
}

function MetaForm({ record, onClose }: { record: RecordHead; onClose: () => void }) {
  const t = useDataTexts()
  const ui = useUiTexts()
  const language = useLanguage()
  const queries = useQueryClient()
  const [begun] = useState(record)
  const [typed, setTyped] = useState<TypedTtl>()
  const [contentType, setContentType] = useState(record.contentType)
  const [running, setRunning] = useState(false)
  const [failure, setFailure] = useState<unknown>()
  const [first] = useState(() => ttlAtFirst(remainingTtlSeconds(record.expiresAt, Date.now())))
  const ttl = typed === undefined ? undefined : ttlOf(typed)
  const isTyped = typed !== undefined
  const newType = contentType.trim()
  const isChanged = (isTyped && ttl !== undefined) || (newType !== '' && newType !== begun.contentType)
  const isValid = !isTyped || ttl !== undefined

  const save = async (event: FormEvent) => {
    event.preventDefault()
    if (!isChanged || !isValid) return
    setRunning(true)
    setFailure(undefined)
    try {
      const { version } = await call('records.amend', {
        key: begun.key,
        ...(ttl !== undefined && { ttlSeconds: ttl }),
        ...(newType !== '' && newType !== begun.contentType && { contentType: newType }),
        ifVersion: begun.version,
      })
      moveDraft(begun, version, ttl, newType)
      await queries.invalidateQueries({ queryKey: ['records.readPart'] })
      notify({ subject: 'records.amend', message: t('saved') })
      onClose()
    } catch (error) {
      setFailure(error)
    } finally {
      setRunning(false)
    }
  }
  const isOvertaken = failure !== undefined && asCallError(failure).code === 'precondition_failed'
  return (
    <form className={classes.form} onSubmit={(event) => void save(event)}>
      <TtlFields ttl={typed ?? first} onChange={setTyped} />
      {typeof ttl === 'number' && (
        <div role="status">{t('meta.until', { time: formatAbsolute(Date.now() + ttl * 1000, language).local })}</div>
      )}
      <TextInput
        label={t('create.contentType')}
        value={contentType}
        onChange={(event) => setContentType(event.currentTarget.value)}
        classNames={{ input: classes.mono }}
        spellCheck={false}
      />
      {isOvertaken ? <p role="alert">{t('meta.overtaken')}</p> : failure !== undefined && <ErrorLine error={failure} />}
      <DialogActions>
        <Button onClick={onClose}>{ui('cancel')}</Button>
        <Button type="submit" variant="filled" loading={running} disabled={!isChanged || !isValid}>
          {t('save')}
        </Button>
      </DialogActions>
    </form>
  )
}

/** Changes that are not saved yet go on upon what was just written: it has the same value. */
function moveDraft(from: RecordHead, version: string, ttl: number | null | undefined, contentType: string): void {
  const { draft } = useDataStore.getState()
  if (draft?.key !== from.key || draft.base.version !== from.version) return
  const until = ttl === undefined ? draft.base.expiresAt : ttl === null ? undefined : new Date(Date.now() + ttl * 1000).toISOString()
  const base = { version, contentType: contentType || draft.base.contentType, ...(until !== undefined && { expiresAt: until }) }
  useDataStore.setState({ draft: { ...draft, base } })
}
