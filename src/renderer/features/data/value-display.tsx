import { Button } from '@mantine/core'
import { lazy, Suspense, useMemo, useState } from 'react'
import { formatBytes, useLanguage } from '../../language/index.ts'
import { LoadingState } from '../../ui/states.tsx'
import { HexView } from './hex-view.tsx'
import { formatJson } from './json-format.ts'
import { useDataTexts } from './texts.ts'
import type { ValueView } from './value-content.ts'
import classes from './value-pane.module.css'

export const CodeEditor = lazy(() => import('./code-editor.tsx'))

/** Longer texts are shown in part first. */
const previewBytes = 64 * 1024

interface ValueDisplayProps {
  readonly recordKey: string
  readonly bytes: Uint8Array
  readonly text: string | undefined
  readonly view: ValueView
}

/** A value as text, as JSON laid out, or as bytes. */
export function ValueDisplay({ recordKey, bytes, text, view }: ValueDisplayProps) {
  const t = useDataTexts()
  const language = useLanguage()
  const [whole, setWhole] = useState(false)
  const full = useMemo(() => (text === undefined || view === 'hex' ? '' : view === 'json' ? formatJson(text) : text), [text, view])
  if (bytes.length === 0) return <p className={classes.empty}>{t('empty')}</p>
  if (view === 'hex' || text === undefined) return <HexView bytes={bytes} />
  const cut = !whole && full.length > previewBytes
  const size = (amount: number) => Object.values(formatBytes(amount, language)).join(' ')
  return (
    <>
      <div className={classes.value}>
        <Suspense fallback={<LoadingState />}>
          <CodeEditor
            key={`${recordKey} ${view}`}
            text={cut ? full.slice(0, previewBytes) : full}
            language={view}
            label={t('editor', { key: recordKey })}
            readOnly
          />
        </Suspense>
      </div>
      {cut && (
        <div className={classes.preview}>
          <span>{t('preview', { shown: size(previewBytes), size: size(full.length) })}</span>
          <Button onClick={() => setWhole(true)}>{t('showAll')}</Button>
        </div>
      )}
    </>
  )
}
