import type { EncryptionAction } from '../../../contract/index.ts'
import { useCommand, useOperation } from '../../bridge/query.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import { jobSubject, notify } from '../../ui/notify.tsx'
import { useUiTexts } from '../../ui/texts.ts'
import classes from './encryption.module.css'
import { Readable } from './encryption-panel.tsx'
import { useEncryptionTexts } from './encryption-texts.ts'

interface EncryptionDialogProps {
  /** The dialog is open while there is one. */
  readonly action: EncryptionAction | undefined
  readonly onClose: () => void
}

/** Says before it begins what becomes final, what stays readable, and what has to be kept. */
export function EncryptionDialog({ action, onClose }: EncryptionDialogProps) {
  const t = useEncryptionTexts()
  const ui = useUiTexts()
  const report = useOperation('encryption.get', {})
  const change = useCommand('encryption.change')
  const file = report.state === 'ready' ? report.data.keyFile : ''
  const what = action ?? 'enable'
  const confirm = async () => {
    const { kind } = await change.run({ action: what })
    notify({ subject: jobSubject(kind), message: ui('jobStarted', { name: ui(`job.${kind}`) }) })
    if (report.state !== 'loading') report.retry()
  }
  return (
    <ConfirmDialog
      opened={action !== undefined}
      title={t(`${what}.title`)}
      action={t(`${what}.action`)}
      guarded
      onConfirm={confirm}
      onClose={onClose}
    >
      <div className={classes.explanation}>
        <p>{t(`${what}.text`)}</p>
        <p>{t('undo')}</p>
        <p>{t('room')}</p>
        {what === 'disable' ? <p>{t('keep')}</p> : <p>{t('copyFrom', { file })}</p>}
        {what === 'enable' && <Readable title={t('readable')} />}
      </div>
    </ConfirmDialog>
  )
}
