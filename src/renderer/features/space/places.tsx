import type { SpaceReport } from '../../../contract/index.ts'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { Section } from '../../ui/page.tsx'
import { Bytes, Count } from '../../ui/quantities.tsx'
import { ShareBar } from './share-bar.tsx'
import classes from './space.module.css'
import { useSpaceTexts } from './texts.ts'

type PlacePart = SpaceReport['parts'][number]
type Table = SpaceReport['database']['tables'][number]

/** The parts of the data folder, and the tables of the database. */
export function Places({ report: { parts, database } }: { report: SpaceReport }) {
  const t = useSpaceTexts()
  const most = Math.max(1, ...parts.map(({ bytes }) => bytes ?? 0))
  const columns: readonly Column<PlacePart>[] = [
    { id: 'part', title: t('place'), cell: ({ part, folder }) => <span title={folder}>{t(`part.${part}`)}</span> },
    { id: 'share', title: t('share'), cell: ({ bytes }) => <ShareBar share={(bytes ?? 0) / most} /> },
    {
      id: 'bytes',
      title: t('size'),
      numeric: true,
      cell: ({ bytes }) => (bytes === null ? <span className={classes.quiet}>{t('notMeasured')}</span> : <Bytes bytes={bytes} />),
    },
  ]
  return (
    <Section title={t('places')}>
      <div className={classes.table}>
        <DataTable label={t('places')} columns={columns} rows={parts} rowKey={({ part, folder }) => `${part} ${folder}`} />
      </div>
      <details className={classes.details}>
        <summary>{t('tables')}</summary>
        <DatabaseTables tables={database.tables} />
      </details>
    </Section>
  )
}

function DatabaseTables({ tables }: { tables: readonly Table[] }) {
  const t = useSpaceTexts()
  const columns: readonly Column<Table>[] = [
    { id: 'name', title: t('table'), cell: ({ name }) => <code className={classes.code}>{name}</code> },
    { id: 'entries', title: t('entries'), numeric: true, cell: ({ entries }) => <Count value={entries} /> },
    { id: 'bytes', title: t('size'), numeric: true, cell: ({ bytes }) => <Bytes bytes={bytes} /> },
  ]
  return <DataTable label={t('tables')} columns={columns} rows={tables} rowKey={({ name }) => name} />
}
