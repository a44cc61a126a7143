import { useVirtualizer } from '@tanstack/react-virtual'
import { ChevronDown, ChevronRight } from 'lucide-react'
import { type KeyboardEvent, useEffect, useId, useRef, useState, useSyncExternalStore } from 'react'
import { formatNumber, useLanguage } from '../../../language/index.ts'
import { LoadingState } from '../../../ui/states.tsx'
import { useUiTexts } from '../../../ui/texts.ts'
import { ShownKey } from '../shown-key.tsx'
import type { TreeView as View } from './decode-messages.ts'
import { Decoder } from './decoder.ts'
import classes from './tree-view.module.css'
import type { NodeKind, TreeNode } from './value-tree.ts'
import { type ValueLine, ValueTreeModel } from './value-tree-model.ts'
import { useViewerTexts } from './viewer-texts.ts'

const rowPx = 22
const indentPx = 16
/** Deeper levels are not indented further: their values would leave the pane. */
const maxIndent = 20

type Opened = { readonly model: ValueTreeModel } | { readonly problem: string }

/** A value by its members, decoded on a thread of its own; what is not looked at is not made into lines. */
export function TreeView({ bytes, view, label }: { bytes: Uint8Array; view: View; label: string }) {
  const t = useViewerTexts()
  const [opened, setOpened] = useState<Opened>()
  useEffect(() => {
    const decoder = new Decoder()
    const gone = new AbortController()
    setOpened(undefined)
    openTree(decoder, bytes, view, gone.signal).then(setOpened, (error: unknown) => {
      if (!gone.signal.aborted) setOpened({ problem: error instanceof Error ? error.message : String(error) })
    })
    return () => {
      gone.abort()
      decoder.close()
    }
  }, [bytes, view])
  if (opened === undefined) return <LoadingState />
  if ('problem' in opened) {
    return (
      <div className={classes.problem} role="status">
        <p>{t('notSo', { format: t(view === 'tree' ? 'json' : view) })}</p>
        <code>{opened.problem}</code>
      </div>
    )
  }
  return <Lines model={opened.model} label={label} />
}

async function openTree(decoder: Decoder, bytes: Uint8Array, view: View, signal: AbortSignal): Promise<Opened> {
  const tree = await decoder.run('openTree', { view, bytes }, signal)
  if ('problem' in tree) return tree
  const model = new ValueTreeModel(tree.root, (id, from, count) => decoder.run('children', { id, from, count }, signal))
  await model.openFirst()
  return { model }
}

function Lines({ model, label }: { model: ValueTreeModel; label: string }) {
  const ui = useUiTexts()
  const id = useId()
  const lines = useSyncExternalStore(model.subscribe, model.snapshot)
  const scroll = useRef<HTMLDivElement>(null)
  const [activeId, setActiveId] = useState<string>()
  const virtual = useVirtualizer({ count: lines.length, getScrollElement: () => scroll.current, estimateSize: () => rowPx, overscan: 20 })
  const items = virtual.getVirtualItems()
  const active = lines.findIndex((line) => line.id === activeId)

  // Seeing that there is more is asking for it.
  const awaited = items.map(({ index }) => lines[index]).find((line) => line?.kind === 'more')
  useEffect(() => {
    if (awaited?.kind === 'more') void model.readMore(awaited.parent)
  }, [model, awaited])

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return
    const act = actOf(event.key, lines, active, Math.floor((scroll.current?.clientHeight ?? 220) / rowPx))
    if (act === undefined) return
    event.preventDefault()
    if (typeof act === 'object') toggle(model, act)
    else {
      const place = Math.min(lines.length - 1, Math.max(0, act))
      setActiveId(lines[place]?.id)
      virtual.scrollToIndex(place)
    }
  }
  return (
    <div
      ref={scroll}
      className={classes.view}
      role="tree"
      tabIndex={0}
      aria-label={label}
      aria-activedescendant={items.some(({ index }) => index === active) ? `${id}-${active}` : undefined}
      onKeyDown={onKeyDown}
    >
      <div className={classes.lines} style={{ height: virtual.getTotalSize() }} role="presentation">
        {items.map(({ index, start }) => {
          const line = lines[index] as ValueLine
          const style = { transform: `translateY(${start}px)`, paddingLeft: 8 + Math.min(line.depth, maxIndent) * indentPx }
          return line.kind === 'more' ? (
            <div key={line.id} className={classes.line} style={style}>
              <span className={classes.quiet}>{ui('loading')}</span>
            </div>
          ) : (
            // biome-ignore lint/a11y/useFocusableInteractive: aria-activedescendant on the tree stands for the focus
            // biome-ignore lint/a11y/useKeyWithClickEvents: the tree takes the keys
            <div
              key={line.id}
              id={`${id}-${index}`}
              className={classes.line}
              role="treeitem"
              aria-level={line.depth + 1}
              aria-selected={index === active}
              {...(line.node.isOpenable && { 'aria-expanded': line.isOpen })}
              style={style}
              onClick={() => {
                setActiveId(line.id)
                toggle(model, line)
              }}
            >
              <Line line={line} />
            </div>
          )
        })}
      </div>
    </div>
  )
}

function toggle(model: ValueTreeModel, line: ValueLine): void {
  if (line.kind !== 'node' || !line.node.isOpenable) return
  if (line.isOpen) model.close(line.node)
  else void model.open(line.node)
}

/** Where a key moves to, or the line that it opens or closes; undefined when it is not one of the tree's keys. */
function actOf(key: string, lines: readonly ValueLine[], active: number, page: number): number | ValueLine | undefined {
  const line = lines[active]
  const isOpenable = line?.kind === 'node' && line.node.isOpenable
  switch (key) {
    case 'ArrowDown':
      return active + 1
    case 'ArrowUp':
      return active < 0 ? lines.length - 1 : active - 1
    case 'PageDown':
      return active + page
    case 'PageUp':
      return active - page
    case 'Home':
      return 0
    case 'End':
      return lines.length - 1
    case 'ArrowRight':
      return isOpenable && !line.isOpen ? line : active + 1
    case 'ArrowLeft':
      return isOpenable && line.isOpen ? line : parentOf(lines, active)
    case 'Enter':
    case ' ':
      return line
    default:
      return undefined
  }
}

function parentOf(lines: readonly ValueLine[], active: number): number {
  const depth = lines[active]?.depth ?? 0
  for (let place = active - 1; place >= 0; place--) if ((lines[place] as ValueLine).depth < depth) return place
  return active
}

function Line({ line: { node, isOpen } }: { line: ValueLine & { kind: 'node' } }) {
  return (
    <>
      <span className={classes.toggle} aria-hidden="true">
        {node.isOpenable && (isOpen ? <ChevronDown size={14} /> : <ChevronRight size={14} />)}
      </span>
      {node.name !== undefined && (
        <span className={classes.name} title={node.name}>
          {node.name === '' ? '∅' : <ShownKey text={node.name} />}
        </span>
      )}
      <Value node={node} />
    </>
  )
}

const signs: Partial<Record<NodeKind, readonly [string, string]>> = { object: ['{', '}'], array: ['[', ']'] }

function Value({ node }: { node: TreeNode }) {
  const t = useViewerTexts()
  const language = useLanguage()
  const n = formatNumber(node.size, language)
  const sign = signs[node.kind]
  if (sign !== undefined) return <span className={classes.quiet}>{node.size === 0 ? sign.join('') : `${sign[0]} ${n} ${sign[1]}`}</span>
  if (node.kind === 'tagged') return <span className={classes.quiet}>{t('tagged')}</span>
  return (
    <>
      <span className={classes.value} data-kind={node.kind} title={node.text}>
        {node.kind === 'string' ? JSON.stringify(node.text) : node.text}
      </span>
      {node.kind === 'bytes' && <span className={classes.quiet}>{t('bytes', { count: node.size, n })}</span>}
    </>
  )
}
