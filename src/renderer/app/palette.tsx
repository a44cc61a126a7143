import { Modal } from '@mantine/core'
import { lazy, Suspense, useId, useRef, useState } from 'react'
import type { Action } from '../ui/actions.ts'
import { focusAtOnce } from '../ui/focus-at-once.ts'
import { ErrorState } from '../ui/states.tsx'
import { useActionTexts } from './action-texts.ts'
import { PageBoundary } from './page-boundary.tsx'
import classes from './palette.module.css'
import type { PaletteKeys } from './palette-results.tsx'
import { rememberAction } from './recent-actions.ts'
import { useAppTexts } from './texts.ts'

export const loadPaletteResults = () => import('./palette-results.tsx')
const Results = lazy(loadPaletteResults)

/**
 * Everything that can be searched or done, from one field. The field is there at once: whoever types on before the results are loaded
 * loses no letter, and none of them acts on the page behind.
 */
export function Palette({ onClose }: { onClose: () => void }) {
  const t = useActionTexts()
  const before = useRef(document.activeElement)
  const close = () => {
    onClose()
    if (before.current instanceof HTMLElement) before.current.focus()
  }
  const run = (action: Action) => {
    if (action.blocked !== undefined) return
    rememberAction(action.id)
    close()
    // What the action opens remembers where the focus was; it has to be back there first.
    setTimeout(action.run)
  }
  return (
    <Modal.Root opened onClose={close} returnFocus={false} size={600} yOffset="10vh" transitionProps={{ duration: 0 }}>
      <Modal.Overlay backgroundOpacity={0.4} />
      <Modal.Content aria-label={t('title')}>
        <Search onRun={run} />
      </Modal.Content>
    </Modal.Root>
  )
}

function Search({ onRun }: { onRun: (action: Action) => void }) {
  const t = useActionTexts()
  const app = useAppTexts()
  const id = useId()
  const [typed, setTyped] = useState('')
  const [chosen, setChosen] = useState<string>()
  const results = useRef<PaletteKeys>(null)
  return (
    <>
      <input
        ref={focusAtOnce}
        className={classes.field}
        role="combobox"
        aria-label={t('title')}
        aria-expanded
        aria-autocomplete="list"
        aria-controls={id}
        aria-activedescendant={chosen}
        placeholder={t('placeholder')}
        value={typed}
        onChange={(event) => setTyped(event.currentTarget.value)}
        onKeyDown={(event) => results.current?.onKeyDown(event)}
        autoComplete="off"
        spellCheck={false}
        data-autofocus
      />
      <PageBoundary
        place="palette"
        fallback={(error) => <ErrorState title={app('pageFailed')} error={error} retry={() => window.location.reload()} />}
      >
        <Suspense fallback={<div className={classes.list} role="listbox" id={id} aria-label={t('title')} aria-busy tabIndex={-1} />}>
          <Results ref={results} id={id} typed={typed} onChosen={setChosen} onRun={onRun} />
        </Suspense>
      </PageBoundary>
    </>
  )
}
