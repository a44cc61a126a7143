import { useEffect, useState } from 'react'
import { useOperation } from '../../bridge/query.ts'
import { EmptyState, ErrorState, LoadingState } from '../../ui/states.tsx'
import { useDataStore } from './data-store.ts'
import { RecordView } from './record-view.tsx'
import { useDataTexts } from './texts.ts'
import { previewBytes } from './value-parts.ts'
import { Decoder } from './viewers/decoder.ts'

interface ValuePaneProps {
  readonly selectedKey: string | undefined
  readonly onDeleted: (key: string) => void
  readonly onShow: (key: string) => void
}

/** The selected record, or why there is none to see. */
export function ValuePane({ selectedKey, ...acts }: ValuePaneProps) {
  const t = useDataTexts()
  const [decoder] = useState(() => new Decoder())
  useEffect(() => () => decoder.close(), [decoder])
  if (selectedKey === undefined) return <EmptyState title={t('noSelection')}>{t('noSelectionText')}</EmptyState>
  return <FoundRecord key={selectedKey} recordKey={selectedKey} decoder={decoder} {...acts} />
}

interface FoundRecordProps extends Omit<ValuePaneProps, 'selectedKey'> {
  readonly recordKey: string
  readonly decoder: Decoder
}

function FoundRecord({ recordKey, decoder, onDeleted, onShow }: FoundRecordProps) {
  const t = useDataTexts()
  const record = useOperation('records.readPart', { key: recordKey, length: previewBytes }, { keepPrevious: false })
  const isEdited = useDataStore((store) => store.draft?.key === recordKey)
  switch (record.state) {
    case 'loading':
      return <LoadingState />
    case 'failed':
      if (record.error.code === 'not_found') return <EmptyState title={t('gone')}>{t('goneText')}</EmptyState>
      return <ErrorState error={record.error} retry={record.retry} />
    case 'ready': {
      const isGone = record.error?.code === 'not_found'
      // What somebody is writing does not go with the record.
      if (isGone && !isEdited) return <EmptyState title={t('gone')}>{t('goneText')}</EmptyState>
      const acts = { onExpired: record.retry, onDeleted, onShow }
      return <RecordView record={record.data} isGone={isGone} decoder={decoder} {...acts} />
    }
    default:
      return record satisfies never
  }
}
