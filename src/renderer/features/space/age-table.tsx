import type { SpaceAge, SpaceUsage } from '../../../contract/index.ts'
import { formatDuration, useLanguage } from '../../language/index.ts'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { Bytes, Count } from '../../ui/quantities.tsx'
import { ShareBar } from './share-bar.tsx'
import { useSpaceTexts } from './texts.ts'

/** By when records were last changed: what is old and large may have served its time. */
export function AgeTable({ usage: { ages } }: { usage: SpaceUsage }) {
  const t = useSpaceTexts()
  const language = useLanguage()
  const most = Math.max(1, ...ages.map(({ bytes }) => bytes))
  const nameOf = ({ fromSeconds, toSeconds }: SpaceAge): string => {
    const from = formatDuration(fromSeconds, language)
    if (toSeconds === null) return t('age.over', { from })
    const to = formatDuration(toSeconds, language)
    return fromSeconds <= 0 ? t('age.under', { to }) : t('age.between', { from, to })
  }
  const columns: readonly Column<SpaceAge>[] = [
    { id: 'age', title: t('age'), cell: nameOf },
    { id: 'share', title: t('share'), cell: ({ bytes }) => <ShareBar share={bytes / most} /> },
    { id: 'bytes', title: t('stored'), numeric: true, cell: ({ bytes }) => <Bytes bytes={bytes} /> },
    { id: 'values', title: t('values'), numeric: true, cell: ({ valueBytes }) => <Bytes bytes={valueBytes} /> },
    { id: 'records', title: t('records'), numeric: true, cell: ({ records }) => <Count value={Math.round(records)} /> },
  ]
  return <DataTable label={t('usage')} columns={columns} rows={ages} rowKey={({ fromSeconds }) => String(fromSeconds)} />
}
