import { HoldfastError } from '../../base/errors.ts'
import { type Document, fieldOf, parseDocument, toPath } from './document.ts'
import { type EntryHead, headsOf, type IndexPlan, planIndex } from './index-plan.ts'
import { migrated } from './migrate-document.ts'
import { compileSchema, type SchemaCheck } from './schema-check.ts'
import type { StoredCollection } from './stored-collection.ts'

/** What one index says of one record. */
export interface IndexedHead {
  readonly index: IndexPlan
  readonly head: EntryHead
}

/** The entries of a record as far as they can be told. */
export interface RecordEntries {
  readonly heads: readonly IndexedHead[]
  /** Indexes that cannot take the record, and why. */
  readonly problems: readonly { readonly index: IndexPlan; readonly problem: HoldfastError }[]
}

export const noEntries: RecordEntries = { heads: [], problems: [] }

/** A collection, ready to look at records. */
export class CollectionPlan {
  readonly stored: StoredCollection
  readonly indexes: readonly IndexPlan[]
  readonly defaultTtlMs: number | undefined
  readonly #idPath: readonly string[] | undefined
  #check: SchemaCheck | undefined

  constructor(stored: StoredCollection) {
    this.stored = stored
    this.indexes = stored.indexes.map(planIndex)
    this.defaultTtlMs = stored.defaultTtlSeconds === undefined ? undefined : stored.defaultTtlSeconds * 1000
    this.#idPath = stored.id && toPath(stored.id.path)
  }

  /** In the newest schema version; undefined for a value without fields. */
  documentOf(contentType: string, value: Uint8Array): Document | undefined {
    const document = parseDocument(contentType, value)
    return document && migrated(document, this.stored)
  }

  /** Throws `schema_violation`. */
  refuseUnlessFit(key: string, document: Document | undefined): void {
    const { schema } = this.stored
    if (schema !== undefined) {
      if (document === undefined) throw this.#violation(key, '', 'an object, in JSON or msgpack')
      this.#check ??= compileSchema(schema)
      const problem = this.#check(document)
      if (problem !== undefined) throw this.#violation(key, problem.field, problem.expected)
    }
    if (this.#idPath === undefined) return
    const id = key.slice(this.stored.prefix.length)
    const value = fieldOf(document, this.#idPath)
    const isSame = (typeof value === 'string' || typeof value === 'number') && String(value) === id
    if (!isSame) throw this.#violation(key, this.#idPath.join('.'), `${JSON.stringify(id)}, which the key of the record says`)
  }

  /** Throws `index_key_too_long`. */
  entriesOf(key: string, document: Document | undefined): readonly IndexedHead[] {
    return this.indexes.flatMap((index) => headsOf(index, key, document).map((head) => ({ index, head })))
  }

  /** The same for what is written already: what an index cannot take is told. */
  knownEntriesOf(key: string, document: Document | undefined): RecordEntries {
    const heads: IndexedHead[] = []
    const problems: { index: IndexPlan; problem: HoldfastError }[] = []
    for (const index of this.indexes) {
      try {
        for (const head of headsOf(index, key, document)) heads.push({ index, head })
      } catch (error) {
        if (!(error instanceof HoldfastError)) throw error
        problems.push({ index, problem: error })
      }
    }
    return { heads, problems }
  }

  #violation(key: string, field: string, expected: string): HoldfastError {
    const place = field === '' ? 'its value' : `its field ${JSON.stringify(field)}`
    return new HoldfastError(
      'schema_violation',
      `The record ${JSON.stringify(key)} does not fit the collection ${this.stored.name}: for ${place} it expects ${expected}.`,
      { details: { key, collection: this.stored.name, field, expected } },
    )
  }
}
