import { lazy, Suspense } from 'react'
import { LoadingState } from '../../../ui/states.tsx'
import type { EditedText } from '../draft.ts'
import type { TextLanguage } from './editor-look.ts'
import { LargeDiff } from './large-diff.tsx'

const DiffView = lazy(() => import('./diff-view.tsx'))

/** Texts that have more characters together are not laid out side by side: that would stop the window. */
const maxLaidOut = 2_000_000

interface ComparisonProps {
  readonly before: string
  readonly after: EditedText
  readonly language: TextLanguage
  /** What the sides are called, for those who do not see the place. */
  readonly names: { readonly before: string; readonly after: string }
  readonly columns: 'one' | 'two'
  /** Told how many places differ. */
  readonly onPlaces?: (count: number) => void
}

/** What differs between two texts, in the way that their size allows. */
export function Comparison({ after: edited, ...props }: ComparisonProps) {
  const after = String(edited)
  const { before, names, onPlaces } = props
  if (before.length + after.length > maxLaidOut) {
    return <LargeDiff before={before} after={after} label={names.after} {...(onPlaces && { onPlaces })} />
  }
  return (
    <Suspense fallback={<LoadingState />}>
      <DiffView {...props} after={after} />
    </Suspense>
  )
}
