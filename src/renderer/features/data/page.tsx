import { notifications } from '@mantine/notifications'
import { useEffect, useState } from 'react'
import { Group, Panel, Separator, useDefaultLayout } from 'react-resizable-panels'
import { formatNumber, useLanguage } from '../../language/index.ts'
import { Page } from '../../ui/page.tsx'
import { requestTransfer } from '../../ui/transfer-request.ts'
import { CreateDialog } from './create-dialog.tsx'
import { useDataStore } from './data-store.ts'
import { DeletePrefixDialog } from './delete-prefix-dialog.tsx'
import type { KeyListState } from './key-list-model.ts'
import { KeyPane } from './key-pane.tsx'
import classes from './page.module.css'
import { type DialogName, type PageAction, PageActions } from './page-actions.tsx'
import { PrefixField } from './prefix-field.tsx'
import { useDataTexts } from './texts.ts'
import { UnsavedDialog } from './unsaved-dialog.tsx'
import { useGuard } from './use-guard.ts'
import { useKeyList } from './use-key-list.ts'
import { ValuePane } from './value-pane.tsx'

/** Keys left, the selected record right. */
export default function DataPage() {
  const t = useDataTexts()
  const { model, state } = useKeyList()
  const [dialog, setDialog] = useState<DialogName>()
  const guard = useGuard()
  const layout = useDefaultLayout({ id: 'holdfast.data', panelIds: ['keys', 'value'] })
  const { selectedKey } = state
  useEffect(() => useDataStore.setState({ selectedKey }), [selectedKey])

  const close = () => setDialog(undefined)
  const choose = (action: PageAction) => {
    if (action === 'import') requestTransfer({ kind: 'import' })
    else if (action === 'export') requestTransfer({ kind: 'export', prefix: state.prefix })
    else setDialog(action)
  }
  const show = (key: string) => {
    close()
    guard.attempt(async () => {
      if (!key.startsWith(useDataStore.getState().prefix)) useDataStore.setState({ prefix: '', selectedKey: key })
      model.select(key)
      await model.reveal(key)
    })
  }
  useCreateKey(() => setDialog('create'))
  const selectedItem = state.window.items.find(({ key }) => key === selectedKey)
  return (
    <>
      <Page title={t('title')} sentence={<CountSentence state={state} />} actions={<PageActions onChoose={choose} />} fill>
        <Group className={classes.panes} orientation="horizontal" {...layout}>
          <Panel id="keys" defaultSize="44%" minSize={280} className={classes.pane}>
            <PrefixField />
            <KeyPane model={model} state={state} onSelect={guard.attempt} onChoose={choose} />
          </Panel>
          <Separator className={classes.separator} aria-label={t('resize')} />
          <Panel id="value" minSize={320} className={classes.pane}>
            <ValuePane
              selectedKey={selectedKey}
              size={selectedItem?.size}
              onDeleted={(key) => {
                notifications.show({ message: t('deleted', { key }), autoClose: 4000 })
                model.select(undefined)
                void model.refresh()
              }}
            />
          </Panel>
        </Group>
      </Page>
      <CreateDialog opened={dialog === 'create'} prefix={state.prefix} onClose={close} onShow={show} />
      <DeletePrefixDialog opened={dialog === 'delete-prefix'} prefix={state.prefix} onClose={close} />
      <UnsavedDialog wanted={guard.wanted} onStay={guard.stay} onLeave={guard.leave} />
    </>
  )
}

function CountSentence({ state }: { state: KeyListState }) {
  const t = useDataTexts()
  const language = useLanguage()
  if (state.phase !== 'ready') return null
  const { count, exact } = state.total
  // An estimate has two digits that mean something.
  const shown = exact || state.prefix === '' ? count : Number(count.toPrecision(2))
  const values = { count, n: formatNumber(shown, language), prefix: state.prefix }
  if (state.prefix === '') return <span>{exact ? t('exact', values) : t('about', values)}</span>
  return <span>{exact ? t('prefixExact', values) : t('prefixAbout', values)}</span>
}

/** `n` begins a new record. */
function useCreateKey(create: () => void): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const busy = document.querySelector('[role="dialog"][aria-modal="true"]') !== null
      const typing =
        event.target instanceof HTMLElement && (event.target.isContentEditable || /^(INPUT|TEXTAREA)$/.test(event.target.tagName))
      if (event.key !== 'n' || busy || typing || event.ctrlKey || event.metaKey || event.altKey) return
      event.preventDefault()
      create()
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  })
}
