import { Button, PasswordInput, Radio, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { type Existing, existingSchema, type InputOf } from '../../../contract/index.ts'
import { asCallError, type CallError, call } from '../../bridge/call.ts'
import { DialogActions } from '../../ui/confirm-dialog.tsx'
import { notify } from '../../ui/notify.tsx'
import { ErrorLine } from '../../ui/states.tsx'
import { useUiTexts } from '../../ui/texts.ts'
import { closeImport } from './import-actions.ts'
import { useTransferTexts } from './texts.ts'
import classes from './transfer.module.css'

export type PlaceKind = 'redis' | 'lmdb'
type Source = InputOf<'imports.start'>['source']

interface Fields {
  readonly url: string
  readonly password: string
  readonly match: string
  readonly path: string
  readonly table: string
  readonly prefix: string
  readonly existing: Existing
}

const empty: Fields = { url: '', password: '', match: '', path: '', table: '', prefix: '', existing: 'overwrite' }

/** Something that the host itself reads: the import is a job there, which goes on without this window. */
export function PlaceForm({ kind, onBack }: { kind: PlaceKind; onBack: () => void }) {
  const t = useTransferTexts()
  const ui = useUiTexts()
  const [fields, setFields] = useState(empty)
  const [error, setError] = useState<CallError>()
  const [isBusy, setBusy] = useState(false)
  const change = (changed: Partial<Fields>) => setFields((before) => ({ ...before, ...changed }))
  const begin = async (event: FormEvent) => {
    event.preventDefault()
    setBusy(true)
    try {
      await call('imports.start', { source: sourceOf(kind, fields), existing: fields.existing })
      notify({ subject: 'imports.start', message: ui('jobStarted', { name: t('place.job') }) })
      onBack()
      closeImport()
    } catch (failure) {
      setError(asCallError(failure))
    } finally {
      setBusy(false)
    }
  }
  return (
    <form className={classes.form} onSubmit={(event) => void begin(event)} aria-label={t(`place.${kind}Title`)}>
      <strong>{t(`place.${kind}Title`)}</strong>
      <p className={classes.text}>{t(`place.${kind}Text`)}</p>
      {kind === 'redis' ? <RedisFields fields={fields} onChange={change} /> : <LmdbFields fields={fields} onChange={change} />}
      <TextInput label={t('key.prefix')} value={fields.prefix} onChange={(event) => change({ prefix: event.currentTarget.value })} />
      <Radio.Group
        label={t('existing.title')}
        value={fields.existing}
        onChange={(value) => change({ existing: value as Existing })}
        classNames={{ root: classes.across }}
      >
        {existingSchema.options.map((existing) => (
          <Radio key={existing} value={existing} label={t(`existing.${existing}`)} />
        ))}
      </Radio.Group>
      {error !== undefined && <ErrorLine error={error} />}
      <DialogActions>
        <Button onClick={onBack}>{t('place.back')}</Button>
        <Button type="submit" variant="filled" loading={isBusy} disabled={(kind === 'redis' ? fields.url : fields.path).trim() === ''}>
          {t('import.action')}
        </Button>
      </DialogActions>
    </form>
  )
}

interface FieldsProps {
  readonly fields: Fields
  readonly onChange: (changed: Partial<Fields>) => void
}

function RedisFields({ fields, onChange }: FieldsProps) {
  const t = useTransferTexts()
  return (
    <>
      <TextInput
        label={t('place.url')}
        description={t('place.urlHint')}
        value={fields.url}
        onChange={(event) => onChange({ url: event.currentTarget.value })}
        data-autofocus
      />
      <PasswordInput
        label={t('place.password')}
        description={t('place.passwordHint')}
        value={fields.password}
        autoComplete="off"
        onChange={(event) => onChange({ password: event.currentTarget.value })}
      />
      <TextInput
        label={t('place.match')}
        description={t('place.matchHint')}
        value={fields.match}
        onChange={(event) => onChange({ match: event.currentTarget.value })}
      />
    </>
  )
}

function LmdbFields({ fields, onChange }: FieldsProps) {
  const t = useTransferTexts()
  return (
    <>
      <TextInput
        label={t('place.path')}
        description={t('place.pathHint')}
        value={fields.path}
        onChange={(event) => onChange({ path: event.currentTarget.value })}
        data-autofocus
      />
      <TextInput
        label={t('place.table')}
        description={t('place.tableHint')}
        value={fields.table}
        onChange={(event) => onChange({ table: event.currentTarget.value })}
      />
    </>
  )
}

function sourceOf(kind: PlaceKind, { url, password, match, path, table, prefix }: Fields): Source {
  if (kind === 'lmdb') return { kind, path: path.trim(), prefix, ...(table !== '' && { table }) }
  return { kind, url: withPassword(url.trim(), password), prefix, ...(match !== '' && { match }) }
}

/** Beside the address, so that it is never seen on the screen. */
function withPassword(url: string, password: string): string {
  if (password === '' || !URL.canParse(url)) return url
  const parsed = new URL(url)
  parsed.password = encodeURIComponent(password)
  return parsed.href
}
