import { Button, Modal } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import type { ShellState, TestOutcome } from '../../../contract/index.ts'
import { callShell, refreshShellState } from '../../bridge/shell.ts'
import { DialogActions } from '../../ui/confirm-dialog.tsx'
import { ErrorLine } from '../../ui/states.tsx'
import { useUiTexts } from '../../ui/texts.ts'
import classes from './connections.module.css'
import { type EditorDraft, isComplete, toConnectionDraft } from './editor-draft.ts'
import { MarkFields } from './mark-fields.tsx'
import { TargetFields } from './target-fields.tsx'
import { isUsable, TestResult } from './test-result.tsx'
import { useConnectionTexts } from './texts.ts'

interface EditorDialogProps {
  readonly initial: EditorDraft
  readonly state: ShellState
  readonly onClose: () => void
}

/** Makes or changes a connection. A host is tested before it is remembered; one that cannot be reached now may still be saved. */
export function EditorDialog({ initial, state, onClose }: EditorDialogProps) {
  const t = useConnectionTexts()
  const ui = useUiTexts()
  const [draft, setDraft] = useState(initial)
  const [tested, setTested] = useState<{ draft: EditorDraft; outcome: TestOutcome }>()
  const [running, setRunning] = useState<'test' | 'save'>()
  const [error, setError] = useState<unknown>()
  const attempt = async (what: 'test' | 'save', act: () => Promise<void>) => {
    setRunning(what)
    setError(undefined)
    try {
      await act()
    } catch (failure) {
      setError(failure)
    } finally {
      setRunning(undefined)
    }
  }
  const asked = toConnectionDraft(draft)
  // A result speaks of what was tested, not of what was typed since.
  const outcome = tested && sameTarget(tested.draft, draft) ? tested.outcome : undefined
  const test = () => attempt('test', async () => setTested({ draft, outcome: await callShell('connections.test', testOf(asked)) }))
  const save = () =>
    attempt('save', async () => {
      await callShell('connections.save', asked)
      await refreshShellState()
      onClose()
    })
  const testFirst = !draft.isFirst && outcome === undefined && !(draft.id !== undefined && sameTarget(draft, initial))
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (isComplete(draft)) void (testFirst ? test() : save())
  }
  const saveAnyway = outcome !== undefined && !isUsable(outcome)
  return (
    <Modal
      opened
      size="lg"
      onClose={onClose}
      title={t(draft.id === undefined ? 'newTitle' : 'editTitle')}
      closeButtonProps={{ 'aria-label': ui('close') }}
    >
      <form className={classes.form} onSubmit={submit}>
        {draft.proposed && <p className={classes.quiet}>{t('proposed')}</p>}
        {!draft.isFirst && <TargetFields draft={draft} canEncrypt={state.canEncrypt} onChange={setDraft} />}
        <TestResult outcome={outcome} />
        <MarkFields draft={draft} onChange={setDraft} />
        {error !== undefined && <ErrorLine error={error} />}
        <div className={classes.bar}>
          <DialogActions>
            <Button onClick={onClose}>{ui('cancel')}</Button>
            {!draft.isFirst && !testFirst && (
              <Button loading={running === 'test'} disabled={!isComplete(draft)} onClick={() => void test()}>
                {t('testAgain')}
              </Button>
            )}
            <Button type="submit" variant="filled" loading={running !== undefined} disabled={!isComplete(draft)}>
              {t(testFirst ? 'test' : saveAnyway ? 'saveAnyway' : 'save')}
            </Button>
          </DialogActions>
        </div>
      </form>
    </Modal>
  )
}

const sameTarget = (one: EditorDraft, other: EditorDraft): boolean =>
  JSON.stringify([one.target, one.token]) === JSON.stringify([other.target, other.token])

const testOf = ({ id, target, token }: ReturnType<typeof toConnectionDraft>) => ({
  target,
  ...(id !== undefined && { id }),
  ...(token !== undefined && { token }),
})
