import { Button, Modal } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import classes from './dialog.module.css'
import { useProductionQuestion } from './production-question.tsx'
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
  /** It destroys something: red, and asks for the connection's name where that has the production mark. */
  readonly dangerous?: boolean
  /** It changes much without destroying: asks for the name on production, without the red. */
  readonly guarded?: boolean
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
  guarded = dangerous,
  disabled = false,
  onConfirm,
  onClose,
}: ConfirmDialogProps) {
  const t = useUiTexts()
  const [running, setRunning] = useState(false)
  const [error, setError] = useState<unknown>()
  const production = useProductionQuestion(guarded)
  const close = () => {
    setError(undefined)
    production.reset()
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
        {production.field}
        {error !== undefined && <ErrorLine error={error} />}
        <DialogActions>
          <Button onClick={close} data-autofocus>
            {t('cancel')}
          </Button>
          <Button
            variant="filled"
            color={dangerous ? 'red' : 'teal'}
            loading={running}
            disabled={disabled || !production.answered}
            onClick={confirm}
          >
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
