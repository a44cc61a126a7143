import type { HeldLock, TransactionView } from '../../../contract/index.ts'
import { call } from '../../bridge/call.ts'
import { formatAbsolute, formatNumber, useLanguage } from '../../language/index.ts'
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx'
import classes from './locks.module.css'
import { useLockTexts } from './texts.ts'

interface ReleaseDialogProps {
  /** The dialog is open while there is one. */
  readonly lock: HeldLock | undefined
  readonly onReleased: () => void
  readonly onClose: () => void
}

/** Says whom it is taken from, and what that does not stop. */
export function ReleaseDialog({ lock, onReleased, onClose }: ReleaseDialogProps) {
  const t = useLockTexts()
  const language = useLanguage()
  const { names = [], owner = '', token = 0, waiting = 0 } = lock ?? {}
  const time = lock ? formatAbsolute(Date.parse(lock.acquiredAt), language).local : ''
  const facts = { name: names[0] ?? '', n: formatNumber(names.length, language) }
  return (
    <ConfirmDialog
      opened={lock !== undefined}
      title={names.length > 1 ? t('release.titleMany', facts) : t('release.title', facts)}
      action={t('release.action')}
      dangerous
      onConfirm={async () => {
        if (lock === undefined) return
        await call('locks.forceRelease', { id: lock.id })
        onReleased()
      }}
      onClose={onClose}
    >
      <div className={classes.explanation}>
        <p>{owner === '' ? t('release.noOwner', { time }) : t('release.holder', { owner, time })}</p>
        <p>{t('release.fenced', { token })}</p>
        <p>{t('release.unfenced')}</p>
        {waiting > 0 && <p>{t('release.next', { count: waiting })}</p>}
        <p>{t('release.noted')}</p>
      </div>
    </ConfirmDialog>
  )
}

interface RollBackDialogProps {
  /** The dialog is open while there is one. */
  readonly transaction: TransactionView | undefined
  readonly onRolledBack: () => void
  readonly onClose: () => void
}

export function RollBackDialog({ transaction, onRolledBack, onClose }: RollBackDialogProps) {
  const t = useLockTexts()
  return (
    <ConfirmDialog
      opened={transaction !== undefined}
      title={t('rollBack.title')}
      action={t('rollBack.action')}
      dangerous
      onConfirm={async () => {
        if (transaction === undefined) return
        await call('transactions.rollBack', { id: transaction.id })
        onRolledBack()
      }}
      onClose={onClose}
    >
      <div className={classes.explanation}>
        <p>{t('rollBack.text', { count: transaction?.writes ?? 0 })}</p>
        <p>{t('rollBack.program')}</p>
      </div>
    </ConfirmDialog>
  )
}
