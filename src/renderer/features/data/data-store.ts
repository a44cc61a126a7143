import { create } from 'zustand'
import type { Draft } from './draft.ts'

interface DataStore {
  readonly prefix: string
  readonly selectedKey: string | undefined
  readonly draft: Draft | undefined
}

/** What is selected and typed on the data page. */
export const useDataStore = create<DataStore>(() => ({ prefix: '', selectedKey: undefined, draft: undefined }))

export const discardDraft = (): void => useDataStore.setState({ draft: undefined })
