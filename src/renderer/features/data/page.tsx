import { useEffect, useState } from 'react'
import { Group, Panel, Separator, useDefaultLayout } from 'react-resizable-panels'
import { formatNumber, useLanguage } from '../../language/index.ts'
import { keyCatalogue } from '../../ui/key-catalogue.ts'
import { useKeys } from '../../ui/keys.ts'
import { notify } from '../../ui/notify.tsx'
import { Page } from '../../ui/page.tsx'
import { CreateDialog } from './create-dialog.tsx'
import { useDataStore } from './data-store.ts'
import { DeletePrefixDialog } from './delete-prefix-dialog.tsx'
import { DropTarget } from './drop-target.tsx'
import { ExportDialog } from './export-dialog.tsx'
import { ImportDialog } from './import-dialog.tsx'
import type { KeyListState } from './key-list-model.ts'
import { KeyPane } from './key-pane.tsx'
import classes from './page.module.css'
import { type DialogName, PageActions } from './page-actions.tsx'
import { PrefixField } from './prefix-field.tsx'
import { useDataTexts } from './texts.ts'
import { UnsavedDialog } from './unsaved-dialog.tsx'
import { useDataRequests } from './use-data-requests.ts'
import { useGuard } from './use-guard.ts'
import { useKeyList } from './use-key-list.ts'
import { ValuePane } from './value-pane.tsx'

/** Keys left, the selected record right. */
export default function DataPage() {
  const t = useDataTexts()
  const { model, state } = useKeyList()
  const [dialog, setDialog] = useState<DialogName>()
  const [dropped, setDropped] = useState<File>()
  const guard = useGuard()
  const layout = useDefaultLayout({ id: 'holdfast.data', panelIds: ['keys', 'value'] })
  const { selectedKey } = state
  useEffect(() => useDataStore.setState({ selectedKey }), [selectedKey])

  const close = () => {
    setDialog(undefined)
    setDropped(undefined)
  }
  const show = (key: string) => {
    close()
    guard.attempt(async () => {
      if (!key.startsWith(useDataStore.getState().prefix)) useDataStore.setState({ prefix: '', selectedKey: key })
      model.select(key)
      await model.reveal(key)
    })
  }
  useKeys([{ ...keyCatalogue['data.create'], run: () => setDialog('create') }])
  useDataRequests(setDialog, show)
  const selectedItem = state.window.items.find(({ key }) => key === selectedKey)
  return (
    <DropTarget
      onFile={(file) => {
        setDropped(file)
        setDialog('import')
      }}
    >
      <Page title={t('title')} sentence={<CountSentence state={state} />} actions={<PageActions onChoose={setDialog} />} fill>
        <Group className={classes.panes} orientation="horizontal" {...layout}>
          <Panel id="keys" defaultSize="44%" minSize={280} className={classes.pane}>
            <PrefixField />
            <KeyPane model={model} state={state} onSelect={guard.attempt} onChoose={setDialog} />
          </Panel>
          <Separator className={classes.separator} aria-label={t('resize')} />
          <Panel id="value" minSize={320} className={classes.pane}>
            <ValuePane
              selectedKey={selectedKey}
              size={selectedItem?.size}
              onDeleted={(key) => {
                notify({ subject: 'records.delete', message: t('deleted', { key }) })
                model.select(undefined)
                void model.refresh()
              }}
            />
          </Panel>
        </Group>
      </Page>
      <CreateDialog opened={dialog === 'create'} prefix={state.prefix} onClose={close} onShow={show} />
      <ImportDialog opened={dialog === 'import'} dropped={dropped} onClose={close} />
      <ExportDialog opened={dialog === 'export'} prefix={state.prefix} onClose={close} />
      <DeletePrefixDialog opened={dialog === 'delete-prefix'} prefix={state.prefix} onClose={close} />
      <UnsavedDialog wanted={guard.wanted} onStay={guard.stay} onLeave={guard.leave} />
    </DropTarget>
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
