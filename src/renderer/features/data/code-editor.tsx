import { defaultKeymap, history, historyKeymap } from '@codemirror/commands'
import { json } from '@codemirror/lang-json'
import { bracketMatching, foldGutter, HighlightStyle, syntaxHighlighting } from '@codemirror/language'
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search'
import { Compartment, EditorState, type Extension, Transaction } from '@codemirror/state'
import { drawSelection, EditorView, highlightSpecialChars, keymap, lineNumbers } from '@codemirror/view'
import { tags } from '@lezer/highlight'
import { useEffect, useRef } from 'react'

interface CodeEditorProps {
  readonly text: string
  readonly language: 'json' | 'text'
  readonly label: string
  readonly readOnly: boolean
  readonly onChange?: (text: string) => void
}

/** Lines longer than this are not wrapped: laying them out would stop the window. */
const maxWrappedLine = 20_000

const highlight = HighlightStyle.define([
  { tag: tags.propertyName, color: 'var(--hf-accent)' },
  { tag: tags.string, color: 'var(--hf-ok)' },
  { tag: tags.number, color: 'var(--hf-unknown)' },
  { tag: [tags.bool, tags.null], color: 'var(--hf-warning)' },
  { tag: tags.invalid, color: 'var(--hf-critical)' },
])

const look = EditorView.theme({
  '&': { height: '100%', fontSize: '12.5px', backgroundColor: 'transparent', color: 'var(--hf-text)' },
  '&.cm-focused': { outline: '2px solid var(--hf-accent)', outlineOffset: '-2px' },
  '.cm-scroller': { fontFamily: 'var(--hf-mono)', lineHeight: '20px' },
  '.cm-gutters': { backgroundColor: 'transparent', color: 'var(--hf-muted)', border: 'none' },
  '.cm-cursor': { borderLeftColor: 'var(--hf-text)' },
  '.cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground': {
    backgroundColor: 'var(--hf-selected)',
  },
  '.cm-panels': { backgroundColor: 'var(--hf-sunken)', color: 'var(--hf-text)' },
  '.cm-searchMatch': { backgroundColor: 'var(--hf-warning-soft)' },
})

/** Text with line numbers, search and, where it may be changed, editing. What is typed comes back exactly, line ends included. */
export default function CodeEditor({ text, language, label, readOnly, onChange }: CodeEditorProps) {
  const place = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView>(undefined)
  const change = useRef(onChange)
  const mode = useRef(new Compartment())
  useEffect(() => {
    change.current = onChange
  })

  useEffect(() => {
    const parent = place.current
    if (!parent) return
    const made = new EditorView({ parent, state: EditorState.create({ extensions: [common(change), mode.current.of([])] }) })
    view.current = made
    return () => made.destroy()
  }, [])

  // biome-ignore lint/correctness/useExhaustiveDependencies: the text decides about wrapping when it is put in, not while somebody types
  useEffect(() => {
    view.current?.dispatch({ effects: mode.current.reconfigure(modeOf(language, label, readOnly, isWrappable(text))) })
    if (!readOnly) view.current?.focus()
  }, [language, label, readOnly])

  useEffect(() => {
    const editor = view.current
    if (!editor || editor.state.doc.toString() === text) return
    // Undo takes back what was typed, not what the store brought.
    const annotations = Transaction.addToHistory.of(false)
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: text }, annotations })
  }, [text])

  return <div ref={place} style={{ height: '100%', minHeight: 0 }} />
}

const common = (change: { readonly current: ((text: string) => void) | undefined }): Extension => [
  // Only "\n" parts lines here, so that "\r\n" and "\r" in a value come back as they were.
  EditorState.lineSeparator.of('\n'),
  lineNumbers(),
  foldGutter(),
  highlightSpecialChars(),
  history(),
  drawSelection(),
  bracketMatching(),
  search({ top: true }),
  highlightSelectionMatches(),
  syntaxHighlighting(highlight),
  keymap.of([...defaultKeymap, ...historyKeymap, ...searchKeymap]),
  look,
  EditorView.updateListener.of((update) => {
    if (update.docChanged) change.current?.(update.state.doc.toString())
  }),
]

const modeOf = (language: 'json' | 'text', label: string, readOnly: boolean, wrapped: boolean): Extension => [
  language === 'json' ? json() : [],
  wrapped ? EditorView.lineWrapping : [],
  EditorState.readOnly.of(readOnly),
  EditorView.contentAttributes.of({ 'aria-label': label }),
]

const isWrappable = (text: string): boolean => text.split('\n').every((line) => line.length <= maxWrappedLine)
