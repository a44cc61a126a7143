import { Button, Modal, PasswordInput } from '@mantine/core'
import { type FormEvent, useEffect, useRef, useState } from 'react'
import type { ConnectionView } from '../../contract/index.ts'
import { asCallError } from '../bridge/call.ts'
import { callShell, useShellState } from '../bridge/shell.ts'
import { DialogActions } from './confirm-dialog.tsx'
import { ConnectionMark, ProductionBadge } from './connection-mark.tsx'
import classes from './dialog.module.css'
import { ErrorLine } from './states.tsx'
import { useSwitch } from './switch-store.ts'
import { useUiTexts } from './texts.ts'
import { hasUnsavedWork } from './unsaved-work.ts'

/** Carries a wanted switch through, wherever it was asked for. Mounted once, in the frame. */
export function ConnectionSwitch() {
  const wantedId = useSwitch((store) => store.wantedId)
  const state = useShellState((store) => store.state)
  const wanted = state?.connections.find(({ id }) => id === wantedId)
  if (!wanted || wanted.id === state?.current.id) return null
  return <SwitchDialog key={wanted.id} wanted={wanted} onClose={() => useSwitch.setState({ wantedId: undefined })} />
}

type Step =
  | { readonly is: 'unsaved' | 'switching' }
  | { readonly is: 'token'; readonly refused: boolean }
  | { readonly is: 'failed'; readonly error: unknown }

function SwitchDialog({ wanted, onClose }: { wanted: ConnectionView; onClose: () => void }) {
  const t = useUiTexts()
  const begun = useRef(false)
  const [step, setStep] = useState<Step>(() => ({ is: hasUnsavedWork() ? 'unsaved' : 'switching' }))
  const begin = async (token?: string) => {
    begun.current = true
    setStep({ is: 'switching' })
    try {
      // When it has worked, the app loads this page anew.
      await callShell('connections.switch', token === undefined ? { id: wanted.id } : { id: wanted.id, token })
    } catch (error) {
      const needsToken = asCallError(error).code === 'unauthenticated'
      setStep(needsToken ? { is: 'token', refused: token !== undefined } : { is: 'failed', error })
    }
  }
  useEffect(() => {
    if (begun.current || step.is !== 'switching') return
    begun.current = true
    void begin()
  })
  return (
    <Modal
      opened
      onClose={onClose}
      closeOnClickOutside={step.is !== 'switching'}
      closeOnEscape={step.is !== 'switching'}
      withCloseButton={step.is !== 'switching'}
      title={t('switch.title', { name: wanted.name })}
      closeButtonProps={{ 'aria-label': t('close') }}
    >
      <div className={classes.body}>
        <p className={classes.target}>
          <ConnectionMark colour={wanted.colour} />
          <strong>{wanted.name}</strong>
          {wanted.production && <ProductionBadge />}
        </p>
        <StepBody step={step} onClose={onClose} onBegin={(token) => void begin(token)} />
      </div>
    </Modal>
  )
}

function StepBody({ step, onClose, onBegin }: { step: Step; onClose: () => void; onBegin: (token?: string) => void }) {
  const t = useUiTexts()
  switch (step.is) {
    case 'switching':
      return <p role="status">{t('switch.running')}</p>
    case 'unsaved':
      return (
        <>
          <p>{t('switch.unsaved')}</p>
          <DialogActions>
            <Button onClick={onClose} data-autofocus>
              {t('switch.stay')}
            </Button>
            <Button color="red" variant="filled" onClick={() => onBegin()}>
              {t('switch.discard')}
            </Button>
          </DialogActions>
        </>
      )
    case 'token':
      return <TokenForm refused={step.refused} onClose={onClose} onToken={onBegin} />
    case 'failed':
      return (
        <>
          <p>{t('switch.failed')}</p>
          <ErrorLine error={step.error} />
          <DialogActions>
            <Button onClick={onClose} data-autofocus>
              {t('close')}
            </Button>
            <Button variant="filled" onClick={() => onBegin()}>
              {t('retry')}
            </Button>
          </DialogActions>
        </>
      )
    default:
      return step satisfies never
  }
}

function TokenForm({ refused, onClose, onToken }: { refused: boolean; onClose: () => void; onToken: (token: string) => void }) {
  const t = useUiTexts()
  const [token, setToken] = useState('')
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (token.trim() !== '') onToken(token.trim())
  }
  return (
    <form className={classes.body} onSubmit={submit}>
      <PasswordInput
        label={t('switch.token')}
        description={t('switch.tokenHelp')}
        error={refused ? t('switch.tokenRefused') : undefined}
        value={token}
        onChange={(event) => setToken(event.currentTarget.value)}
        autoComplete="off"
        visibilityToggleButtonProps={{ 'aria-label': t('switch.showToken') }}
        data-autofocus
      />
      <DialogActions>
        <Button onClick={onClose}>{t('cancel')}</Button>
        <Button type="submit" variant="filled" disabled={token.trim() === ''}>
          {t('switch.connect')}
        </Button>
      </DialogActions>
    </form>
  )
}
