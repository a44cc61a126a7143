import { HoldfastError } from '../../base/errors.ts'
import { type Effect, hasExpired } from '../judge.ts'
import type { LmdbEnvironment } from '../lmdb-environment.ts'
import { metaOf, type Overlay } from '../overlay.ts'
import type { PayloadMeans } from '../payload-codec.ts'
import { decodeMeta, decodeRecord } from '../record-codec.ts'
import { payloadOf } from '../record-header.ts'
import type { RecordMeta, WriteOperation } from '../record-store.ts'
import type { Catalogue } from './catalogue.ts'
import type { CollectionPlan, IndexedHead } from './collection-plan.ts'
import type { Document } from './document.ts'
import { successor } from './index-order.ts'
import { type EntryHead, type IndexPlan, keyOfEntry } from './index-plan.ts'
import type { OverlayIndex } from './overlay-index.ts'

export interface CollectionGuardDeps {
  readonly catalogue: Catalogue
  readonly overlay: Overlay
  readonly overlayIndex: OverlayIndex
  readonly environment: () => LmdbEnvironment
  readonly means: PayloadMeans
}

/**
 * What collections ask of what is written into them, asked in the one writer before anything is journaled: that it fits the schema, that its index entries
 * are not too long for any table (JN4), that no other record has the values of a unique index.
 */
export class CollectionGuard {
  readonly #deps: CollectionGuardDeps

  constructor(deps: CollectionGuardDeps) {
    this.#deps = deps
  }

  get isEmpty(): boolean {
    return this.#deps.catalogue.isEmpty
  }

  /** Undefined where no collection has one. */
  get defaultTtlMs(): ((key: string) => number | undefined) | undefined {
    const { catalogue } = this.#deps
    return catalogue.isEmpty ? undefined : (key) => catalogue.collectionOf(key)?.defaultTtlMs
  }

  /** The effects with their index entries. Throws `schema_violation`, `index_key_too_long`, `unique_violation`, with the index of the operation. */
  judge(effects: readonly Effect[], operations: readonly WriteOperation[], wallMs: number): readonly Effect[] {
    const changed = new Map(effects.map((effect) => [effect.key, effect]))
    const taken = new Map<EntryHead, string>()
    const comingBack = new Set(operations.flatMap((operation) => ('comesBack' in operation && operation.comesBack ? [operation.key] : [])))
    return effects.map((effect) => {
      const collection = this.#deps.catalogue.collectionOf(effect.key)
      if (collection === undefined || effect.record === null || effect.meta === null) return effect
      try {
        return this.#judgeOne(
          collection,
          { key: effect.key, record: effect.record, meta: effect.meta },
          { changed, taken, comingBack, wallMs },
        )
      } catch (error) {
        throw withIndex(error, operations, effect.key)
      }
    })
  }

  /** Why a record could not be written, as far as it alone says. */
  problemOf(key: string, contentType: string, value: Uint8Array): HoldfastError | undefined {
    const collection = this.#deps.catalogue.collectionOf(key)
    if (collection === undefined) return undefined
    try {
      const document = collection.documentOf(contentType, value)
      collection.refuseUnlessFit(key, document)
      this.#entriesOf(collection, key, document)
      return undefined
    } catch (error) {
      if (error instanceof HoldfastError) return error
      throw error
    }
  }

  #judgeOne(collection: CollectionPlan, effect: Written, judging: Judging): Effect {
    const { key, record, meta } = effect
    // What is written now is not packed yet.
    const value = payloadOf(record)
    const document = collection.documentOf(meta.contentType, value)
    if (!judging.comingBack.has(key)) this.#refuseUnlessFit(collection, key, document, value)
    if (collection.indexes.length === 0) return effect
    const heads = this.#entriesOf(collection, key, document)
    for (const { index, head } of heads) if (index.stored.unique) this.#refuseUnlessFree(collection, index, head, key, judging)
    return { ...effect, indexed: { revision: this.#deps.catalogue.revision, entries: { heads, problems: [] } } }
  }

  /** What lies there already may stay: another lifetime or type for the same bytes is no new record. */
  #refuseUnlessFit(collection: CollectionPlan, key: string, document: Document | undefined, value: Uint8Array): void {
    try {
      collection.refuseUnlessFit(key, document)
    } catch (error) {
      if (!this.#hasValue(key, value)) throw error
    }
  }

  #hasValue(key: string, value: Uint8Array): boolean {
    const { overlay, environment, means } = this.#deps
    const newest = overlay.newest(key)
    const record = newest === undefined ? environment().records.get(key) : newest.record
    return record !== undefined && record !== null && decodeRecord(key, record, means).value.equals(value)
  }

  /** An index that has failed does not keep anything from being written. */
  #entriesOf(collection: CollectionPlan, key: string, document: Document | undefined): readonly IndexedHead[] {
    const { heads, problems } = collection.knownEntriesOf(key, document)
    for (const { index, problem } of problems) if (!this.#hasFailed(index)) throw problem
    return heads
  }

  #hasFailed({ stored }: IndexPlan): boolean {
    return this.#deps.environment().indexes.marker(stored.id)?.state === 'failed'
  }

  #refuseUnlessFree(collection: CollectionPlan, index: IndexPlan, head: EntryHead, key: string, judging: Judging): void {
    const inSame = judging.taken.get(head)
    judging.taken.set(head, key)
    const other = inSame ?? this.#holderInOverlay(head, key, judging) ?? this.#holderInDatabase(collection, head, key, judging)
    if (other === undefined || this.#hasFailed(index)) return
    const fields = index.stored.fields.map(({ path }) => path).join(', ')
    throw new HoldfastError(
      'unique_violation',
      `The record ${JSON.stringify(other)} has the same ${fields} as ${JSON.stringify(key)}, and the index ${index.stored.name} allows it once. Change or delete one of them.`,
      { details: { key, other, collection: collection.stored.name, indexName: index.stored.name } },
    )
  }

  #holderInOverlay(head: EntryHead, key: string, { changed, wallMs }: Judging): string | undefined {
    for (const state of this.#deps.overlayIndex.newestWith(head)) {
      const meta = state.key === key || changed.has(state.key) ? null : metaOf(state)
      if (meta !== null && !hasExpired(meta, wallMs)) return state.key
    }
    return undefined
  }

  #holderInDatabase(collection: CollectionPlan, head: EntryHead, key: string, { changed, wallMs }: Judging): string | undefined {
    const { overlay } = this.#deps
    for (const { entry, headBytes } of this.#deps.environment().indexes.range(head, successor(head), false)) {
      const other = keyOfEntry(entry, headBytes)
      if (other === key || changed.has(other) || overlay.newest(other) !== undefined) continue
      if (this.#isHeldBy(collection, head, other, wallMs)) return other
    }
    return undefined
  }

  /** Entries may be stale: the record says what it holds. */
  #isHeldBy(collection: CollectionPlan, head: EntryHead, other: string, wallMs: number): boolean {
    const environment = this.#deps.environment()
    const known = environment.records.getHead(other)
    if (known === undefined || hasExpired(decodeMeta(other, known.head, known.bytes), wallMs)) return false
    const record = environment.records.get(other)
    if (record === undefined) return false
    const { meta, value } = decodeRecord(other, record, this.#deps.means)
    const { heads } = collection.knownEntriesOf(other, collection.documentOf(meta.contentType, value))
    return heads.some((one) => one.head === head)
  }
}

interface Written {
  readonly key: string
  readonly record: Buffer
  readonly meta: RecordMeta
}

interface Judging {
  /** By key, what the transaction does. */
  readonly changed: ReadonlyMap<string, Effect>
  /** By head, the record of the transaction that takes it. */
  readonly taken: Map<EntryHead, string>
  /** Keys of which the schema is not asked. */
  readonly comingBack: ReadonlySet<string>
  readonly wallMs: number
}

function withIndex(error: unknown, operations: readonly WriteOperation[], key: string): unknown {
  if (!(error instanceof HoldfastError)) return error
  const index = operations.findLastIndex((operation) => operation.key === key)
  return new HoldfastError(error.code, error.message, { details: { ...error.details, index }, cause: error.cause })
}
