import { type Column, DataTable } from '../../ui/data-table.tsx'
import type { ConfigEntry } from './entries.ts'
import classes from './settings.module.css'
import { useSettingsTexts } from './texts.ts'

export function SettingsTable({ table, entries }: { table: string; entries: readonly ConfigEntry[] }) {
  const t = useSettingsTexts()
  const columns: readonly Column<ConfigEntry>[] = [
    { id: 'key', title: t('key'), cell: ({ key }) => <code className={classes.key}>{key.slice(table.length + 1)}</code> },
    {
      id: 'value',
      title: t('value'),
      cell: (entry) => (
        <span className={classes.value}>
          <Value value={entry.value} unit={entry.unit} />
          {entry.changed && <span className={classes.changed}>{t('changed')}</span>}
        </span>
      ),
    },
    { id: 'default', title: t('default'), cell: (entry) => <Value value={entry.default} unit={entry.unit} /> },
    {
      id: 'meaning',
      title: t('meaning'),
      cell: ({ description, inEffect }) => (
        <span className={classes.meaning}>
          {description}
          {!inEffect && <span className={classes.later}> ({t('notInEffect')})</span>}
        </span>
      ),
    },
  ]
  return (
    <div className={classes.table}>
      <DataTable label={table} columns={columns} rows={entries} rowKey={({ key }) => key} />
    </div>
  )
}

function Value({ value, unit }: { value: unknown; unit: string | undefined }) {
  const t = useSettingsTexts()
  if (value === '' || value === null || (Array.isArray(value) && value.length === 0))
    return <span className={classes.unit}>{t('empty')}</span>
  const text = Array.isArray(value) ? value.map(String).join(', ') : String(value)
  return (
    <span>
      <code className={classes.literal}>{text}</code> {unit !== undefined && <span className={classes.unit}>{unit}</span>}
    </span>
  )
}
