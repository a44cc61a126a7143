import { needsWhole, type ValueView } from './viewers/value-views.ts'

/** Values up to this size are loaded at once where they cannot be shown without their end. */
export const loadedAtOnceBytes = 1024 * 1024

interface Choice {
  /** What fits the value, the best first. */
  readonly views: readonly ValueView[]
  /** What a person chose for this very record. */
  readonly chosen: ValueView | undefined
  /** What was chosen for records like it. */
  readonly remembered: ValueView | undefined
  readonly isWhole: boolean
  readonly sizeBytes: number
}

/** How a value is shown: as a person said, else as for its neighbours, else as fits best without loading much. */
export function viewFor({ views, chosen, remembered, isWhole, sizeBytes }: Choice): ValueView {
  if (chosen !== undefined) return chosen
  if (remembered !== undefined && views.includes(remembered)) return remembered
  const isAtHand = isWhole || sizeBytes <= loadedAtOnceBytes
  return views.find((view) => isAtHand || !needsWhole(view)) ?? 'hex'
}
