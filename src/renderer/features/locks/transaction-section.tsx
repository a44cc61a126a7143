import { Button } from '@mantine/core'
import { doorSchema, type OutputOf, type TransactionView } from '../../../contract/index.ts'
import type { Loaded } from '../../bridge/query.ts'
import { useActivityTexts } from '../../ui/activity-texts.ts'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { HelpMark } from '../../ui/help-mark.tsx'
import { Section } from '../../ui/page.tsx'
import { Bytes, Count, RelativeTime } from '../../ui/quantities.tsx'
import { EmptyState, LoadedView } from '../../ui/states.tsx'
import classes from './locks.module.css'
import { useLockTexts } from './texts.ts'

interface TransactionSectionProps {
  readonly transactions: Loaded<OutputOf<'transactions.list'>>
  readonly onRollBack: (transaction: TransactionView) => void
}

/** What programs have begun and neither committed nor rolled back. There are 256 at most. */
export function TransactionSection({ transactions, onRollBack }: TransactionSectionProps) {
  const t = useLockTexts()
  const columns: readonly Column<TransactionView>[] = [
    {
      id: 'id',
      title: t('id'),
      mark: <HelpMark term="transaction" />,
      cell: ({ id }) => (
        <code className={classes.code} title={id}>
          {shortId(id)}
        </code>
      ),
    },
    { id: 'door', title: t('door'), cell: ({ door }) => <DoorName door={door} /> },
    { id: 'started', title: t('started'), cell: ({ startedAt }) => <RelativeTime at={startedAt} /> },
    { id: 'rolledBack', title: t('rolledBack'), cell: ({ expiresAt }) => <RelativeTime at={expiresAt} /> },
    { id: 'reads', title: t('reads'), numeric: true, cell: ({ reads }) => <Count value={reads} /> },
    { id: 'writes', title: t('writes'), numeric: true, cell: ({ writes }) => <Count value={writes} /> },
    { id: 'bytes', title: t('bytes'), numeric: true, cell: ({ bytes }) => <Bytes bytes={bytes} /> },
    {
      id: 'rollBack',
      title: '',
      numeric: true,
      cell: (transaction) => (
        <Button size="compact-xs" aria-label={t('rollBackId', { id: shortId(transaction.id) })} onClick={() => onRollBack(transaction)}>
          {t('rollBack')}
        </Button>
      ),
    },
  ]
  return (
    <Section title={t('transactions')}>
      <LoadedView loaded={transactions}>
        {({ items }) =>
          items.length === 0 ? (
            <EmptyState title={t('noTransactions')}>{t('noTransactionsText')}</EmptyState>
          ) : (
            <div className={classes.table}>
              <DataTable label={t('transactions')} columns={columns} rows={items} rowKey={({ id }) => id} />
            </div>
          )
        }
      </LoadedView>
    </Section>
  )
}

/** Enough to tell it from others; the whole is on hover. */
const shortId = (id: string): string => id.slice(0, 8)

function DoorName({ door }: { door: string | undefined }) {
  const t = useActivityTexts()
  const known = doorSchema.safeParse(door)
  return <>{known.success ? t(`by.${known.data}`) : (door ?? '–')}</>
}
