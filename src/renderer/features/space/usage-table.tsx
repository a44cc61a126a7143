import { Button } from '@mantine/core'
import type { SpaceUsage } from '../../../contract/index.ts'
import { formatNumber, useLanguage } from '../../language/index.ts'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { Bytes, Count } from '../../ui/quantities.tsx'
import { ShareBar } from './share-bar.tsx'
import classes from './space.module.css'
import { useSpaceTexts } from './texts.ts'

interface Row {
  readonly id: string
  readonly prefix: string
  readonly kind: 'item' | 'rest' | 'others' | 'total'
  readonly records: number
  readonly bytes: number
  readonly valueBytes: number
}

interface UsageTableProps {
  readonly usage: SpaceUsage
  /** The collection of a prefix, where items are collections. */
  readonly nameOf?: (prefix: string) => string | undefined
  readonly onOpen: (prefix: string) => void
  readonly onShow: (prefix: string) => void
}

export function UsageTable({ usage, nameOf, onOpen, onShow }: UsageTableProps) {
  const t = useSpaceTexts()
  const rows = rowsOf(usage)
  const most = Math.max(1, ...usage.items.map(({ bytes }) => bytes), usage.others.bytes)
  const columns: readonly Column<Row>[] = [
    {
      id: 'prefix',
      title: t(nameOf ? 'collection' : 'prefix'),
      cell: (row) => <Name row={row} usage={usage} nameOf={nameOf} onOpen={onOpen} />,
    },
    { id: 'share', title: t('share'), cell: ({ kind, bytes }) => kind !== 'total' && <ShareBar share={bytes / most} /> },
    { id: 'bytes', title: t('stored'), numeric: true, cell: ({ bytes }) => <Bytes bytes={bytes} /> },
    { id: 'values', title: t('values'), numeric: true, cell: ({ valueBytes }) => <Bytes bytes={valueBytes} /> },
    { id: 'records', title: t('records'), numeric: true, cell: ({ records }) => <Count value={Math.round(records)} /> },
    {
      id: 'show',
      title: '',
      numeric: true,
      cell: ({ kind, prefix }) =>
        kind === 'item' && (
          <Button size="compact-xs" variant="subtle" aria-label={t('showName', { prefix })} onClick={() => onShow(prefix)}>
            {t('show')}
          </Button>
        ),
    },
  ]
  return <DataTable label={t('usage')} columns={columns} rows={rows} rowKey={({ id }) => id} />
}

function rowsOf({ items, others, total, prefix }: SpaceUsage): Row[] {
  const named = items.map(({ rest, ...item }) => ({
    ...item,
    id: `${rest} ${item.prefix}`,
    kind: rest ? ('rest' as const) : ('item' as const),
  }))
  return [
    ...named,
    ...(others.items > 0 || others.records > 0 ? [{ ...others, id: 'others', prefix, kind: 'others' as const }] : []),
    ...(named.length > 1 ? [{ ...total, id: 'total', prefix, kind: 'total' as const }] : []),
  ]
}

interface NameProps {
  readonly row: Row
  readonly usage: SpaceUsage
  readonly nameOf: UsageTableProps['nameOf']
  readonly onOpen: (prefix: string) => void
}

function Name({ row: { kind, prefix }, usage, nameOf, onOpen }: NameProps) {
  const t = useSpaceTexts()
  const language = useLanguage()
  switch (kind) {
    case 'item':
      return (
        <button type="button" className={classes.open} title={t('into', { prefix })} onClick={() => onOpen(prefix)}>
          {nameOf?.(prefix)} <code>{prefix}</code>
        </button>
      )
    case 'rest':
      return <span className={classes.quiet}>{usage.prefix === '' ? t('restAll') : t('rest', { prefix: usage.prefix })}</span>
    case 'others':
      if (nameOf) return <span className={classes.quiet}>{t('outside')}</span>
      return (
        <span className={classes.quiet}>{t('others', { count: usage.others.items, n: formatNumber(usage.others.items, language) })}</span>
      )
    case 'total':
      return <strong className={classes.total}>{t('total')}</strong>
    default:
      return kind satisfies never
  }
}
