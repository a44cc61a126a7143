import { TextInput } from '@mantine/core'
import { type ReactNode, useState } from 'react'
import { useIdentity } from '../bridge/identity.ts'
import { ProductionBadge } from './connection-mark.tsx'
import classes from './production-question.module.css'
import { useUiTexts } from './texts.ts'

export interface ProductionQuestion {
  /** Whether the act may go on: the name was typed, or nothing is asked. */
  readonly answered: boolean
  /** Stands above the buttons; nothing where nothing is asked. */
  readonly field: ReactNode
  reset(): void
}

/**
 * On a host with the production mark a destructive act asks for the connection's name, typed exactly. Every confirm dialog has it by
 * itself; a dialog with a form of its own puts `field` above its buttons and waits for `answered`.
 */
export function useProductionQuestion(asks: boolean): ProductionQuestion {
  const t = useUiTexts()
  const identity = useIdentity()
  const [typed, setTyped] = useState('')
  const reset = () => setTyped('')
  if (!asks || !identity?.production) return { answered: true, field: null, reset }
  const field = (
    <div className={classes.question}>
      <p className={classes.line}>
        <ProductionBadge />
        {t('production.text', { name: identity.name })}
      </p>
      <TextInput
        label={t('production.type', { name: identity.name })}
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
        autoComplete="off"
        spellCheck={false}
      />
    </div>
  )
  return { answered: typed === identity.name, field, reset }
}
