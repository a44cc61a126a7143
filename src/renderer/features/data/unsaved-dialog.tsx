import { Button, Modal } from '@mantine/core'
import { DialogActions } from '../../ui/confirm-dialog.tsx'
import { ErrorLine } from '../../ui/states.tsx'
import { useUiTexts } from '../../ui/texts.ts'
import { ConflictDialog } from './conflict-dialog.tsx'
import { discardDraft, useDataStore } from './data-store.ts'
import { ChangesOf } from './draft-editor.tsx'
import { useDataTexts } from './texts.ts'
import { useLast } from './use-last.ts'
import { useSaveDraft } from './use-save-draft.ts'
import classes from './value-pane.module.css'

interface UnsavedDialogProps {
  /** What somebody wants to do that would leave the draft behind. */
  readonly wanted: (() => Promise<unknown>) | undefined
  readonly onStay: () => void
  readonly onLeave: () => void
}

/** Asks what becomes of unsaved changes before another record is shown. */
export function UnsavedDialog({ wanted, onStay, onLeave }: UnsavedDialogProps) {
  const t = useDataTexts()
  const ui = useUiTexts()
  const draft = useDataStore((store) => store.draft)
  const shown = useLast(draft)
  const saving = useSaveDraft()
  const discard = () => {
    discardDraft()
    onLeave()
  }
  const save = async () => {
    if (!draft) return
    if (await saving.save(draft)) onLeave()
  }
  return (
    <>
      <Modal
        opened={wanted !== undefined && saving.conflict === undefined}
        onClose={onStay}
        size={640}
        title={t('unsaved.title', { key: shown?.key ?? '' })}
        closeButtonProps={{ 'aria-label': ui('close') }}
      >
        <p>{t('unsaved.text')}</p>
        <div className={classes.changes}>{shown && <ChangesOf draft={shown} />}</div>
        {saving.problem !== undefined && <p role="alert">{t('invalidJson', { problem: saving.problem })}</p>}
        {saving.error !== undefined && <ErrorLine error={saving.error} />}
        <DialogActions>
          <Button onClick={onStay} data-autofocus>
            {t('unsaved.stay')}
          </Button>
          <Button onClick={discard}>{t('discard')}</Button>
          <Button variant="filled" loading={saving.running} onClick={() => void save()}>
            {t('save')}
          </Button>
        </DialogActions>
      </Modal>
      <ConflictDialog
        conflict={saving.conflict}
        onDecide={async (decision) => {
          await saving.decide(decision)
          if (useDataStore.getState().draft === undefined) onLeave()
          else onStay()
        }}
      />
    </>
  )
}
