import type { Backup, Status } from '../../../contract/index.ts'
import { call } from '../../bridge/call.ts'
import { formatAbsolute, formatNumber, useLanguage } from '../../language/index.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { HelpMark } from '../../ui/help-mark.tsx'
import { LevelMark } from '../../ui/level-mark.tsx'
import classes from './backups.module.css'
import { useBackupTexts } from './texts.ts'

const maxDamaged = 3

interface RestoreDialogProps {
  /** The dialog is open while there is one. */
  readonly backup: Backup | undefined
  readonly backups: readonly Backup[]
  /** Records in the store now. */
  readonly records: number | undefined
  readonly onClose: () => void
}

/** Says what the restore replaces, and that it can be undone, before it begins. */
export function RestoreDialog({ backup, backups, records, onClose }: RestoreDialogProps) {
  const t = useBackupTexts()
  const language = useLanguage()
  const time = backup ? formatAbsolute(Date.parse(backup.createdAt), language).local : ''
  return (
    <ConfirmDialog
      opened={backup !== undefined}
      title={t('restoreTitle', { time })}
      action={t('restoreAction')}
      dangerous
      onConfirm={async () => backup && call('backups.restore', { id: backup.id })}
      onClose={onClose}
    >
      <div className={classes.explanation}>
        {backup !== undefined &&
          backups
            .filter(({ state, createdAt }) => state === 'damaged' && createdAt > backup.createdAt)
            .slice(0, maxDamaged)
            .map(({ id, createdAt }) => (
              <p key={id}>
                <LevelMark level="warning" /> {t('restoreDamaged', { time: formatAbsolute(Date.parse(createdAt), language).local })}
              </p>
            ))}
        <p>
          {t('restoreReplaces', {
            records: records === undefined ? '…' : formatNumber(records, language),
            backup: formatNumber(backup?.records ?? 0, language),
          })}
        </p>
        <p>{t('restoreWrites')}</p>
        <p>
          {t('restoreUndo')} <HelpMark term="generation" />
        </p>
      </div>
    </ConfirmDialog>
  )
}

export function UndoDialog({ undo, onClose }: { undo: Status['undo'] | undefined; onClose: () => void }) {
  const t = useBackupTexts()
  const language = useLanguage()
  const time = undo ? formatAbsolute(Date.parse(undo.restoredAt), language).local : ''
  const again = undo?.undoesUndo ?? false
  return (
    <ConfirmDialog
      opened={Boolean(undo)}
      title={again ? t('undoUndoTitle') : t('undoTitle', { time })}
      action={t(again ? 'undoUndoAction' : 'undoAction')}
      guarded
      onConfirm={() => call('restore.undo', {})}
      onClose={onClose}
    >
      <p className={classes.explanation}>{t('undoText')}</p>
    </ConfirmDialog>
  )
}
