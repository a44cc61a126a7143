import type { Text } from '@codemirror/state'
import { useEffect, useMemo, useState } from 'react'
import type { EditedText } from '../draft.ts'
import { docInSlices, docOf, EditedDoc, sliceCharacters } from './edited-doc.ts'

/** A text as an editor holds it, and the one that editing began with. */
interface Docs {
  readonly doc: Text
  readonly original: Text
}

/** Undefined while the lines of a large text are made for the first time; then the last that were. */
export function useDoc(text: string | EditedText): Docs | undefined {
  const atOnce = useMemo(() => docsAtOnce(text), [text])
  const [made, setMade] = useState<Docs>()
  useEffect(() => {
    if (atOnce !== undefined) return
    const gone = new AbortController()
    docInSlices(String(text), gone.signal).then(
      (doc) => setMade({ doc, original: doc }),
      () => undefined,
    )
    return () => gone.abort()
  }, [text, atOnce])
  return atOnce ?? made
}

function docsAtOnce(text: string | EditedText): Docs | undefined {
  if (text instanceof EditedDoc) return text
  const whole = String(text)
  if (whole.length > sliceCharacters) return undefined
  const doc = docOf(whole)
  return { doc, original: doc }
}
