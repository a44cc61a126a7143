import { useEffect, useState } from 'react'
import type { RecordPart } from '../../../contract/index.ts'
import { LevelMark } from '../../ui/level-mark.tsx'
import { ErrorLine, LoadingState } from '../../ui/states.tsx'
import { useBrowseStore } from './browse-store.ts'
import { ConflictDialog } from './conflict-dialog.tsx'
import { discardDraft, useDataStore } from './data-store.ts'
import { DeleteDialog } from './delete-dialog.tsx'
import { beginDraft } from './draft.ts'
import { DraftChanges, DraftEditor } from './draft-editor.tsx'
import { DuplicateDialog } from './duplicate-dialog.tsx'
import { MetaDialog } from './meta-dialog.tsx'
import { MetaLine } from './meta-line.tsx'
import { RecordHead } from './record-head.tsx'
import { useDataTexts } from './texts.ts'
import { useRecordKeys } from './use-record-keys.ts'
import { useRecordValue } from './use-record-value.ts'
import { useSaveDraft } from './use-save-draft.ts'
import { ValueDisplay } from './value-display.tsx'
import classes from './value-pane.module.css'
import { ValueTools } from './value-tools.tsx'
import { loadedAtOnceBytes, viewFor } from './view-choice.ts'
import { defaultDelimiters, ViewMemory } from './view-memory.ts'
import type { Decoder } from './viewers/decoder.ts'
import { needsWhole, type ValueView } from './viewers/value-views.ts'

interface RecordViewProps {
  readonly record: RecordPart
  /** It is not in the store any more; this is how it was. */
  readonly isGone: boolean
  readonly decoder: Decoder
  /** Its time is over. */
  readonly onExpired: () => void
  readonly onDeleted: (key: string) => void
  readonly onShow: (key: string) => void
}

/** One record: its key, its metadata in one line, its value by viewer, editing in place and the changes before they are saved. */
export function RecordView({ record, isGone, decoder, onExpired, onDeleted, onShow }: RecordViewProps) {
  const t = useDataTexts()
  const value = useRecordValue(record, decoder)
  const { shown } = value
  const anyDraft = useDataStore((store) => store.draft)
  const draft = anyDraft?.key === record.key ? anyDraft : undefined
  const [dialog, setDialog] = useState<'delete' | 'duplicate' | 'meta'>()
  const saving = useSaveDraft()
  const [view, chooseView] = useView(record, value)
  const [isEditWanted, setEditWanted] = useState(false)

  const edit = () => {
    setEditWanted(true)
    if (value.whole === undefined) void value.load()
  }
  // What is edited is the whole value of one state.
  useEffect(() => {
    if (!isEditWanted || !shown?.isWhole || shown.record.version !== record.version) return
    setEditWanted(false)
    useDataStore.setState({ draft: beginDraft(shown.record, shown.look, view, Date.now()) })
  }, [isEditWanted, shown, record.version, view])
  const isEditable = shown?.look.text !== undefined
  /** First the changes are shown, then they are saved. */
  const goOn = () => {
    if (draft?.stage === 'review') void saving.save(draft)
    else if (draft) void saving.review(draft)
  }
  useRecordKeys({
    editing: draft !== undefined,
    // A key that comes before the value does is not lost.
    edit: isEditable || shown === undefined ? edit : undefined,
    save: goOn,
    duplicate: () => setDialog('duplicate'),
    remove: () => setDialog('delete'),
  })

  return (
    <section className={classes.record} aria-label={t('record')}>
      <RecordHead
        record={record}
        draft={draft}
        isEditable={isEditable}
        isSaving={saving.running}
        onEdit={edit}
        onDuplicate={() => setDialog('duplicate')}
        onDelete={() => setDialog('delete')}
        onGoOn={goOn}
      />
      <MetaLine record={record} onEdit={() => setDialog('meta')} onExpired={onExpired} />
      {draft === undefined && shown !== undefined && <ValueTools shown={shown} view={view} onView={chooseView} />}
      {draft !== undefined && (isGone || draft.base.version !== record.version) && (
        <div className={classes.warning} role="status">
          <LevelMark level="warning" /> {t(isGone ? 'goneMeanwhile' : 'newer')}
        </div>
      )}
      {saving.problem !== undefined && (
        <div className={classes.warning} role="alert">
          <LevelMark level="critical" /> {t('invalidJson', { problem: saving.problem })}
        </div>
      )}
      {[saving.error, value.error].map(
        (error, place) =>
          error !== undefined && (
            // biome-ignore lint/suspicious/noArrayIndexKey: two fixed places
            <div key={place} className={classes.warning} role="alert">
              <LevelMark level="critical" /> <ErrorLine error={error} />
            </div>
          ),
      )}
      {draft?.stage === 'review' ? (
        <DraftChanges draft={draft} />
      ) : draft ? (
        <DraftEditor draft={draft} />
      ) : shown ? (
        <ValueDisplay shown={shown} view={view} value={value} />
      ) : (
        <LoadingState />
      )}
      <DeleteDialog
        record={dialog === 'delete' ? record : undefined}
        onClose={() => setDialog(undefined)}
        onDeleted={() => {
          discardDraft()
          onDeleted(record.key)
        }}
      />
      <DuplicateDialog record={dialog === 'duplicate' ? record : undefined} onClose={() => setDialog(undefined)} onShow={onShow} />
      <MetaDialog record={dialog === 'meta' ? record : undefined} onClose={() => setDialog(undefined)} />
      <ConflictDialog conflict={saving.conflict} onDecide={saving.decide} />
    </section>
  )
}

/** How the value is shown, and the choice of another way, which is remembered for records like this one. */
function useView(record: RecordPart, { shown, whole, load }: ReturnType<typeof useRecordValue>): [ValueView, (view: ValueView) => void] {
  const delimiters = useBrowseStore((store) => store.delimiters) ?? defaultDelimiters
  const [chosen, setChosen] = useState<ValueView>()
  const [remembered] = useState(() => new ViewMemory(localStorage).viewOf(record.key, delimiters))
  const view = viewFor({
    views: shown?.look.views ?? [],
    chosen,
    remembered,
    isWhole: shown?.isWhole ?? false,
    sizeBytes: record.size,
  })
  const isLoadedAtOnce = shown !== undefined && whole === undefined && needsWhole(view) && record.size <= loadedAtOnceBytes
  useEffect(() => {
    if (isLoadedAtOnce) void load()
  }, [isLoadedAtOnce, load])
  const choose = (wanted: ValueView) => {
    setChosen(wanted)
    new ViewMemory(localStorage).remember(record.key, delimiters, wanted)
  }
  return [view, choose]
}
