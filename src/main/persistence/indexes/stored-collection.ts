import type { CollectionDefinition, FieldOrder, Migration } from '../../../contract/index.ts'

export const collectionPrefix = 'collection/'

/** An index as it is kept: `id` is never used again for another one, 16 hex digits. */
export interface StoredIndex {
  readonly id: string
  readonly name: string
  readonly fields: readonly FieldOrder[]
  readonly unique: boolean
  readonly multi: boolean
  readonly sparse: boolean
}

/** A definition as it stands in the system table, under `collection/<name>`, in JSON. */
export interface StoredCollection {
  readonly format: 1
  readonly name: string
  readonly prefix: string
  readonly id?: CollectionDefinition['id']
  readonly schema?: CollectionDefinition['schema']
  readonly schemaVersion: number
  readonly versionPath: string
  readonly migrations: readonly Migration[]
  readonly indexes: readonly StoredIndex[]
  readonly defaultTtlSeconds?: number | undefined
  /** The sequence at which it was last written. */
  readonly version: string
  readonly createdAtMs: number
  readonly changedAtMs: number
}

export const encodeCollection = (collection: StoredCollection): Buffer => Buffer.from(JSON.stringify(collection))
export const decodeCollection = (bytes: Uint8Array): StoredCollection => JSON.parse(Buffer.from(bytes).toString()) as StoredCollection
