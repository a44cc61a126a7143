import type { SearchHit, SearchInput } from '../../../contract/index.ts'
import type { RecordBundle } from '../../persistence/pack-messages.ts'
import type { RecordMeta } from '../../persistence/record-store.ts'

/** What is made of a page of records as they are kept. */
export type ReadTask =
  /** Their values. */
  | { readonly kind: 'open' }
  /** Their lines in an export. */
  | { readonly kind: 'lines'; readonly maxLineBytes: number }
  /** Those whose value matches. */
  | { readonly kind: 'search'; readonly input: SearchInput }

export interface ReadWork {
  readonly task: ReadTask
  readonly page: RecordBundle
}

export type ReadResult =
  | ({ readonly kind: 'open'; readonly metas: readonly RecordMeta[] } & RecordBundle)
  | { readonly kind: 'lines'; readonly bytes: Uint8Array }
  | { readonly kind: 'search'; readonly hits: readonly SearchHit[] }
