import { ActionIcon, Button, Menu } from '@mantine/core'
import { CopyPlus, Ellipsis, FileDiff, Pencil, Save, Trash2, Undo2 } from 'lucide-react'
import type { RecordPart } from '../../../contract/index.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { CopyLinkButton } from '../../ui/copy-link-button.tsx'
import { linkToRecord } from '../../ui/deep-link.ts'
import { discardDraft, useDataStore } from './data-store.ts'
import { type Draft, isDirty } from './draft.ts'
import { KeyName } from './key-name.tsx'
import { useDataTexts } from './texts.ts'
import classes from './value-pane.module.css'

interface RecordHeadProps {
  readonly record: RecordPart
  readonly draft: Draft | undefined
  readonly isEditable: boolean
  readonly isSaving: boolean
  readonly onEdit: () => void
  readonly onDuplicate: () => void
  readonly onDelete: () => void
  /** To the changes, and from there to the store. */
  readonly onGoOn: () => void
}

/** The key, and what can be done with the record. */
export function RecordHead({ record, draft, ...acts }: RecordHeadProps) {
  const t = useDataTexts()
  return (
    <div className={classes.keyLine}>
      <div className={classes.keyName}>
        <h2 className={classes.key} title={record.key} aria-label={record.key}>
          <KeyName text={record.key} />
        </h2>
        <CopyButton text={record.key} label={t('copyKey')} />
        <CopyLinkButton link={linkToRecord(record.key)} />
      </div>
      <div className={classes.acts}>
        {draft ? <DraftActs draft={draft} isSaving={acts.isSaving} onGoOn={acts.onGoOn} /> : <RecordActs {...acts} />}
      </div>
    </div>
  )
}

function RecordActs({ isEditable, onEdit, onDuplicate, onDelete }: Omit<RecordHeadProps, 'record' | 'draft'>) {
  const t = useDataTexts()
  return (
    <>
      <Button leftSection={<Trash2 size={14} aria-hidden="true" />} onClick={onDelete}>
        {t('delete')}
      </Button>
      <Button
        leftSection={<Pencil size={14} aria-hidden="true" />}
        disabled={!isEditable}
        title={isEditable ? undefined : t('notEditable')}
        onClick={onEdit}
      >
        {t('edit')}
      </Button>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon variant="default" aria-label={t('moreOfRecord')}>
            <Ellipsis size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown aria-label={t('moreOfRecord')}>
          <Menu.Item leftSection={<CopyPlus size={14} aria-hidden="true" />} onClick={onDuplicate}>
            {t('duplicate')}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
    </>
  )
}

function DraftActs({ draft, isSaving, onGoOn }: { draft: Draft; isSaving: boolean; onGoOn: () => void }) {
  const t = useDataTexts()
  const isReviewed = draft.stage === 'review'
  return (
    <>
      {isDirty(draft) && !isReviewed && <span className={classes.note}>{t('edited')}</span>}
      <Button leftSection={<Undo2 size={14} aria-hidden="true" />} onClick={discardDraft}>
        {t('discard')}
      </Button>
      {isReviewed && (
        <Button
          leftSection={<Pencil size={14} aria-hidden="true" />}
          onClick={() => useDataStore.setState({ draft: { ...draft, stage: 'edit' } })}
        >
          {t('goOnEditing')}
        </Button>
      )}
      <Button
        variant="filled"
        leftSection={isReviewed ? <Save size={14} aria-hidden="true" /> : <FileDiff size={14} aria-hidden="true" />}
        loading={isSaving}
        disabled={!isDirty(draft)}
        onClick={onGoOn}
      >
        {t(isReviewed ? 'save' : 'review')}
      </Button>
    </>
  )
}
