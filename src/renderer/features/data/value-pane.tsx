import { Button } from '@mantine/core'
import { useState } from 'react'
import { useOperation } from '../../bridge/query.ts'
import { decodeValue } from '../../bridge/value-bytes.ts'
import { formatBytes, useLanguage } from '../../language/index.ts'
import { EmptyState, ErrorState, LoadingState } from '../../ui/states.tsx'
import { RecordView } from './record-view.tsx'
import { useDataTexts } from './texts.ts'

/** Larger values are loaded only when asked for: arrows should move on quickly. */
const loadedAtOnceBytes = 1024 * 1024

interface ValuePaneProps {
  readonly selectedKey: string | undefined
  /** Of the list, when the record is in it: known before the value is. */
  readonly size: number | undefined
  readonly onDeleted: (key: string) => void
}

/** The selected record, or why there is none to see. */
export function ValuePane({ selectedKey, size, onDeleted }: ValuePaneProps) {
  const t = useDataTexts()
  if (selectedKey === undefined) return <EmptyState title={t('noSelection')}>{t('noSelectionText')}</EmptyState>
  return <LoadedRecord key={selectedKey} recordKey={selectedKey} size={size} onDeleted={onDeleted} />
}

function LoadedRecord({ recordKey, size, onDeleted }: { recordKey: string; size: number | undefined; onDeleted: (key: string) => void }) {
  const t = useDataTexts()
  const language = useLanguage()
  const [wanted, setWanted] = useState(false)
  const isLarge = size !== undefined && size > loadedAtOnceBytes
  const record = useOperation('records.get', { key: recordKey }, { enabled: wanted || !isLarge, keepPrevious: false })
  if (isLarge && !wanted && record.state === 'loading') {
    const { value, unit } = formatBytes(size, language)
    return (
      <EmptyState title={t('large', { size: `${value} ${unit}` })} actions={<Button onClick={() => setWanted(true)}>{t('load')}</Button>} />
    )
  }
  switch (record.state) {
    case 'loading':
      return <LoadingState />
    case 'failed':
      if (record.error.code === 'not_found') return <EmptyState title={t('gone')}>{t('goneText')}</EmptyState>
      return <ErrorState error={record.error} retry={record.retry} />
    case 'ready': {
      const gone = record.error?.code === 'not_found'
      if (gone) return <EmptyState title={t('gone')}>{t('goneText')}</EmptyState>
      return <RecordView record={record.data} bytes={decodeValue(record.data.value, record.data.encoding)} onDeleted={onDeleted} />
    }
    default:
      return record satisfies never
  }
}
