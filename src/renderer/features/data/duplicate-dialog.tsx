import { Button, Modal, TextInput } from '@mantine/core'
import { type FormEvent, useEffect, useRef, useState } from 'react'
import { maxKeyBytes } from '../../../contract/limits.ts'
import { asCallError } from '../../bridge/call.ts'
import { useCommand } from '../../bridge/query.ts'
import { base64Of } from '../../bridge/value-bytes.ts'
import { formatNumber, useLanguage } from '../../language/index.ts'
import { DialogActions } from '../../ui/confirm-dialog.tsx'
import { ErrorLine } from '../../ui/states.tsx'
import { useUiTexts } from '../../ui/texts.ts'
import classes from './dialogs.module.css'
import { remainingTtlSeconds } from './draft.ts'
import { keyBytes } from './key-order.ts'
import { keyProblem } from './new-record.ts'
import { useDataTexts } from './texts.ts'
import { type TypedTtl, ttlAtFirst, ttlOf } from './ttl.ts'
import { TtlFields } from './ttl-fields.tsx'
import { useLast } from './use-last.ts'
import { type RecordHead, readWhole } from './value-parts.ts'

interface DuplicateDialogProps {
  readonly record: RecordHead | undefined
  readonly onClose: () => void
  readonly onShow: (key: string) => void
}

/** Makes a second record with the same value and type under another key. */
export function DuplicateDialog({ record, onClose, onShow }: DuplicateDialogProps) {
  const t = useDataTexts()
  const ui = useUiTexts()
  const shown = useLast(record)
  return (
    <Modal
      opened={record !== undefined}
      onClose={onClose}
      size={560}
      title={t('duplicate.title', { key: shown?.key ?? '' })}
      closeButtonProps={{ 'aria-label': ui('close') }}
    >
      {shown && <DuplicateForm record={shown} onClose={onClose} onShow={onShow} />}
    </Modal>
  )
}

function DuplicateForm({ record, onClose, onShow }: DuplicateDialogProps & { record: RecordHead }) {
  const t = useDataTexts()
  const ui = useUiTexts()
  const language = useLanguage()
  const put = useCommand('records.put')
  const [key, setKey] = useState(`${record.key}-copy`)
  const [first] = useState(() => ttlAtFirst(remainingTtlSeconds(record.expiresAt, Date.now())))
  // Until somebody chooses another time, it expires when this record does.
  const [typed, setTyped] = useState<TypedTtl>()
  const ttl = typed === undefined ? null : ttlOf(typed)
  const [running, setRunning] = useState(false)
  const [failure, setFailure] = useState<unknown>()
  const gone = useRef(new AbortController())
  useEffect(() => {
    const controller = new AbortController()
    gone.current = controller
    return () => controller.abort()
  }, [])
  const max = formatNumber(maxKeyBytes, language)
  const problem = keyProblem(key)
  const exists = failure !== undefined && asCallError(failure).code === 'precondition_failed'
  const show = () => {
    onClose()
    onShow(key)
  }

  const duplicate = async (event: FormEvent) => {
    event.preventDefault()
    if (problem !== undefined || ttl === undefined) return
    setRunning(true)
    setFailure(undefined)
    try {
      const bytes = await readWhole(record, () => {}, gone.current.signal)
      const ttlSeconds = typed === undefined ? remainingTtlSeconds(record.expiresAt, Date.now()) : (ttl ?? undefined)
      const value = { value: base64Of(bytes), encoding: 'base64' as const }
      await put.run({ key, ...value, contentType: record.contentType, ifAbsent: true, ...(ttlSeconds !== undefined && { ttlSeconds }) })
      show()
    } catch (error) {
      if (!gone.current.signal.aborted) setFailure(error)
    } finally {
      setRunning(false)
    }
  }
  return (
    <form className={classes.form} onSubmit={(event) => void duplicate(event)} noValidate>
      <TextInput
        label={t('duplicate.key')}
        value={key}
        onChange={(event) => {
          setKey(event.currentTarget.value)
          setFailure(undefined)
        }}
        description={t('create.keyBytes', { bytes: formatNumber(keyBytes(key), language), max })}
        inputWrapperOrder={['label', 'input', 'description', 'error']}
        error={problem === undefined ? undefined : t(problem, { max })}
        classNames={{ input: classes.mono }}
        spellCheck={false}
        autoComplete="off"
        data-autofocus
      />
      <TtlFields ttl={typed ?? first} onChange={setTyped} />
      {exists ? (
        <div className={classes.line} role="alert">
          <span className={classes.problem}>{t('create.exists')}</span>
          <Button onClick={show}>{t('create.open')}</Button>
        </div>
      ) : (
        failure !== undefined && <ErrorLine error={failure} />
      )}
      <DialogActions>
        <Button onClick={onClose}>{ui('cancel')}</Button>
        <Button type="submit" variant="filled" loading={running} disabled={problem !== undefined || ttl === undefined}>
          {t('duplicate.action')}
        </Button>
      </DialogActions>
    </form>
  )
}
