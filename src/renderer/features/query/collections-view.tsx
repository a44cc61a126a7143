import type { Collection } from '../../../contract/index.ts'
import { formatNumber, useLanguage } from '../../language/index.ts'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { CollectionDetails } from './collection-details.tsx'
import classes from './collections.module.css'
import { useQueryStore } from './query-store.ts'
import { Records } from './records.tsx'
import { useQueryTexts } from './texts.ts'

interface CollectionsViewProps {
  readonly collections: readonly Collection[]
  readonly onEdit: (collection: Collection) => void
  readonly onChanged: () => void
}

/** All collections, and what one of them is. There are 256 at most. */
export function CollectionsView({ collections, onEdit, onChanged }: CollectionsViewProps) {
  const t = useQueryTexts()
  const language = useLanguage()
  const chosen = useQueryStore((state) => state.collection)
  const selected = collections.find(({ name }) => name === chosen) ?? (collections[0] as Collection)
  const columns: readonly Column<Collection>[] = [
    { id: 'name', title: t('collection'), cell: ({ name }) => <code className={classes.code}>{name}</code> },
    { id: 'prefix', title: t('prefix'), cell: ({ prefix }) => <code className={classes.code}>{prefix}</code> },
    { id: 'records', title: t('records'), numeric: true, cell: (collection) => <Records collection={collection} /> },
    {
      id: 'indexes',
      title: t('indexes'),
      cell: ({ indexes }) =>
        indexes.length === 0
          ? '–'
          : t('indexesReady', { ready: indexes.filter(({ state }) => state === 'ready').length, all: indexes.length }),
    },
    {
      id: 'saved',
      title: t('savedShare'),
      numeric: true,
      cell: ({ saved }) => (saved === null ? '–' : `${formatNumber(100 * saved, language)} %`),
    },
  ]
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region has to take the focus
    <section className={classes.view} tabIndex={0} aria-label={t('view.collections')}>
      <div className={classes.list}>
        <DataTable
          label={t('list')}
          columns={columns}
          rows={collections}
          rowKey={({ name }) => name}
          selected={selected.name}
          onSelect={({ name }) => useQueryStore.setState({ collection: name })}
        />
      </div>
      <CollectionDetails key={selected.name} collection={selected} onEdit={() => onEdit(selected)} onChanged={onChanged} />
    </section>
  )
}
