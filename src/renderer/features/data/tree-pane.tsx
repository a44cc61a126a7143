import { useVirtualizer } from '@tanstack/react-virtual'
import { type KeyboardEvent, useEffect, useId, useRef, useState } from 'react'
import { LoadingState } from '../../ui/states.tsx'
import { useUiTexts } from '../../ui/texts.ts'
import { useBrowseTexts } from './browse-texts.ts'
import { useDataStore } from './data-store.ts'
import { DelimiterMenu } from './delimiter-menu.tsx'
import classes from './tree.module.css'
import type { TreeRow as Row, TreeModel, TreeState } from './tree-model.ts'
import { TreeLine } from './tree-row.tsx'

interface TreePaneProps {
  readonly model: TreeModel
  readonly state: TreeState
  readonly rowPx: number
  /** Shows the keys below a prefix. */
  readonly onPrefix: (prefix: string) => void
  readonly onRecord: (key: string) => void
}

/** The keys as a tree by delimiters. One stop for the Tab key; arrows move, open and close. */
export function TreePane({ model, state, rowPx, onPrefix, onRecord }: TreePaneProps) {
  const t = useBrowseTexts()
  const { rows } = state
  return (
    <div className={classes.tree}>
      <div className={classes.head}>
        <button type="button" className={classes.all} onClick={() => onPrefix('')}>
          {t('tree.all')}
        </button>
        <DelimiterMenu delimiters={state.delimiters} />
      </div>
      {rows.length === 1 && rows[0]?.kind === 'more' ? (
        <LoadingState />
      ) : (
        <TreeRows model={model} rows={rows} rowPx={rowPx} onPrefix={onPrefix} onRecord={onRecord} />
      )}
    </div>
  )
}

type TreeRowsProps = Omit<TreePaneProps, 'state'> & { readonly rows: readonly Row[] }

function TreeRows({ model, rows, rowPx, onPrefix, onRecord }: TreeRowsProps) {
  const t = useBrowseTexts()
  const ui = useUiTexts()
  const id = useId()
  const view = useRef<HTMLDivElement>(null)
  const [activeId, setActiveId] = useState<string>()
  const prefix = useDataStore((store) => store.prefix)
  const selectedKey = useDataStore((store) => store.selectedKey)
  const virtual = useVirtualizer({ count: rows.length, getScrollElement: () => view.current, estimateSize: () => rowPx, overscan: 12 })
  const lines = virtual.getVirtualItems()
  const active = rows.findIndex((row) => row.id === activeId)

  // Seeing that there is more is asking for it.
  const awaited = lines.map(({ index }) => rows[index]).find((row) => row?.kind === 'more')
  const wanted = awaited?.kind === 'more' ? awaited.parent : undefined
  // biome-ignore lint/correctness/useExhaustiveDependencies: with new rows the same line may be seen again
  useEffect(() => {
    if (wanted !== undefined) void model.load(wanted)
  }, [model, wanted, rows])

  const act = (row: Row) => {
    setActiveId(row.id)
    if (row.kind === 'failed') void model.load(row.parent)
    else if (row.kind !== 'child') onPrefix(row.parent)
    else if (row.child.prefix !== undefined) onPrefix(row.child.prefix)
    else onRecord(row.child.key as string)
  }
  const toggle = (row: Row) => {
    if (row.kind !== 'child' || row.child.prefix === undefined) return
    if (row.expanded) model.collapse(row.child.prefix)
    else void model.expand(row.child.prefix)
  }
  const moveTo = (index: number) => {
    const row = rows[Math.min(rows.length - 1, Math.max(0, index))]
    if (!row) return
    setActiveId(row.id)
    virtual.scrollToIndex(rows.indexOf(row))
  }
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return
    const move = moveOf(event.key, rows, active, Math.floor((view.current?.clientHeight ?? 280) / rowPx))
    const row = rows[active]
    if (move === undefined && (row === undefined || (event.key !== 'Enter' && event.key !== ' '))) return
    event.preventDefault()
    if (typeof move === 'number') moveTo(move)
    else if (row !== undefined && move === 'toggle') toggle(row)
    else if (row !== undefined) act(row)
  }
  return (
    <div
      ref={view}
      className={classes.view}
      role="tree"
      tabIndex={0}
      aria-label={t('tree.name')}
      aria-activedescendant={lines.some(({ index }) => index === active) ? `${id}-${active}` : undefined}
      onKeyDown={onKeyDown}
      data-pane="tree"
    >
      <div className={classes.rows} style={{ height: virtual.getTotalSize() }} role="presentation">
        {lines.map(({ index, start }) => {
          const row = rows[index] as Row
          return (
            <TreeLine
              key={row.id}
              id={`${id}-${index}`}
              row={row}
              active={index === active}
              selected={
                row.kind === 'child' && (row.child.prefix ?? row.child.key) === (row.child.prefix === undefined ? selectedKey : prefix)
              }
              style={{ transform: `translateY(${start}px)`, height: rowPx }}
              texts={{ loading: ui('loading'), retry: ui('retry'), rest: t('tree.rest'), open: t('tree.openRecord') }}
              onToggle={() => toggle(row)}
              onChoose={() => act(row)}
              onRecord={onRecord}
            />
          )
        })}
      </div>
    </div>
  )
}

/** Where a key moves to, or that it opens or closes; undefined when it is not one of the tree's keys. */
function moveOf(key: string, rows: readonly Row[], active: number, page: number): number | 'toggle' | undefined {
  const row = rows[active]
  const isBranch = row?.kind === 'child' && row.child.prefix !== undefined
  switch (key) {
    case 'ArrowDown':
      return active + 1
    case 'ArrowUp':
      return active < 0 ? rows.length - 1 : active - 1
    case 'PageDown':
      return active + page
    case 'PageUp':
      return active - page
    case 'Home':
      return 0
    case 'End':
      return rows.length - 1
    case 'ArrowRight':
      return isBranch && !row.expanded ? 'toggle' : active + 1
    case 'ArrowLeft':
      return isBranch && row.expanded ? 'toggle' : parentOf(rows, active)
    default:
      return undefined
  }
}

function parentOf(rows: readonly Row[], active: number): number {
  const depth = rows[active]?.depth ?? 0
  for (let place = active - 1; place >= 0; place--) if ((rows[place] as Row).depth < depth) return place
  return active
}
