import { Button, Modal } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import classes from './dialog.module.css'
import { ErrorLine } from './states.tsx'
import { useUiTexts } from './texts.ts'

interface ConfirmDialogProps {
  readonly opened: boolean
  /** A question that names the target. */
  readonly title: string
  /** What will be, and whether it can be undone. */
  readonly children: ReactNode
  /** The verb on the button. */
  readonly action: string
  readonly dangerous?: boolean
  readonly disabled?: boolean
  /** The dialog closes when it resolves, and shows the error when it rejects. */
  readonly onConfirm: () => Promise<unknown>
  readonly onClose: () => void
}

/** Asks before an act that cannot simply be taken back. The focus begins on the way out, not on the act. */
export function ConfirmDialog({
  opened,
  title,
  children,
  action,
  dangerous = false,
  disabled = false,
  onConfirm,
  onClose,
}: ConfirmDialogProps) {
  const t = useUiTexts()
  const [running, setRunning] = useState(false)
  const [error, setError] = useState<unknown>()
  const close = () => {
    setError(undefined)
    onClose()
  }
  const confirm = async () => {
    setRunning(true)
    setError(undefined)
    try {
      await onConfirm()
      close()
    } catch (failure) {
      setError(failure)
    } finally {
      setRunning(false)
    }
  }
  return (
    <Modal opened={opened} onClose={close} title={title} closeButtonProps={{ 'aria-label': t('close') }}>
      <div className={classes.body}>
        <div>{children}</div>
        {error !== undefined && <ErrorLine error={error} />}
        <DialogActions>
          <Button onClick={close} data-autofocus>
            {t('cancel')}
          </Button>
          <Button variant="filled" color={dangerous ? 'red' : 'teal'} loading={running} disabled={disabled} onClick={confirm}>
            {action}
          </Button>
        </DialogActions>
      </div>
    </Modal>
  )
}

/** The buttons of a dialog: the way out first, the act last. */
export function DialogActions({ children }: { children: ReactNode }) {
  return <div className={classes.actions}>{children}</div>
}
