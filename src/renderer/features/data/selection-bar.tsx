import { Button } from '@mantine/core'
import { useRef, useState } from 'react'
import { asCallError } from '../../bridge/call.ts'
import { formatBytes, formatNumber, useLanguage } from '../../language/index.ts'
import { useErrorText } from '../../ui/error-text.ts'
import { notify } from '../../ui/notify.tsx'
import { clearMarks, useBrowseStore } from './browse-store.ts'
import { useBrowseTexts } from './browse-texts.ts'
import type { BulkRequest } from './bulk-dialog.tsx'
import { exportMarked } from './export-marked.ts'
import classes from './key-list.module.css'
import { useDataTexts } from './texts.ts'

interface SelectionBarProps {
  readonly prefix: string
  readonly onBulk: (request: BulkRequest) => void
  /** Exports everything under the prefix. */
  readonly onExportAll: () => void
}

/** What is marked, and what can be done with all of it. */
export function SelectionBar({ prefix, onBulk, onExportAll }: SelectionBarProps) {
  const t = useBrowseTexts()
  const data = useDataTexts()
  const language = useLanguage()
  const { marked, allMarked, searchId } = useBrowseStore()
  const exporting = useExport()
  if (!allMarked && marked.size === 0) return null
  const all = searchId === undefined ? { prefix } : { searchId }
  const target = allMarked ? all : { keys: [...marked.keys()] }
  const bytes = [...marked.values()].reduce((sum, size) => sum + size, 0)
  const { value, unit } = formatBytes(bytes, language)
  const whatIsAll = searchId !== undefined ? t('marked.allFound') : prefix === '' ? t('marked.all') : t('marked.allPrefix', { prefix })
  const what = allMarked
    ? whatIsAll
    : t('marked.some', { count: marked.size, n: formatNumber(marked.size, language), size: `${value} ${unit}` })
  return (
    <div className={classes.bar} role="toolbar" aria-label={what}>
      <span role="status">{what}</span>
      {exporting.done === undefined ? (
        <>
          {!(allMarked && searchId !== undefined) && (
            <Button size="compact-sm" onClick={() => (allMarked ? onExportAll() : void exporting.run([...marked.keys()]))}>
              {data('export')}
            </Button>
          )}
          <Button size="compact-sm" onClick={() => onBulk({ action: 'ttl', target })}>
            {t('marked.ttl')}
          </Button>
          <Button size="compact-sm" color="red" onClick={() => onBulk({ action: 'delete', target })}>
            {data('delete')}
          </Button>
          <Button size="compact-sm" variant="subtle" onClick={clearMarks}>
            {t('marked.clear')}
          </Button>
        </>
      ) : (
        <Button size="compact-sm" onClick={exporting.stop}>
          {t('marked.stopExport', { n: formatNumber(exporting.done, language) })}
        </Button>
      )}
    </div>
  )
}

function useExport() {
  const t = useBrowseTexts()
  const sentenceOf = useErrorText()
  const language = useLanguage()
  const [done, setDone] = useState<number>()
  const controller = useRef(new AbortController())
  const run = async (keys: readonly string[]) => {
    controller.current = new AbortController()
    const { signal } = controller.current
    setDone(0)
    try {
      const count = await exportMarked(keys, setDone, signal)
      notify({ subject: 'records.export', message: t('marked.exported', { count, n: formatNumber(count, language) }) })
    } catch (error) {
      if (!signal.aborted) notify({ subject: 'records.export', level: 'critical', message: sentenceOf(asCallError(error)).text })
    } finally {
      setDone(undefined)
    }
  }
  return { done, run, stop: () => controller.current.abort() }
}
