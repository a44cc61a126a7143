import { Button } from '@mantine/core'
import { useEffect, useState } from 'react'
import { call } from '../../bridge/call.ts'
import { formatNumber, useLanguage } from '../../language/index.ts'
import { useFollowedLink } from '../../ui/deep-link.ts'
import { keyCatalogue } from '../../ui/key-catalogue.ts'
import { useKeys } from '../../ui/keys.ts'
import { Page } from '../../ui/page.tsx'
import { requestTransfer } from '../../ui/transfer-request.ts'
import { useBrowseTexts } from './browse-texts.ts'
import { BulkDialog, type BulkRequest } from './bulk-dialog.tsx'
import { CreateDialog } from './create-dialog.tsx'
import { useDataStore } from './data-store.ts'
import type { KeyListModel } from './key-list-model.ts'
import { type PageAction, PageActions } from './page-actions.tsx'
import { Panes } from './panes.tsx'
import { useDataTexts } from './texts.ts'
import { UnsavedDialog } from './unsaved-dialog.tsx'
import { useDataRequests } from './use-data-requests.ts'
import { useGuard } from './use-guard.ts'
import { useKeyList, useKeyListState } from './use-key-list.ts'
import { useRested } from './use-rested.ts'
import { endSearch } from './use-search.ts'
import { ValuePane } from './value-pane.tsx'

/** While an arrow key is held, the records that it passes are not read. */
const restMs = 120

/** Tree, keys and the selected record, side by side. */
export default function DataPage() {
  const t = useDataTexts()
  const model = useKeyList()
  const prefix = useKeyListState(model, (state) => state.prefix)
  const [creating, setCreating] = useState(false)
  const [bulk, setBulk] = useState<BulkRequest>()
  const guard = useGuard()

  const close = () => setCreating(false)
  const choose = (action: PageAction) => {
    if (action === 'import') requestTransfer({ kind: 'import' })
    else if (action === 'export') requestTransfer({ kind: 'export', prefix })
    else if (action === 'delete-prefix') setBulk({ action: 'delete', target: { prefix } })
    else setCreating(true)
  }
  const show = (key: string) => {
    close()
    guard.attempt(async () => {
      endSearch()
      if (!key.startsWith(useDataStore.getState().prefix)) useDataStore.setState({ prefix: '', selectedKey: key })
      model.select(key)
      await model.reveal(key)
    })
  }
  useKeys([{ ...keyCatalogue['data.create'], run: () => choose('create') }])
  useDataRequests(choose, show)
  useFollowedLink('data', ({ key }) => show(key))
  return (
    <>
      <Page title={t('title')} sentence={<CountSentence model={model} />} actions={<PageActions onChoose={choose} />} fill>
        <Panes model={model} attempt={guard.attempt} onShow={show} onChoose={choose} onBulk={setBulk}>
          <SelectedRecord model={model} onShow={show} />
        </Panes>
      </Page>
      <CreateDialog opened={creating} prefix={prefix} onClose={close} onShow={show} />
      <BulkDialog request={bulk} onClose={() => setBulk(undefined)} />
      <UnsavedDialog wanted={guard.wanted} onStay={guard.stay} onLeave={guard.leave} />
    </>
  )
}

// Parts of the page that draw themselves anew while keys scroll and the selection moves, so that the page need not.

function SelectedRecord({ model, onShow }: { model: KeyListModel; onShow: (key: string) => void }) {
  const selectedKey = useKeyListState(model, (state) => state.selectedKey)
  const shownKey = useRested(selectedKey, restMs)
  useEffect(() => useDataStore.setState({ selectedKey }), [selectedKey])
  const onDeleted = () => {
    model.select(undefined)
    void model.refresh()
  }
  return <ValuePane selectedKey={shownKey} onShow={onShow} onDeleted={onDeleted} />
}

function CountSentence({ model }: { model: KeyListModel }) {
  const t = useDataTexts()
  const browse = useBrowseTexts()
  const language = useLanguage()
  const isReady = useKeyListState(model, (state) => state.phase === 'ready')
  const isCountable = useKeyListState(model, (state) => state.isCountable)
  const count = useKeyListState(model, (state) => state.total.count)
  const exact = useKeyListState(model, (state) => state.total.exact)
  const prefix = useKeyListState(model, (state) => state.prefix)
  if (!isReady) return null
  // An estimate has two digits that mean something.
  const shown = exact || prefix === '' ? count : Number(count.toPrecision(2))
  const values = { count, n: formatNumber(shown, language), prefix }
  const sentence =
    prefix === '' ? (exact ? t('exact', values) : t('about', values)) : exact ? t('prefixExact', values) : t('prefixAbout', values)
  return (
    <>
      <span>{sentence}</span>
      {isCountable && (
        <Button size="compact-xs" variant="subtle" onClick={() => void call('records.count', { prefix }).catch(() => undefined)}>
          {browse('count.exactly')}
        </Button>
      )}
    </>
  )
}
