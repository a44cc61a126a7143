import { Button, SegmentedControl } from '@mantine/core'
import { Plus } from 'lucide-react'
import { useState } from 'react'
import type { Collection } from '../../../contract/index.ts'
import { useOperation } from '../../bridge/query.ts'
import { Page } from '../../ui/page.tsx'
import { usePageRequest } from '../../ui/page-request.ts'
import { EmptyState, LoadedView } from '../../ui/states.tsx'
import { CollectionsView } from './collections-view.tsx'
import { EditorDialog } from './editor-dialog.tsx'
import { chooseCollection, chooseNone, useQueryStore } from './query-store.ts'
import { QueryView } from './query-view.tsx'
import { useQueryTexts } from './texts.ts'
import { useGone } from './use-gone.ts'
import { openSaved } from './use-saved.ts'

const refetchMs = 2000
const views = ['query', 'collections'] as const

/** Records by their fields, and the collections and indexes that make that quick. */
export default function QueryPage() {
  const t = useQueryTexts()
  const view = useQueryStore((state) => state.view)
  const collections = useOperation('collections.list', {}, { refetchMs })
  const [editing, setEditing] = useState<Collection | 'new'>()
  const items = collections.state === 'ready' ? collections.data.items : undefined
  const saved = useOperation('queries.list', {})
  const refresh = () => collections.state !== 'loading' && collections.retry()
  usePageRequest('new-collection', () => setEditing('new'))
  usePageRequest('collection', items && ((name) => chooseCollection(name)))
  usePageRequest('query', saved.state === 'ready' ? (name) => openSaved(saved.data.items.find((one) => one.name === name)) : undefined)
  const isEmpty = items !== undefined && items.length === 0
  const gone = useGone(items)
  const create = (
    <Button leftSection={<Plus size={14} aria-hidden="true" />} onClick={() => setEditing('new')}>
      {t('newCollection')}
    </Button>
  )
  return (
    <Page
      title={t('title')}
      sentence={items && (isEmpty ? t('sentenceNone') : t('sentence', { count: items.length }))}
      actions={
        items &&
        !isEmpty && (
          <>
            <SegmentedControl
              size="xs"
              aria-label={t('view')}
              data={views.map((value) => ({ value, label: t(`view.${value}`) }))}
              value={view}
              onChange={(value) => useQueryStore.setState({ view: value as (typeof views)[number] })}
            />
            {create}
          </>
        )
      }
      fill
    >
      <LoadedView loaded={collections}>
        {(data) => {
          if (data.items.length === 0)
            return (
              <EmptyState title={t('noCollections')} actions={create}>
                {t('noCollectionsText')}
              </EmptyState>
            )
          if (gone !== undefined)
            return (
              <EmptyState title={t('gone', { name: gone })} actions={<Button onClick={chooseNone}>{t('gone.others')}</Button>}>
                {t('goneText')}
              </EmptyState>
            )
          return view === 'query' ? (
            <QueryView collections={data.items} onChanged={refresh} />
          ) : (
            <CollectionsView collections={data.items} onEdit={setEditing} onChanged={refresh} />
          )
        }}
      </LoadedView>
      {editing !== undefined && (
        <EditorDialog
          collection={editing === 'new' ? undefined : editing}
          onSaved={(name) => {
            refresh()
            if (editing === 'new') useQueryStore.setState({ collection: name, view: 'collections' })
          }}
          onClose={() => setEditing(undefined)}
        />
      )}
    </Page>
  )
}
