import { Button, FileButton, Modal, SegmentedControl, Textarea, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { maxKeyBytes } from '../../../contract/limits.ts'
import { asCallError } from '../../bridge/call.ts'
import { useCommand } from '../../bridge/query.ts'
import { formatNumber, useLanguage } from '../../language/index.ts'
import { DialogActions } from '../../ui/confirm-dialog.tsx'
import { ErrorLine } from '../../ui/states.tsx'
import { useUiTexts } from '../../ui/texts.ts'
import classes from './dialogs.module.css'
import { keyBytes } from './key-order.ts'
import { blankRecord, jsonProblem, keyProblem, type NewRecord, type NewValueKind, putOf, usualContentType } from './new-record.ts'
import { useDataTexts } from './texts.ts'
import { ttlOf } from './ttl.ts'
import { TtlFields } from './ttl-fields.tsx'
import { useViewerTexts } from './viewers/viewer-texts.ts'

interface CreateDialogProps {
  readonly opened: boolean
  /** The prefix that is shown: new keys often begin so. */
  readonly prefix: string
  readonly onClose: () => void
  readonly onShow: (key: string) => void
}

export function CreateDialog({ opened, prefix, onClose, onShow }: CreateDialogProps) {
  const t = useDataTexts()
  const ui = useUiTexts()
  return (
    <Modal opened={opened} onClose={onClose} size={560} title={t('create.title')} closeButtonProps={{ 'aria-label': ui('close') }}>
      <CreateForm prefix={prefix} onClose={onClose} onShow={onShow} />
    </Modal>
  )
}

function CreateForm({ prefix, onClose, onShow }: Omit<CreateDialogProps, 'opened'>) {
  const t = useDataTexts()
  const viewers = useViewerTexts()
  const ui = useUiTexts()
  const language = useLanguage()
  const put = useCommand('records.put')
  const [record, setRecord] = useState<NewRecord>({ ...blankRecord, key: prefix })
  const [tried, setTried] = useState(false)
  const [failure, setFailure] = useState<unknown>()
  const change = (part: Partial<NewRecord>) => setRecord({ ...record, ...part })

  const max = formatNumber(maxKeyBytes, language)
  const badKey = keyProblem(record.key)
  const badJson = jsonProblem(record)
  const badTtl = ttlOf(record.ttl) === undefined
  const noFile = record.kind === 'file' && !record.file
  const exists = failure !== undefined && asCallError(failure).code === 'precondition_failed'

  const create = async (event: FormEvent) => {
    event.preventDefault()
    setTried(true)
    setFailure(undefined)
    if (badKey || badJson || badTtl || noFile) return
    try {
      await put.run(await putOf(record))
      onShow(record.key)
    } catch (error) {
      setFailure(error)
    }
  }
  return (
    <form className={classes.form} onSubmit={(event) => void create(event)} noValidate>
      <TextInput
        label={t('create.key')}
        value={record.key}
        onChange={(event) => change({ key: event.currentTarget.value })}
        description={t('create.keyBytes', { bytes: formatNumber(keyBytes(record.key), language), max })}
        inputWrapperOrder={['label', 'input', 'description', 'error']}
        error={badKey !== undefined && (tried || badKey !== 'create.keyEmpty') ? t(badKey, { max }) : undefined}
        classNames={{ input: classes.mono }}
        spellCheck={false}
        autoComplete="off"
        data-autofocus
      />
      <SegmentedControl
        size="xs"
        aria-label={t('create.kind')}
        value={record.kind}
        data={[
          { value: 'json', label: viewers('json') },
          { value: 'text', label: viewers('text') },
          { value: 'file', label: t('create.file') },
        ]}
        onChange={(kind) => change({ kind: kind as NewValueKind, contentType: usualContentType[kind as NewValueKind] })}
      />
      {record.kind === 'file' ? (
        <div className={classes.line}>
          <FileButton onChange={(file) => file && change({ file, contentType: file.type || usualContentType.file })}>
            {(props) => <Button {...props}>{t('create.chooseFile')}</Button>}
          </FileButton>
          <span className={tried && noFile ? classes.problem : classes.mono}>
            {record.file?.name ?? (tried ? t('create.fileMissing') : '')}
          </span>
        </div>
      ) : (
        <Textarea
          label={t('create.value')}
          value={record.text}
          onChange={(event) => change({ text: event.currentTarget.value })}
          error={badJson === undefined ? undefined : t('invalidJson', { problem: badJson })}
          classNames={{ input: classes.area }}
          spellCheck={false}
        />
      )}
      <div className={classes.columns}>
        <TextInput
          label={t('create.contentType')}
          value={record.contentType}
          onChange={(event) => change({ contentType: event.currentTarget.value })}
          classNames={{ input: classes.mono }}
          spellCheck={false}
        />
        <TtlFields ttl={record.ttl} onChange={(ttl) => change({ ttl })} />
      </div>
      {exists ? (
        <div className={classes.line} role="alert">
          <span className={classes.problem}>{t('create.exists')}</span>
          <Button onClick={() => onShow(record.key)}>{t('create.open')}</Button>
        </div>
      ) : (
        failure !== undefined && <ErrorLine error={failure} />
      )}
      <DialogActions>
        <Button onClick={onClose}>{ui('cancel')}</Button>
        <Button type="submit" variant="filled" loading={put.running}>
          {t('create.action')}
        </Button>
      </DialogActions>
    </form>
  )
}
