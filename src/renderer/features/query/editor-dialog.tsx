import { Button, Checkbox, Modal, SegmentedControl, Textarea } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import type { Collection } from '../../../contract/index.ts'
import { asCallError } from '../../bridge/call.ts'
import { useCommand, useOperation } from '../../bridge/query.ts'
import { useLanguage } from '../../language/index.ts'
import { DialogActions } from '../../ui/confirm-dialog.tsx'
import { ErrorLine } from '../../ui/states.tsx'
import { useUiTexts } from '../../ui/texts.ts'
import classes from './collections.module.css'
import { blankDefinition, type DefinitionDraft, definedBy, definitionInWay, draftOfCollection } from './definition-draft.ts'
import { DefinitionFields } from './definition-fields.tsx'
import { useQueryTexts } from './texts.ts'

interface EditorDialogProps {
  /** Undefined: a new one. */
  readonly collection: Collection | undefined
  readonly onSaved: (name: string) => void
  readonly onClose: () => void
}

/** Makes or changes a collection: the usual in fields, everything as JSON. Over the definition that editing began with, and no other. */
export function EditorDialog({ collection, onSaved, onClose }: EditorDialogProps) {
  const t = useQueryTexts()
  const ui = useUiTexts()
  const title = collection === undefined ? t('edit.new') : t('edit.change', { name: collection.name })
  return (
    <Modal opened onClose={onClose} size={720} title={title} closeButtonProps={{ 'aria-label': ui('close') }}>
      <EditorForm collection={collection} onSaved={onSaved} onClose={onClose} />
    </Modal>
  )
}

function EditorForm({ collection, onSaved, onClose }: EditorDialogProps) {
  const t = useQueryTexts()
  const ui = useUiTexts()
  const [draft, setDraft] = useState(() => (collection === undefined ? blankDefinition : draftOfCollection(collection)))
  const [tried, setTried] = useState(false)
  const [accepted, setAccepted] = useState(false)
  const put = useCommand('collections.put')
  const encryption = useOperation('encryption.get', {})
  const isEncrypted = encryption.state === 'ready' && encryption.data.state !== 'off'
  const language = useLanguage()
  const defined = definedBy(draft, language)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setTried(true)
    if (!defined.ok) return
    // A collection keeps its name, whatever its text says.
    const definition = { ...defined.definition, ...(collection && { name: collection.name }) }
    const ifVersion = collection === undefined ? null : collection.version
    await put.run({ ...definition, ifVersion, acceptPlaintextIndex: accepted }).then(
      () => {
        onSaved(definition.name)
        onClose()
      },
      () => undefined,
    )
  }
  const isStale = put.error !== undefined && asCallError(put.error).code === 'precondition_failed'
  return (
    <form className={classes.form} onSubmit={(event) => void submit(event)} noValidate>
      <WayControl draft={draft} onChange={setDraft} />
      {draft.way === 'rows' ? (
        <DefinitionFields draft={draft} isNew={collection === undefined} onChange={setDraft} />
      ) : (
        <Textarea
          aria-label={t('edit.json')}
          classNames={{ input: classes.area }}
          value={draft.json}
          onChange={(event) => setDraft({ ...draft, json: event.currentTarget.value })}
          spellCheck={false}
        />
      )}
      {isEncrypted && (
        <Checkbox label={t('edit.accept')} checked={accepted} onChange={(event) => setAccepted(event.currentTarget.checked)} />
      )}
      {!defined.ok && (tried || draft.way === 'json') && (
        <p className={classes.problem} role="alert">
          {t('mistake')} {defined.problem}
        </p>
      )}
      {put.error !== undefined && (isStale ? <p className={classes.problem}>{t('edit.stale')}</p> : <ErrorLine error={put.error} />)}
      <DialogActions>
        <Button onClick={onClose}>{ui('cancel')}</Button>
        <Button type="submit" variant="filled" loading={put.running}>
          {t(collection === undefined ? 'edit.make' : 'edit.save')}
        </Button>
      </DialogActions>
    </form>
  )
}

function WayControl({ draft, onChange }: { draft: DefinitionDraft; onChange: (draft: DefinitionDraft) => void }) {
  const t = useQueryTexts()
  const language = useLanguage()
  return (
    <div className={classes.wayLine}>
      <SegmentedControl
        size="xs"
        aria-label={t('way')}
        data={(['rows', 'json'] as const).map((value) => ({ value, label: t(`way.${value}`) }))}
        value={draft.way}
        onChange={(way) => {
          const next = definitionInWay(draft, way as DefinitionDraft['way'], language)
          if (next !== undefined) onChange(next)
        }}
      />
      <span className={classes.quiet}>{t('edit.jsonHelp')}</span>
    </div>
  )
}
