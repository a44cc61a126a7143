import { Button, Modal } from '@mantine/core'
import { DialogActions } from '../../ui/confirm-dialog.tsx'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { useUiTexts } from '../../ui/texts.ts'
import type { ConfigEntry } from './entries.ts'
import classes from './settings.module.css'
import { useSettingsTexts } from './texts.ts'
import type { EditConflict } from './use-apply.ts'
import { ValueText } from './value-text.tsx'

interface EditConflictDialogProps {
  readonly conflict: EditConflict | undefined
  readonly entries: readonly ConfigEntry[]
  readonly onTakeTheirs: () => void
  readonly onApplyMine: (version: string) => void
  readonly onClose: () => void
}

/** Both sides, when the file was edited by hand while changes were staged. */
export function EditConflictDialog({ conflict, entries, onTakeTheirs, onApplyMine, onClose }: EditConflictDialogProps) {
  const t = useSettingsTexts()
  const ui = useUiTexts()
  const entryOf = (key: string) => entries.find((entry) => entry.key === key)
  const columns: readonly Column<EditConflict['keys'][number]>[] = [
    { id: 'key', title: t('key'), cell: ({ key }) => <code className={classes.key}>{key}</code> },
    { id: 'seen', title: t('conflict.seen'), cell: ({ key, seen }) => <ValueText value={seen} unit={entryOf(key)?.unit} /> },
    { id: 'now', title: t('conflict.now'), cell: ({ key, now }) => <ValueText value={now} unit={entryOf(key)?.unit} /> },
    {
      id: 'mine',
      title: t('conflict.mine'),
      cell: ({ key, mine }) =>
        entryOf(key)?.secret && mine !== null ? (
          t('newSecret')
        ) : (
          <ValueText value={mine ?? entryOf(key)?.default} unit={entryOf(key)?.unit} />
        ),
    },
  ]
  return (
    <Modal
      opened={conflict !== undefined}
      onClose={onClose}
      size={720}
      title={t('conflict.title')}
      closeButtonProps={{ 'aria-label': ui('close') }}
    >
      {conflict && (
        <>
          <p className={classes.conflictText}>{t('conflict.text')}</p>
          <div className={classes.sides}>
            <DataTable label={t('conflict.title')} columns={columns} rows={conflict.keys} rowKey={({ key }) => key} />
          </div>
          <DialogActions>
            <Button onClick={onClose} data-autofocus>
              {ui('cancel')}
            </Button>
            <Button onClick={onTakeTheirs}>{t('conflict.takeTheirs')}</Button>
            <Button variant="filled" onClick={() => onApplyMine(conflict.version)}>
              {t('conflict.applyMine')}
            </Button>
          </DialogActions>
        </>
      )}
    </Modal>
  )
}
