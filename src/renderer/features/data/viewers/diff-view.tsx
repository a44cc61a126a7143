import { type DiffConfig, getChunks, MergeView, unifiedMergeView } from '@codemirror/merge'
import { EditorState, type Extension } from '@codemirror/state'
import { EditorView } from '@codemirror/view'
import { useEffect, useRef } from 'react'
import { type Language, useLanguage } from '../../../language/index.ts'
import classes from './diff-view.module.css'
import { docOf } from './edited-doc.ts'
import { languageOf, type TextLanguage, textLook, wrapping } from './editor-look.ts'

interface DiffViewProps {
  readonly before: string
  readonly after: string
  readonly language: TextLanguage
  /** What the sides are called, for those who do not see the place. */
  readonly names: { readonly before: string; readonly after: string }
  /** `one`: changes among the lines of one text; `two`: both texts, side by side. */
  readonly columns: 'one' | 'two'
  /** Told how many places differ. */
  readonly onPlaces?: (count: number) => void
}

/** Comparing large texts ends here; what is left is shown as one change. */
const diffConfig: DiffConfig = { scanLimit: 2000, timeout: 300 }
const collapseUnchanged = { margin: 3, minSize: 6 }

/** What differs between two texts. Added and removed lines have a sign, not only a colour. */
export default function DiffView({ before, after, language, names, columns, onPlaces }: DiffViewProps) {
  const place = useRef<HTMLDivElement>(null)
  const told = useRef(onPlaces)
  const people = useLanguage()
  const { before: beforeName, after: afterName } = names
  useEffect(() => {
    told.current = onPlaces
  })
  useEffect(() => {
    const parent = place.current
    if (!parent) return
    const shown = { before, after, language, people, names: { before: beforeName, after: afterName } }
    const made = columns === 'two' ? twoColumns(parent, shown) : oneColumn(parent, shown)
    const state = made instanceof MergeView ? made.b.state : made.state
    told.current?.(getChunks(state)?.chunks.length ?? 0)
    return () => made.destroy()
  }, [before, after, language, people, columns, beforeName, afterName])
  return <div ref={place} className={classes.diff} data-columns={columns} />
}

type Shown = Pick<DiffViewProps, 'before' | 'after' | 'language' | 'names'> & { readonly people: Language }

const sideOf = (text: string, { language, people }: Pick<Shown, 'language' | 'people'>, label: string): Extension => [
  textLook(people),
  languageOf(language),
  wrapping(docOf(text)),
  EditorState.readOnly.of(true),
  EditorView.editable.of(false),
  // What is not edited has to take the focus by itself, to be read and scrolled with keys.
  EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }),
]

function oneColumn(parent: Element, shown: Shown): EditorView {
  const { before, after, names } = shown
  const merge = unifiedMergeView({ original: before, mergeControls: false, collapseUnchanged, diffConfig, allowInlineDiffs: false })
  return new EditorView({ parent, doc: after, extensions: [sideOf(after, shown, names.after), merge] })
}

function twoColumns(parent: Element, shown: Shown): MergeView {
  const { before, after, names } = shown
  const view = new MergeView({
    parent,
    a: { doc: before, extensions: sideOf(before, shown, names.before) },
    b: { doc: after, extensions: sideOf(after, shown, names.after) },
    collapseUnchanged,
    diffConfig,
  })
  for (const [editor, name] of [[view.a, names.before] as const, [view.b, names.after] as const]) {
    const column = editor.dom.parentElement
    column?.setAttribute('role', 'region')
    column?.setAttribute('aria-label', name)
  }
  return view
}
