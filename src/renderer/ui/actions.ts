/** The groups of the command palette. `key` are records, `setting` keys of the configuration. */
export type ActionGroup = 'page' | 'do' | 'job' | 'look' | 'key' | 'setting'

/** One thing that the command palette can do. */
export interface Action {
  /** Stays the same over languages and versions: the palette remembers by it what was used. */
  readonly id: string
  readonly group: ActionGroup
  readonly title: string
  /** The English name, by which it is found in every language. */
  readonly english: string
  /** Other words by which people look for it. */
  readonly words?: string
  /** What is said beside the title. */
  readonly note?: string
  /** As the registry of keys writes them. */
  readonly keys?: string
  /** Why it cannot be done now; undefined when it can. */
  readonly blocked?: string | undefined
  readonly run: () => void
}

/** A hook that gives the actions of one feature as they are now. The app lists those of all features. */
export type ActionSource = () => readonly Action[]
