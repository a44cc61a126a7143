import { Button } from '@mantine/core'
import { lazy, Suspense } from 'react'
import { formatBytes, useLanguage } from '../../language/index.ts'
import { EmptyState, LoadingState } from '../../ui/states.tsx'
import { useDataTexts } from './texts.ts'
import type { RecordValue, ShownValue } from './use-record-value.ts'
import classes from './value-pane.module.css'
import { HexView } from './viewers/hex-view.tsx'
import { ImageView } from './viewers/image-view.tsx'
import { TreeView } from './viewers/tree-view.tsx'
import { needsWhole, type ValueView } from './viewers/value-views.ts'
import { useViewerTexts } from './viewers/viewer-texts.ts'

const CodeEditor = lazy(() => import('./viewers/code-editor.tsx'))

interface ValueDisplayProps {
  readonly shown: ShownValue
  readonly view: ValueView
  readonly value: RecordValue
}

/** A value in one of its ways, and how to get the rest where it is only the beginning. */
export function ValueDisplay({ shown, view, value }: ValueDisplayProps) {
  const t = useDataTexts()
  if (shown.record.size === 0) return <p className={classes.empty}>{t('empty')}</p>
  return (
    <>
      {!shown.isWhole && !needsWhole(view) && <PreviewLine shown={shown} value={value} />}
      {needsWhole(view) && !shown.isWhole ? <NotLoaded shown={shown} value={value} /> : <Viewer shown={shown} view={view} />}
    </>
  )
}

function Viewer({ shown: { record, bytes, look }, view }: Omit<ValueDisplayProps, 'value'>) {
  const t = useDataTexts()
  const viewers = useViewerTexts()
  const label = t('editor', { key: record.key })
  switch (view) {
    case 'hex':
      return <HexView bytes={bytes} />
    case 'image':
      return <ImageView bytes={bytes} type={look.imageType} label={label} />
    case 'tree':
    case 'msgpack':
    case 'cbor':
      return <TreeView bytes={bytes} view={view} label={label} />
    case 'json':
    case 'text': {
      const isLaidOut = view === 'json' && look.laidOut !== undefined
      const text = isLaidOut ? look.laidOut : look.text
      if (text === undefined) return <p className={classes.empty}>{viewers('notText')}</p>
      return (
        <div className={classes.value}>
          <Suspense fallback={<LoadingState />}>
            <CodeEditor key={`${record.key} ${view}`} text={text} language={view} label={label} readOnly />
          </Suspense>
        </div>
      )
    }
    default:
      return view satisfies never
  }
}

const useSizeText = () => {
  const language = useLanguage()
  return (bytes: number) => Object.values(formatBytes(bytes, language)).join(' ')
}

/** A value that cannot be shown without its end. */
function NotLoaded({ shown, value }: Pick<ValueDisplayProps, 'shown' | 'value'>) {
  const t = useDataTexts()
  const size = useSizeText()
  const { record } = shown
  if (value.isDecoding) return <LoadingState />
  if (value.loadedBytes !== undefined) {
    return (
      <EmptyState
        title={t('loading', { read: size(value.loadedBytes), size: size(record.size) })}
        actions={<Button onClick={value.stop}>{t('stop')}</Button>}
      />
    )
  }
  return (
    <EmptyState
      title={t('large', { size: size(record.size) })}
      actions={<Button onClick={() => void value.load()}>{t('loadAll')}</Button>}
    />
  )
}

function PreviewLine({ shown, value }: Pick<ValueDisplayProps, 'shown' | 'value'>) {
  const t = useDataTexts()
  const size = useSizeText()
  const isLoading = value.loadedBytes !== undefined
  const whole = size(shown.record.size)
  return (
    <div className={classes.preview} role="status">
      <span>
        {isLoading
          ? t('loading', { read: size(value.loadedBytes ?? 0), size: whole })
          : value.isDecoding
            ? t('decoding', { size: whole })
            : t('preview', { shown: size(shown.bytes.length), size: whole })}
      </span>
      {isLoading && <Button onClick={value.stop}>{t('stop')}</Button>}
      {!isLoading && !value.isDecoding && <Button onClick={() => void value.load()}>{t('loadAll')}</Button>}
    </div>
  )
}
