import type { Column, EmptyRule } from './columns.ts'
import type { CsvDialect } from './csv-rows.ts'

/** How the rows of a table become records. Columns are named; those of special meaning may be absent. */
export interface CsvPlan {
  readonly format: 'csv'
  readonly dialect: CsvDialect
  readonly header: boolean
  readonly columns: readonly Column[]
  readonly key: string
  readonly prefix: string
  /** An object of the included columns, or the bare text of one. */
  readonly value: { readonly kind: 'object'; readonly empty: EmptyRule } | { readonly kind: 'column'; readonly column: string }
  readonly ttlColumn: string | undefined
  readonly typeColumn: string | undefined
}

/**
 * How the items of a JSON file become records. `records`: each is a record of an export. `objects`: each is a value, and `key` says which of
 * its members name it. `members`: an object of key → value.
 */
export interface JsonPlan {
  readonly format: 'ndjson' | 'json'
  readonly shape: 'records' | 'objects' | 'members'
  readonly key: string
  readonly prefix: string
}

export type ImportPlan = CsvPlan | JsonPlan
export type FileFormat = ImportPlan['format']

/** The longest line, row or element, in characters: as long as a line of NDJSON may be. */
export const maxItemChars = 32 * 1024 * 1024
