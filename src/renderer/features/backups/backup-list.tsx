import type { Backup } from '../../../contract/index.ts'
import { formatDuration, useLanguage } from '../../language/index.ts'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { Bytes, Count, RelativeTime } from '../../ui/quantities.tsx'
import { BackupState } from './backup-state.tsx'
import classes from './backups.module.css'
import { useBackupTexts } from './texts.ts'

interface BackupListProps {
  readonly backups: readonly Backup[]
  readonly selected: string | undefined
  readonly onSelect: (id: string) => void
}

export function BackupList({ backups, selected, onSelect }: BackupListProps) {
  const t = useBackupTexts()
  const language = useLanguage()
  const columns: readonly Column<Backup>[] = [
    { id: 'created', title: t('created'), cell: ({ createdAt }) => <RelativeTime at={createdAt} /> },
    { id: 'state', title: t('state'), cell: ({ state }) => <BackupState state={state} /> },
    { id: 'records', title: t('records'), numeric: true, cell: ({ records }) => <Count value={records} /> },
    { id: 'size', title: t('size'), numeric: true, cell: ({ storedBytes }) => <Bytes bytes={storedBytes} /> },
    { id: 'duration', title: t('duration'), numeric: true, cell: ({ durationMs }) => formatDuration(durationMs / 1000, language) },
  ]
  return (
    <div className={classes.list}>
      <DataTable
        label={t('list')}
        columns={columns}
        rows={backups}
        rowKey={({ id }) => id}
        selected={selected}
        onSelect={({ id }) => onSelect(id)}
      />
    </div>
  )
}
