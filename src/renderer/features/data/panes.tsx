import { SegmentedControl } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { type ReactNode, useState } from 'react'
import { Group, Panel, Separator, useDefaultLayout } from 'react-resizable-panels'
import { clearMarks, useBrowseStore } from './browse-store.ts'
import { useBrowseTexts } from './browse-texts.ts'
import type { BulkRequest } from './bulk-dialog.tsx'
import { useDataStore } from './data-store.ts'
import type { KeyListModel } from './key-list-model.ts'
import { KeyPane } from './key-pane.tsx'
import classes from './page.module.css'
import type { PageAction } from './page-actions.tsx'
import { PrefixField } from './prefix-field.tsx'
import { SearchList } from './search-list.tsx'
import { SelectionBar } from './selection-bar.tsx'
import { useDataTexts } from './texts.ts'
import { TreePane } from './tree-pane.tsx'
import { useKeyListState } from './use-key-list.ts'
import { endSearch } from './use-search.ts'
import { useTree } from './use-tree.ts'

interface PanesProps {
  readonly model: KeyListModel
  /** Does what moves to another record, unless somebody wants to keep what is not saved. */
  readonly attempt: (act: () => Promise<unknown>) => void
  readonly onShow: (key: string) => void
  readonly onChoose: (dialog: PageAction) => void
  readonly onBulk: (request: BulkRequest) => void
  /** The record. */
  readonly children: ReactNode
}

/** Narrower than this, tree and keys take turns in one pane. */
const threePanes = '(min-width: 1041px)'

/** Panes that resize; their widths are remembered. What is open in the record's pane stays open when the tree's comes or goes. */
export function Panes(props: PanesProps) {
  const t = useDataTexts()
  const browse = useBrowseTexts()
  const isWide = useMediaQuery(threePanes, undefined, { getInitialValueInEffect: false }) ?? true
  const layout = useDefaultLayout({ id: 'holdfast.data', panelIds: isWide ? ['tree', 'keys', 'value'] : ['keys', 'value'] })
  return (
    <Group className={classes.panes} orientation="horizontal" {...layout}>
      {isWide && (
        <Panel key="tree" id="tree" defaultSize="18%" minSize={160} className={classes.pane}>
          <Tree {...props} />
        </Panel>
      )}
      {isWide && <Separator key="tree-keys" className={classes.separator} aria-label={browse('tree.resize')} />}
      <Panel key="keys" id="keys" defaultSize={isWide ? '42%' : '48%'} minSize={isWide ? 300 : 320} className={classes.pane}>
        {isWide ? <Keys {...props} /> : <KeysOrTree {...props} />}
      </Panel>
      <Separator key="keys-value" className={classes.separator} aria-label={t('resize')} />
      <Panel key="value" id="value" minSize={320} className={classes.pane}>
        <Value>{props.children}</Value>
      </Panel>
    </Group>
  )
}

function KeysOrTree(props: PanesProps) {
  const browse = useBrowseTexts()
  const [shown, setShown] = useState<'tree' | 'keys'>('keys')
  return (
    <>
      <SegmentedControl
        className={classes.turn}
        aria-label={browse('tree.pane')}
        value={shown}
        onChange={(value) => setShown(value as 'tree' | 'keys')}
        data={[
          { value: 'keys', label: browse('tree.list') },
          { value: 'tree', label: browse('tree.show') },
        ]}
      />
      {shown === 'keys' ? <Keys {...props} /> : <Tree {...props} onPrefixChosen={() => setShown('keys')} />}
    </>
  )
}

/** Fingers need higher rows. */
const useRowPx = (): number => ((useMediaQuery('(pointer: coarse)') ?? false) ? 36 : 28)

function Tree({ onShow, onPrefixChosen }: PanesProps & { onPrefixChosen?: () => void }) {
  const { model, state } = useTree()
  const onPrefix = (prefix: string) => {
    endSearch()
    clearMarks()
    useBrowseStore.setState({ mode: 'begins' })
    useDataStore.setState({ prefix })
    onPrefixChosen?.()
  }
  return <TreePane model={model} state={state} rowPx={useRowPx()} onPrefix={onPrefix} onRecord={onShow} />
}

function Keys({ model, attempt, onChoose, onBulk }: PanesProps) {
  const prefix = useKeyListState(model, (state) => state.prefix)
  const rowPx = useRowPx()
  const searchId = useBrowseStore((store) => store.searchId)
  return (
    <>
      <PrefixField />
      {searchId === undefined ? (
        <KeyPane model={model} rowPx={rowPx} onSelect={attempt} onChoose={onChoose} />
      ) : (
        <SearchList
          key={searchId}
          searchId={searchId}
          rowPx={rowPx}
          model={model}
          onSelect={(key) => attempt(async () => model.select(key))}
        />
      )}
      <SelectionBar prefix={prefix} onBulk={onBulk} onExportAll={() => onChoose('export')} />
    </>
  )
}

function Value({ children }: { children: ReactNode }) {
  return (
    <div className={classes.value} data-pane="value" tabIndex={-1}>
      {children}
    </div>
  )
}
