import { ActionIcon } from '@mantine/core'
import { ChevronDown, ChevronRight, FileText } from 'lucide-react'
import type { CSSProperties } from 'react'
import { asCallError } from '../../bridge/call.ts'
import { formatNumber, useLanguage } from '../../language/index.ts'
import { useErrorText } from '../../ui/error-text.ts'
import { ShownKey } from './shown-key.tsx'
import classes from './tree.module.css'
import type { TreeRow } from './tree-model.ts'

const indentPx = 14

interface TreeLineProps {
  readonly id: string
  readonly row: TreeRow
  readonly active: boolean
  /** It is what the list shows, or the record that is shown. */
  readonly selected: boolean
  readonly style: CSSProperties
  readonly texts: { readonly loading: string; readonly retry: string; readonly rest: string; readonly open: string }
  readonly onToggle: () => void
  readonly onChoose: () => void
  readonly onRecord: (key: string) => void
}

/** One line of the tree: a branch, a record, both, or what stands where children are not loaded. */
export function TreeLine({ id, row, active, selected, style, texts, onToggle, onChoose, onRecord }: TreeLineProps) {
  const isBranch = row.kind === 'child' && row.child.prefix !== undefined
  return (
    // The tree has the focus and takes the keys; a line is only pointed at.
    // biome-ignore lint/a11y/useFocusableInteractive: aria-activedescendant on the tree stands for the focus
    // biome-ignore lint/a11y/useKeyWithClickEvents: the tree takes the keys
    <div
      id={id}
      className={classes.row}
      role="treeitem"
      aria-level={row.depth + 1}
      aria-selected={selected}
      {...(isBranch && row.kind === 'child' && { 'aria-expanded': row.expanded })}
      data-active={active || undefined}
      style={{ ...style, paddingLeft: 6 + row.depth * indentPx }}
      onClick={onChoose}
    >
      {isBranch ? (
        <button
          type="button"
          className={classes.toggle}
          tabIndex={-1}
          aria-hidden="true"
          onClick={(event) => {
            event.stopPropagation()
            onToggle()
          }}
        >
          {row.kind === 'child' && row.expanded ? <ChevronDown size={14} /> : <ChevronRight size={14} />}
        </button>
      ) : (
        <span className={classes.toggle} />
      )}
      {row.kind === 'child' ? <ChildName row={row} open={texts.open} onRecord={onRecord} /> : <EndOfBranch row={row} texts={texts} />}
    </div>
  )
}

function ChildName({ row, open, onRecord }: { row: TreeRow & { kind: 'child' }; open: string; onRecord: (key: string) => void }) {
  const language = useLanguage()
  const { name, prefix, key, count, exact } = row.child
  const shown = formatNumber(exact ? count : Number(count.toPrecision(2)), language)
  return (
    <>
      <span className={classes.name} dir="auto" title={prefix ?? key}>
        {name === '' ? <span className={classes.empty}>∅</span> : <ShownKey text={name} />}
      </span>
      {prefix !== undefined && key !== undefined && (
        <ActionIcon
          size={18}
          variant="subtle"
          tabIndex={-1}
          aria-label={`${open}: ${key}`}
          onClick={(event) => {
            event.stopPropagation()
            onRecord(key)
          }}
        >
          <FileText size={12} />
        </ActionIcon>
      )}
      {prefix !== undefined && <span className={classes.count}>{exact ? shown : `~${shown}`}</span>}
    </>
  )
}

function EndOfBranch({ row, texts }: { row: Exclude<TreeRow, { kind: 'child' }>; texts: TreeLineProps['texts'] }) {
  const sentenceOf = useErrorText()
  if (row.kind === 'failed') {
    const failure = asCallError(row.error)
    return (
      <span className={classes.failed} title={failure.message}>
        {sentenceOf(failure).text} {texts.retry}
      </span>
    )
  }
  return <span className={classes.end}>{row.kind === 'more' ? texts.loading : texts.rest}</span>
}
