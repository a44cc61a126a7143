import { create } from 'zustand'
import { type ConfigEntry, isSameValue } from './entries.ts'

/** A change that waits for Apply. `to` null: back to the default. */
export interface StagedChange {
  readonly key: string
  /** What the file said when the change was begun. */
  readonly from: unknown
  readonly to: unknown
}

interface Staged {
  readonly changes: readonly StagedChange[]
  /** Of the file that the first of them was made on. */
  readonly version: string | undefined
}

/** What was changed and not applied. It outlives leaving the page, so that nothing is lost; closing the window asks. */
export const useStaged = create<Staged>(() => ({ changes: [], version: undefined }))

/** Stages a value; one that is stored already takes the change back. A secret is never shown, so any value of it is a change. */
export function stage(entry: Pick<ConfigEntry, 'key' | 'stored' | 'secret' | 'changed'>, to: unknown, version: string): void {
  const { changes, version: begun } = useStaged.getState()
  const isNothing = to === null ? !entry.changed : !entry.secret && isSameValue(to, entry.stored)
  const known = changes.find(({ key }) => key === entry.key)
  const staged = { key: entry.key, from: known?.from ?? entry.stored, to }
  const next = isNothing
    ? changes.filter(({ key }) => key !== entry.key)
    : known
      ? changes.map((change) => (change === known ? staged : change))
      : [...changes, staged]
  useStaged.setState({ changes: next, version: next.length === 0 ? undefined : (begun ?? version) })
}

export function unstage(key: string): void {
  const { changes, version } = useStaged.getState()
  const next = changes.filter((change) => change.key !== key)
  useStaged.setState({ changes: next, version: next.length === 0 ? undefined : version })
}

export const discardStaged = (): void => useStaged.setState({ changes: [], version: undefined })

export const asPatch = (changes: readonly StagedChange[]): Record<string, unknown> =>
  Object.fromEntries(changes.map(({ key, to }) => [key, to]))

const askBeforeLeaving = (event: BeforeUnloadEvent): void => event.preventDefault()

// Wherever in the app somebody is when the window is closed.
useStaged.subscribe(({ changes }) => {
  window.removeEventListener('beforeunload', askBeforeLeaving)
  if (changes.length > 0) window.addEventListener('beforeunload', askBeforeLeaving)
})
