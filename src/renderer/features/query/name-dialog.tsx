import { Button, Modal, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { definitionNameSchema, type SavedQuery } from '../../../contract/index.ts'
import { DialogActions } from '../../ui/confirm-dialog.tsx'
import { ErrorLine } from '../../ui/states.tsx'
import { useUiTexts } from '../../ui/texts.ts'
import classes from './query.module.css'
import { useQueryTexts } from './texts.ts'

interface NameDialogProps {
  readonly title: string
  readonly action: string
  readonly initial?: string
  readonly taken: readonly SavedQuery[]
  /** The dialog closes when it resolves, and shows the error when it rejects. */
  readonly onName: (name: string) => Promise<void>
  readonly onClose: () => void
}

export function NameDialog({ title, action, initial = '', taken, onName, onClose }: NameDialogProps) {
  const t = useQueryTexts()
  const ui = useUiTexts()
  const [name, setName] = useState(initial)
  const [running, setRunning] = useState(false)
  const [error, setError] = useState<unknown>()
  // As the host takes it: the same letters may be put together in two ways.
  const wanted = definitionNameSchema.safeParse(name).data
  const replaces = wanted !== initial && taken.some((saved) => saved.name === wanted)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    if (wanted === undefined) return
    setRunning(true)
    setError(undefined)
    try {
      await onName(wanted)
      onClose()
    } catch (failure) {
      setError(failure)
    } finally {
      setRunning(false)
    }
  }
  return (
    <Modal opened onClose={onClose} title={title} closeButtonProps={{ 'aria-label': ui('close') }}>
      <form className={classes.form} onSubmit={(event) => void submit(event)} noValidate>
        <TextInput
          label={t('name')}
          description={replaces ? t('nameTaken') : t('nameHelp')}
          inputWrapperOrder={['label', 'input', 'description', 'error']}
          value={name}
          maxLength={64}
          onChange={(event) => setName(event.currentTarget.value)}
          autoComplete="off"
          spellCheck={false}
          data-autofocus
        />
        {error !== undefined && <ErrorLine error={error} />}
        <DialogActions>
          <Button onClick={onClose}>{ui('cancel')}</Button>
          <Button type="submit" variant="filled" loading={running} disabled={wanted === undefined}>
            {action}
          </Button>
        </DialogActions>
      </form>
    </Modal>
  )
}
