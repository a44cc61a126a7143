import { create } from 'zustand'
import type { InputOf } from '../../../contract/index.ts'
import { blankDraft, type QueryDraft } from './query-draft.ts'

export type Run = InputOf<'collections.query'>

interface QueryStore {
  readonly view: 'query' | 'collections'
  /** The chosen collection, by name. */
  readonly collection: string | undefined
  /** It was there when it was looked at last. */
  readonly seen: string | undefined
  readonly draft: QueryDraft
  /** The name of the saved query that was opened or saved last. */
  readonly savedAs: string | undefined
  /** What was asked last, and which time. */
  readonly run: { readonly input: Run; readonly number: number } | undefined
  readonly selectedKey: string | undefined
}

const blank: QueryStore = {
  view: 'query',
  collection: undefined,
  seen: undefined,
  draft: blankDraft,
  savedAs: undefined,
  run: undefined,
  selectedKey: undefined,
}

/** What is chosen and typed on the page; it stays while one looks elsewhere. */
export const useQueryStore = create<QueryStore>(() => blank)

/** Another collection begins with an empty query: the fields of one are not those of another. */
export const chooseCollection = (collection: string): void => useQueryStore.setState({ ...blank, view: 'query', collection })

/** The collections as they are; none of them is chosen. */
export const chooseNone = (): void => useQueryStore.setState({ ...blank, view: 'collections' })

export const changeDraft = (change: Partial<QueryDraft>): void =>
  useQueryStore.setState(({ draft }) => ({ draft: { ...draft, ...change } }))

export const ask = (input: Run): void =>
  useQueryStore.setState(({ run }) => ({ run: { input, number: (run?.number ?? 0) + 1 }, selectedKey: undefined }))
