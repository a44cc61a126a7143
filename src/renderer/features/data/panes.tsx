import { SegmentedControl } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { type ReactNode, useState } from 'react'
import { Group, Panel, Separator, useDefaultLayout } from 'react-resizable-panels'
import { clearMarks, useBrowseStore } from './browse-store.ts'
import { useBrowseTexts } from './browse-texts.ts'
import type { BulkRequest } from './bulk-dialog.tsx'
import { useDataStore } from './data-store.ts'
import type { KeyListModel, KeyListState } from './key-list-model.ts'
import { KeyPane } from './key-pane.tsx'
import classes from './page.module.css'
import type { PageAction } from './page-actions.tsx'
import { PrefixField } from './prefix-field.tsx'
import { SearchList } from './search-list.tsx'
import { SelectionBar } from './selection-bar.tsx'
import { useDataTexts } from './texts.ts'
import { TreePane } from './tree-pane.tsx'
import { endSearch } from './use-search.ts'
import { useTree } from './use-tree.ts'

interface PanesProps {
  readonly model: KeyListModel
  readonly state: KeyListState
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

/** Three panes that resize; their widths are remembered. */
export function Panes(props: PanesProps) {
  const isWide = useMediaQuery(threePanes, undefined, { getInitialValueInEffect: false }) ?? true
  return isWide ? <ThreePanes {...props} /> : <TwoPanes {...props} />
}

function ThreePanes(props: PanesProps) {
  const t = useDataTexts()
  const browse = useBrowseTexts()
  const layout = useDefaultLayout({ id: 'holdfast.data.three', panelIds: ['tree', 'keys', 'value'] })
  return (
    <Group className={classes.panes} orientation="horizontal" {...layout}>
      <Panel id="tree" defaultSize="18%" minSize={160} className={classes.pane}>
        <Tree {...props} />
      </Panel>
      <Separator className={classes.separator} aria-label={browse('tree.resize')} />
      <Panel id="keys" defaultSize="42%" minSize={300} className={classes.pane}>
        <Keys {...props} />
      </Panel>
      <Separator className={classes.separator} aria-label={t('resize')} />
      <Panel id="value" minSize={320} className={classes.pane}>
        <Value>{props.children}</Value>
      </Panel>
    </Group>
  )
}

function TwoPanes(props: PanesProps) {
  const t = useDataTexts()
  const browse = useBrowseTexts()
  const layout = useDefaultLayout({ id: 'holdfast.data.two', panelIds: ['keys', 'value'] })
  const [shown, setShown] = useState<'tree' | 'keys'>('keys')
  return (
    <Group className={classes.panes} orientation="horizontal" {...layout}>
      <Panel id="keys" defaultSize="48%" minSize={320} className={classes.pane}>
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
      </Panel>
      <Separator className={classes.separator} aria-label={t('resize')} />
      <Panel id="value" minSize={320} className={classes.pane}>
        <Value>{props.children}</Value>
      </Panel>
    </Group>
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

function Keys({ model, state, attempt, onChoose, onBulk }: PanesProps) {
  const rowPx = useRowPx()
  const searchId = useBrowseStore((store) => store.searchId)
  return (
    <>
      <PrefixField />
      {searchId === undefined ? (
        <KeyPane model={model} state={state} rowPx={rowPx} onSelect={attempt} onChoose={onChoose} />
      ) : (
        <SearchList
          key={searchId}
          searchId={searchId}
          rowPx={rowPx}
          selectedKey={state.selectedKey}
          onSelect={(key) => attempt(async () => model.select(key))}
        />
      )}
      <SelectionBar prefix={state.prefix} onBulk={onBulk} onExportAll={() => onChoose('export')} />
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
