import { create } from 'zustand'
import type { RecordItem, SearchMode } from '../../../contract/index.ts'
import { compareKeys } from './key-order.ts'

/** The most records that are marked one by one; more are chosen by prefix or by search. */
export const maxMarked = 10_000

/** `begins` follows the keys; the others are searches. */
export type FindMode = 'begins' | SearchMode | 'values'

interface BrowseStore {
  readonly delimiters: string | undefined
  readonly mode: FindMode
  /** The search whose hits are shown. */
  readonly searchId: string | undefined
  /** Marked records: key to size in bytes. */
  readonly marked: ReadonlyMap<string, number>
  /** Everything under the present filter is marked. */
  readonly allMarked: boolean
  /** Where a range of marks begins. */
  readonly anchor: string | undefined
}

const delimitersKey = 'holdfast.data.delimiters'

/** What is marked and looked for on the data page. */
export const useBrowseStore = create<BrowseStore>(() => ({
  delimiters: (typeof localStorage === 'undefined' ? null : localStorage.getItem(delimitersKey)) ?? undefined,
  mode: 'begins',
  searchId: undefined,
  marked: new Map(),
  allMarked: false,
  anchor: undefined,
}))

type Marked = Pick<RecordItem, 'key' | 'size'>

/** Undefined: as detected. */
export function chooseDelimiters(delimiters: string | undefined): void {
  if (delimiters === undefined) localStorage.removeItem(delimitersKey)
  else localStorage.setItem(delimitersKey, delimiters)
  useBrowseStore.setState({ delimiters })
}

export function toggleMark({ key, size }: Marked): void {
  const { marked } = useBrowseStore.getState()
  const next = new Map(marked)
  if (!next.delete(key) && next.size < maxMarked) next.set(key, size)
  useBrowseStore.setState({ marked: next, allMarked: false, anchor: key })
}

/** Marks these too, as far as there is room. */
export function markMore(items: readonly Marked[]): void {
  const next = new Map(useBrowseStore.getState().marked)
  for (const { key, size } of items) if (next.size < maxMarked) next.set(key, size)
  useBrowseStore.setState({ marked: next, allMarked: false })
}

export const markAll = (): void => useBrowseStore.setState({ allMarked: true, marked: new Map() })

export const clearMarks = (): void => useBrowseStore.setState({ marked: new Map(), allMarked: false, anchor: undefined })

export const isMarked = (store: Pick<BrowseStore, 'marked' | 'allMarked'>, key: string): boolean => store.allMarked || store.marked.has(key)

/** The two ends of a range in key order. */
export const inOrder = (one: string, other: string): readonly [string, string] =>
  compareKeys(one, other) <= 0 ? [one, other] : [other, one]
