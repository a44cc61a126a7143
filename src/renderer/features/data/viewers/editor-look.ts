import { json } from '@codemirror/lang-json'
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language'
import { EditorState, type Extension, type Text } from '@codemirror/state'
import { drawSelection, EditorView, highlightSpecialChars, lineNumbers } from '@codemirror/view'
import { tags } from '@lezer/highlight'
import type { Language } from '../../../language/language.ts'
import { editorPhrases } from './editor-phrases.ts'

/** Lines longer than this are not wrapped: laying them out would stop the window. */
const maxWrappedLine = 20_000

const highlight = HighlightStyle.define([
  { tag: tags.propertyName, color: 'var(--hf-accent)' },
  { tag: tags.string, color: 'var(--hf-ok)' },
  { tag: tags.number, color: 'var(--hf-unknown)' },
  { tag: [tags.bool, tags.null], color: 'var(--hf-warning)' },
  { tag: tags.invalid, color: 'var(--hf-critical)' },
])

const theme = EditorView.theme({
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

/** What every text has, whether it is edited, read or compared. */
export const textLook = (language: Language): Extension => [
  EditorState.phrases.of(editorPhrases[language]),
  // Only "\n" parts lines here, so that "\r\n" and "\r" in a value come back as they were.
  EditorState.lineSeparator.of('\n'),
  lineNumbers(),
  highlightSpecialChars(),
  drawSelection(),
  syntaxHighlighting(highlight),
  theme,
]

export type TextLanguage = 'json' | 'text'

export const languageOf = (language: TextLanguage): Extension => (language === 'json' ? json() : [])

export function wrapping(doc: Text): Extension {
  for (const line of doc.iterLines()) if (line.length > maxWrappedLine) return []
  return EditorView.lineWrapping
}
