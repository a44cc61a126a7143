import { lazy, Suspense, useState } from 'react'
import { formatNumber, useLanguage } from '../../language/index.ts'
import { LoadingState } from '../../ui/states.tsx'
import { useDataStore } from './data-store.ts'
import type { Draft } from './draft.ts'
import { useDataTexts } from './texts.ts'
import classes from './value-pane.module.css'
import { Comparison } from './viewers/comparison.tsx'

const CodeEditor = lazy(() => import('./viewers/code-editor.tsx'))

export function DraftEditor({ draft }: { draft: Draft }) {
  const t = useDataTexts()
  return (
    <div className={classes.value} data-framed="">
      <Suspense fallback={<LoadingState />}>
        <CodeEditor
          key={`${draft.key} edit`}
          text={draft.text}
          language={draft.view}
          label={t('editor', { key: draft.key })}
          readOnly={false}
          onChange={(text) => useDataStore.setState({ draft: { ...draft, text } })}
        />
      </Suspense>
    </div>
  )
}

/** What saving would change. */
export function DraftChanges({ draft }: { draft: Draft }) {
  const t = useDataTexts()
  const language = useLanguage()
  const [places, setPlaces] = useState<number>()
  return (
    <>
      <div className={classes.changesHead} role="status">
        {places !== undefined && t('changes', { count: places, n: formatNumber(places, language) })}
      </div>
      <div className={classes.value}>
        <ChangesOf draft={draft} onPlaces={setPlaces} />
      </div>
    </>
  )
}

/** The lines that saving would change, among those around them. */
export function ChangesOf({ draft, onPlaces }: { draft: Draft; onPlaces?: (count: number) => void }) {
  const t = useDataTexts()
  return (
    <Comparison
      before={draft.original}
      after={draft.text}
      language={draft.view}
      names={{ before: t('before', { key: draft.key }), after: t('changesOf', { key: draft.key }) }}
      columns="one"
      {...(onPlaces && { onPlaces })}
    />
  )
}
