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
import type { KeyListState } from './key-list-model.ts'
import { type PageAction, PageActions } from './page-actions.tsx'
import { Panes } from './panes.tsx'
import { useDataTexts } from './texts.ts'
import { UnsavedDialog } from './unsaved-dialog.tsx'
import { useDataRequests } from './use-data-requests.ts'
import { useGuard } from './use-guard.ts'
import { useKeyList } from './use-key-list.ts'
import { endSearch } from './use-search.ts'
import { ValuePane } from './value-pane.tsx'

/** Tree, keys and the selected record, side by side. */
export default function DataPage() {
  const t = useDataTexts()
  const { model, state } = useKeyList()
  const [creating, setCreating] = useState(false)
  const [bulk, setBulk] = useState<BulkRequest>()
  const guard = useGuard()
  const { selectedKey } = state
  useEffect(() => useDataStore.setState({ selectedKey }), [selectedKey])

  const close = () => setCreating(false)
  const choose = (action: PageAction) => {
    if (action === 'import') requestTransfer({ kind: 'import' })
    else if (action === 'export') requestTransfer({ kind: 'export', prefix: state.prefix })
    else if (action === 'delete-prefix') setBulk({ action: 'delete', target: { prefix: state.prefix } })
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
      <Page title={t('title')} sentence={<CountSentence state={state} />} actions={<PageActions onChoose={choose} />} fill>
        <Panes model={model} state={state} attempt={guard.attempt} onShow={show} onChoose={choose} onBulk={setBulk}>
          <ValuePane
            selectedKey={selectedKey}
            onShow={show}
            onDeleted={() => {
              model.select(undefined)
              void model.refresh()
            }}
          />
        </Panes>
      </Page>
      <CreateDialog opened={creating} prefix={state.prefix} onClose={close} onShow={show} />
      <BulkDialog request={bulk} onClose={() => setBulk(undefined)} />
      <UnsavedDialog wanted={guard.wanted} onStay={guard.stay} onLeave={guard.leave} />
    </>
  )
}

function CountSentence({ state }: { state: KeyListState }) {
  const t = useDataTexts()
  const browse = useBrowseTexts()
  const language = useLanguage()
  if (state.phase !== 'ready') return null
  const { count, exact } = state.total
  // An estimate has two digits that mean something.
  const shown = exact || state.prefix === '' ? count : Number(count.toPrecision(2))
  const values = { count, n: formatNumber(shown, language), prefix: state.prefix }
  const sentence =
    state.prefix === '' ? (exact ? t('exact', values) : t('about', values)) : exact ? t('prefixExact', values) : t('prefixAbout', values)
  return (
    <>
      <span>{sentence}</span>
      {state.isCountable && (
        <Button
          size="compact-xs"
          variant="subtle"
          onClick={() => void call('records.count', { prefix: state.prefix }).catch(() => undefined)}
        >
          {browse('count.exactly')}
        </Button>
      )}
    </>
  )
}
