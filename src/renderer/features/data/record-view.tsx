import { Button, SegmentedControl } from '@mantine/core'
import { Download, Pencil, Save, Trash2, Undo2 } from 'lucide-react'
import { Suspense, useMemo, useState } from 'react'
import type { RecordWithValue } from '../../../contract/index.ts'
import { base64Of } from '../../bridge/value-bytes.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { CopyLinkButton } from '../../ui/copy-link-button.tsx'
import { linkToRecord } from '../../ui/deep-link.ts'
import { LevelMark } from '../../ui/level-mark.tsx'
import { ErrorLine, LoadingState } from '../../ui/states.tsx'
import { ConflictDialog } from './conflict-dialog.tsx'
import { beginDraft, isDirty, useDataStore } from './data-store.ts'
import { DeleteDialog } from './delete-dialog.tsx'
import { MetaLine } from './meta-line.tsx'
import { fileNameOf, saveBytes } from './save-file.ts'
import { useDataTexts } from './texts.ts'
import { useRecordKeys } from './use-record-keys.ts'
import { useSaveDraft } from './use-save-draft.ts'
import { contentOf, type ValueView } from './value-content.ts'
import { CodeEditor, ValueDisplay } from './value-display.tsx'
import classes from './value-pane.module.css'

interface RecordViewProps {
  readonly record: RecordWithValue
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly onDeleted: (key: string) => void
}

/** One record: its key, its metadata in one line, its value by viewer, and editing in place. */
export function RecordView({ record, bytes, onDeleted }: RecordViewProps) {
  const t = useDataTexts()
  const content = useMemo(() => contentOf(bytes, record.contentType), [bytes, record.contentType])
  const { draft: anyDraft, view: wanted } = useDataStore()
  const draft = anyDraft?.key === record.key ? anyDraft : undefined
  const [deleting, setDeleting] = useState(false)
  const saving = useSaveDraft()
  const view = draft?.view ?? (wanted !== undefined && content.views.includes(wanted) ? wanted : (content.views[0] as ValueView))
  const editable = content.text !== undefined && view !== 'hex'

  const edit = () => useDataStore.setState({ draft: beginDraft(record, bytes, view, Date.now()) })
  const discard = () => useDataStore.setState({ draft: undefined })
  const save = () => {
    if (!draft) return
    void saving.save(draft)
  }
  useRecordKeys({ editing: draft !== undefined, edit: editable ? edit : undefined, save, remove: () => setDeleting(true) })

  return (
    <section className={classes.record} aria-label={t('record')}>
      <div className={classes.keyLine}>
        <h2 className={classes.key} title={record.key}>
          {record.key}
        </h2>
        <CopyButton text={record.key} label={t('copyKey')} />
        <CopyLinkButton link={linkToRecord(record.key)} />
        <span className={classes.space} />
        {draft ? (
          <>
            <span className={classes.note}>{isDirty(draft) && t('edited')}</span>
            <Button leftSection={<Undo2 size={14} aria-hidden="true" />} onClick={discard}>
              {t('discard')}
            </Button>
            <Button
              variant="filled"
              leftSection={<Save size={14} aria-hidden="true" />}
              loading={saving.running}
              disabled={!isDirty(draft)}
              onClick={save}
            >
              {t('save')}
            </Button>
          </>
        ) : (
          <>
            <Button leftSection={<Trash2 size={14} aria-hidden="true" />} onClick={() => setDeleting(true)}>
              {t('delete')}
            </Button>
            <Button leftSection={<Pencil size={14} aria-hidden="true" />} disabled={!editable} onClick={edit}>
              {t('edit')}
            </Button>
          </>
        )}
      </div>
      <MetaLine record={record} />
      <div className={classes.tools}>
        <SegmentedControl
          size="xs"
          aria-label={t('view')}
          value={view}
          disabled={draft !== undefined}
          data={content.views.map((name) => ({ value: name, label: t(name) }))}
          onChange={(name) => useDataStore.setState({ view: name as ValueView })}
        />
        <span className={classes.space} />
        <CopyButton text={content.text ?? base64Of(bytes)} label={content.text === undefined ? t('copyHex') : t('copyValue')} />
        <Button
          variant="subtle"
          color="gray"
          leftSection={<Download size={14} aria-hidden="true" />}
          onClick={() => void saveBytes(fileNameOf(record.key, extensionOf(content.views[0])), record.contentType, bytes)}
        >
          {t('saveFile')}
        </Button>
      </div>
      {draft !== undefined && draft.base.version !== record.version && (
        <div className={classes.warning} role="status">
          <LevelMark level="warning" /> {t('newer')}
        </div>
      )}
      {saving.problem !== undefined && (
        <div className={classes.warning} role="alert">
          <LevelMark level="critical" /> {t('invalidJson', { problem: saving.problem })}
        </div>
      )}
      {saving.error !== undefined && (
        <div className={classes.warning} role="alert">
          <LevelMark level="critical" /> <ErrorLine error={saving.error} />
        </div>
      )}
      {draft ? (
        <div className={classes.value}>
          <Suspense fallback={<LoadingState />}>
            <CodeEditor
              key={`${record.key} edit`}
              text={draft.text}
              language={draft.view}
              label={t('editor', { key: record.key })}
              readOnly={false}
              onChange={(text) => useDataStore.setState({ draft: { ...draft, text } })}
            />
          </Suspense>
        </div>
      ) : (
        <ValueDisplay recordKey={record.key} bytes={bytes} text={content.text} view={view} />
      )}
      <DeleteDialog
        record={deleting ? record : undefined}
        onClose={() => setDeleting(false)}
        onDeleted={() => {
          discard()
          onDeleted(record.key)
        }}
      />
      <ConflictDialog conflict={saving.conflict} onDecide={saving.decide} />
    </section>
  )
}

const extensionOf = (view: ValueView | undefined): string => (view === 'json' ? '.json' : view === 'text' ? '.txt' : '.bin')
