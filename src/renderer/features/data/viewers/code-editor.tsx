import { defaultKeymap, history, historyKeymap } from '@codemirror/commands'
import { bracketMatching, foldGutter } from '@codemirror/language'
import { highlightSelectionMatches, search, searchKeymap } from '@codemirror/search'
import { Compartment, EditorState, type Extension, type Text, Transaction } from '@codemirror/state'
import { EditorView, keymap } from '@codemirror/view'
import { useEffect, useRef } from 'react'
import { type Language, useLanguage } from '../../../language/index.ts'
import { LoadingState } from '../../../ui/states.tsx'
import type { EditedText } from '../draft.ts'
import { EditedDoc } from './edited-doc.ts'
import { languageOf, type TextLanguage, textLook, wrapping } from './editor-look.ts'
import { useDoc } from './use-doc.ts'

interface CodeEditorProps {
  readonly text: string | EditedText
  readonly language: TextLanguage
  readonly label: string
  readonly readOnly: boolean
  readonly onChange?: (text: EditedText) => void
}

/** Text with line numbers, search and, where it may be changed, editing. What is typed comes back exactly, line ends included. */
export default function CodeEditor({ text, ...props }: CodeEditorProps) {
  const docs = useDoc(text)
  return docs === undefined ? <LoadingState /> : <Editor {...props} {...docs} />
}

interface EditorProps extends Omit<CodeEditorProps, 'text'> {
  readonly doc: Text
  /** What changes are compared with. */
  readonly original: Text
}

function Editor({ doc, original, language, label, readOnly, onChange }: EditorProps) {
  const place = useRef<HTMLDivElement>(null)
  const view = useRef<EditorView>(undefined)
  const change = useRef<(doc: Text) => void>(undefined)
  const mode = useRef(new Compartment())
  const people = useLanguage()
  useEffect(() => {
    change.current = (typed) => onChange?.(new EditedDoc(typed, original))
  })

  useEffect(() => {
    const parent = place.current
    if (!parent) return
    const made = new EditorView({ parent, state: EditorState.create({ extensions: [common(change, people), mode.current.of([])] }) })
    view.current = made
    return () => made.destroy()
  }, [people])

  // biome-ignore lint/correctness/useExhaustiveDependencies: the text decides about wrapping when it is put in, not while somebody types
  useEffect(() => {
    view.current?.dispatch({ effects: mode.current.reconfigure(modeOf(language, label, readOnly, doc)) })
    if (!readOnly) view.current?.focus()
  }, [language, label, readOnly, people])

  // biome-ignore lint/correctness/useExhaustiveDependencies: another language of the screen begins a new editor, which has no text yet
  useEffect(() => {
    const editor = view.current
    if (!editor || editor.state.doc.eq(doc)) return
    // Undo takes back what was typed, not what the store brought.
    const annotations = Transaction.addToHistory.of(false)
    editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: doc }, annotations })
  }, [doc, people])

  return <div ref={place} style={{ height: '100%', minHeight: 0 }} />
}

const common = (change: { readonly current: ((doc: Text) => void) | undefined }, people: Language): Extension => [
  textLook(people),
  foldGutter(),
  history(),
  bracketMatching(),
  search({ top: true }),
  highlightSelectionMatches(),
  keymap.of([...defaultKeymap, ...historyKeymap, ...searchKeymap]),
  EditorView.updateListener.of((update) => {
    if (update.docChanged) change.current?.(update.state.doc)
  }),
]

const modeOf = (language: TextLanguage, label: string, readOnly: boolean, doc: Text): Extension => [
  languageOf(language),
  wrapping(doc),
  EditorState.readOnly.of(readOnly),
  // The focus is the editor's anyway; said so, it counts as what makes the scrolling region reachable.
  EditorView.contentAttributes.of({ 'aria-label': label, tabindex: '0' }),
]
