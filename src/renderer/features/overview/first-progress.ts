import { create } from 'zustand'

/** How far somebody is with a store that was empty when they first saw it. A store that was never seen empty asks for no first steps. */
export interface FirstProgress {
  readonly begun: boolean
  readonly connected: boolean
  readonly hidden: boolean
}

const nothing: FirstProgress = { begun: false, connected: false, hidden: false }
const nameOf = (dataFolder: string): string => `holdfast.first/${dataFolder}`

/** By the data folder. */
const useProgress = create<Readonly<Record<string, FirstProgress>>>(() => ({}))

/** Kept in this browser or app, for each data folder. */
export const useFirstProgress = (dataFolder: string): FirstProgress => useProgress((all) => all[dataFolder]) ?? nothing

/** Reads what is kept of the folder. */
export function recallFirst(dataFolder: string): void {
  if (useProgress.getState()[dataFolder]) return
  useProgress.setState({ [dataFolder]: kept(dataFolder) })
}

export function noteFirst(dataFolder: string, change: Partial<FirstProgress>): void {
  const progress = { ...(useProgress.getState()[dataFolder] ?? kept(dataFolder)), ...change }
  window.localStorage.setItem(nameOf(dataFolder), JSON.stringify(progress))
  useProgress.setState({ [dataFolder]: progress })
}

function kept(dataFolder: string): FirstProgress {
  try {
    return { ...nothing, ...(JSON.parse(window.localStorage.getItem(nameOf(dataFolder)) ?? '{}') as Partial<FirstProgress>) }
  } catch {
    return nothing
  }
}
