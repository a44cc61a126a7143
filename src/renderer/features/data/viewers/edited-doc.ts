import { Text } from '@codemirror/state'
import type { EditedText } from '../draft.ts'

/** What an editor holds at one moment. It shares what did not change with what editing began with. */
export class EditedDoc implements EditedText {
  readonly doc: Text
  readonly original: Text
  readonly isChanged: boolean
  #text: string | undefined

  constructor(doc: Text, original: Text) {
    this.doc = doc
    this.original = original
    this.isChanged = !doc.eq(original)
  }

  toString(): string {
    this.#text ??= this.doc.toString()
    return this.#text
  }
}

// Only "\n" parts lines, so that "\r\n" and "\r" in a value come back as they were.
export const docOf = (text: string): Text => Text.of(text.split('\n'))

/** So much is made into lines without a pause. */
export const sliceCharacters = 500_000

/** As `docOf`, in slices between which the window can draw and take keys. */
export async function docInSlices(text: string, signal: AbortSignal): Promise<Text> {
  let doc = Text.empty
  for (let at = 0; at < text.length; at += sliceCharacters) {
    doc = doc.append(docOf(text.slice(at, at + sliceCharacters)))
    await new Promise((resolve) => setTimeout(resolve))
    signal.throwIfAborted()
  }
  return doc
}
