import { Button } from '@mantine/core'
import { useState } from 'react'
import type { Collection, CollectionIndex } from '../../../contract/index.ts'
import { useOperation } from '../../bridge/query.ts'
import { formatNumber, useLanguage } from '../../language/index.ts'
import { type Column, DataTable } from '../../ui/data-table.tsx'
import { LevelMark } from '../../ui/level-mark.tsx'
import { Section } from '../../ui/page.tsx'
import { Count } from '../../ui/quantities.tsx'
import { useStartJob } from '../../ui/start-job.tsx'
import { EmptyState } from '../../ui/states.tsx'
import { useUiTexts } from '../../ui/texts.ts'
import classes from './collections.module.css'
import { fieldsText } from './definition.ts'
import { DropDialog } from './remove-dialogs.tsx'
import { useQueryTexts } from './texts.ts'

interface IndexTableProps {
  readonly collection: Collection
  readonly onChanged: () => void
}

/** The indexes of a collection: of what, in which state, and how far one is that is being built. */
export function IndexTable({ collection, onChanged }: IndexTableProps) {
  const t = useQueryTexts()
  const ui = useUiTexts()
  const start = useStartJob()
  const [dropping, setDropping] = useState<string>()
  const columns: readonly Column<CollectionIndex>[] = [
    { id: 'name', title: t('index'), cell: ({ name }) => <code className={classes.code}>{name}</code> },
    { id: 'fields', title: t('fields'), cell: ({ fields }) => <code className={classes.code}>{fieldsText(fields)}</code> },
    { id: 'kind', title: t('kind'), cell: (index) => <Kind index={index} /> },
    { id: 'state', title: t('state'), cell: (index) => <IndexState index={index} /> },
    { id: 'entries', title: t('entries'), numeric: true, cell: ({ entries }) => <Count value={entries} /> },
    {
      id: 'acts',
      title: '',
      numeric: true,
      cell: ({ name, state }) => (
        <span className={classes.acts}>
          {state === 'failed' && (
            <Button
              size="compact-xs"
              aria-label={t('rebuildName', { name })}
              onClick={() => start('collections.rebuildIndex', { name: collection.name, index: name }, ui('job.index-build'))}
            >
              {t('rebuild')}
            </Button>
          )}
          <Button size="compact-xs" aria-label={t('dropName', { name })} onClick={() => setDropping(name)}>
            {t('drop')}
          </Button>
        </span>
      ),
    },
  ]
  return (
    <Section title={t('indexes')}>
      {collection.indexes.length === 0 ? (
        <EmptyState title={t('noIndexes')}>{t('noIndexesText')}</EmptyState>
      ) : (
        <div className={classes.table}>
          <DataTable label={t('indexes')} columns={columns} rows={collection.indexes} rowKey={({ name }) => name} />
        </div>
      )}
      <DropDialog collection={collection} index={dropping} onDropped={onChanged} onClose={() => setDropping(undefined)} />
    </Section>
  )
}

function Kind({ index }: { index: CollectionIndex }) {
  const t = useQueryTexts()
  const kinds = (['unique', 'multi', 'sparse'] as const).filter((kind) => index[kind])
  return <span className={classes.quiet}>{kinds.length === 0 ? t('kind.plain') : kinds.map((kind) => t(`kind.${kind}`)).join(', ')}</span>
}

function IndexState({ index: { state, problem, jobId } }: { index: CollectionIndex }) {
  const t = useQueryTexts()
  const language = useLanguage()
  const jobs = useOperation('jobs.list', { limit: 50 }, { enabled: state === 'building' })
  switch (state) {
    case 'ready':
      return (
        <span className={classes.state}>
          <LevelMark level="normal" /> {t('index.ready')}
        </span>
      )
    case 'building': {
      const job = jobs.state === 'ready' ? jobs.data.items.find(({ id }) => id === jobId) : undefined
      if (!job?.total) return <span className={classes.state}>{t('index.building')}</span>
      const share = `${formatNumber((100 * job.done) / job.total, language)} %`
      return <span className={classes.state}>{t('index.buildingShare', { share })}</span>
    }
    case 'failed':
      return (
        <span>
          <span className={classes.state}>
            <LevelMark level="critical" /> {t('index.failed')}
          </span>
          {problem !== undefined && (
            <span className={classes.problem} lang="en">
              {problem}
            </span>
          )}
        </span>
      )
    default:
      return state satisfies never
  }
}
