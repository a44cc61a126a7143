import { type Collection, type CollectionIndex, maxCollections, type OutputOf, type ParsedInputOf } from '../../contract/index.ts'
import type { ActivityPort } from '../base/activity.ts'
import { type Clock, toIso } from '../base/clock.ts'
import { HoldfastError } from '../base/errors.ts'
import type { FailedIndex } from '../monitoring/index-rules.ts'
import type { CollectionPlan } from '../persistence/indexes/collection-plan.ts'
import { collectionPrefix, encodeCollection, type StoredCollection } from '../persistence/indexes/stored-collection.ts'
import { savedShare } from '../persistence/packing-figures.ts'
import type { GenerationalStore, StoredRecord } from '../persistence/record-store.ts'
import type { StorageMeter } from '../storage/storage-meter.ts'
import { changedCollection, definitionOf, refuseBadDefinition } from './collection-change.ts'
import { itemOf } from './query-item.ts'
import { QueryService } from './query-service.ts'

const countedRecords = 1000

export interface CollectionManagerDeps {
  readonly store: GenerationalStore
  /** Reads as everybody does. Throws `not_found`. */
  readonly get: (key: string) => StoredRecord
  readonly clock: Clock
  readonly meter: StorageMeter
  readonly activity?: ActivityPort
  /** Whether values are encrypted on disk, or are about to be. */
  readonly isEncrypted: () => boolean
  /** How many records have a prefix, as far as that is known without counting them now. */
  readonly recordsWith: (prefix: string) => { readonly total: number; readonly exact: boolean }
  /** Fewer in tests. */
  readonly maxExamined?: number
}

/** Definitions of collections, and what is asked of them. */
export class CollectionManager {
  readonly #deps: CollectionManagerDeps
  readonly #queries: QueryService
  /** Definitions are changed one after the other: each is judged by those before it. */
  #changing: Promise<unknown> = Promise.resolve()
  #jobOf: (indexId: string) => string | undefined = () => undefined

  constructor(deps: CollectionManagerDeps) {
    this.#deps = deps
    this.#queries = new QueryService(deps)
  }

  /** Who builds indexes says by which job. */
  tellJobsBy(jobOf: (indexId: string) => string | undefined): void {
    this.#jobOf = jobOf
  }

  /** By name. */
  list(): Collection[] {
    const { plans } = this.#deps.store.collections
    return plans.map((plan) => this.#view(plan)).sort((one, other) => (one.name < other.name ? -1 : 1))
  }

  /** By name of the collection. */
  failedIndexes(): FailedIndex[] {
    const { collections } = this.#deps.store
    const failed = collections.plans.flatMap(({ stored }) =>
      stored.indexes.flatMap(({ id, name }): FailedIndex[] => {
        const marker = collections.marker(id)
        return marker?.state === 'failed' ? [{ collection: stored.name, index: name, problem: marker.problem }] : []
      }),
    )
    return failed.sort((one, other) => (one.collection < other.collection ? -1 : 1))
  }

  /** Throws `not_found`. */
  get(name: string): Collection {
    return this.#view(this.plan(name))
  }

  /** Throws `not_found`. */
  plan(name: string): CollectionPlan {
    const plan = this.#deps.store.collections.named(name)
    if (plan === undefined) throw new HoldfastError('not_found', `There is no collection ${JSON.stringify(name)}.`, { details: { name } })
    return plan
  }

  /** One record as queries give it. Throws `not_found`, and what reading throws. */
  read({ name, id }: ParsedInputOf<'collections.read'>): OutputOf<'collections.read'> {
    const plan = this.plan(name)
    const record = this.#deps.get(plan.stored.prefix + id)
    return itemOf(record, plan.documentOf(record.meta.contentType, record.value))
  }

  query({ name, ...input }: ParsedInputOf<'collections.query'>, signal?: AbortSignal): Promise<OutputOf<'collections.query'>> {
    return this.#deps.meter.measureAsync('query', () => this.#queries.run(this.plan(name), input, signal))
  }

  /**
   * Makes or changes a collection, durably. What is written from then on has to fit it; what lies there stays. Throws `invalid_request`, `plaintext_index`,
   * `precondition_failed`, `too_large`, and what the system table throws.
   */
  put(input: ParsedInputOf<'collections.put'>, signal?: AbortSignal): Promise<Collection> {
    return this.#oneByOne(async () => {
      const { store, clock, activity } = this.#deps
      const others = store.collections.plans.map(({ stored }) => stored)
      const before = store.collections.named(input.name)?.stored
      refuseUnlessVersion(input.name, input.ifVersion, before)
      if (before === undefined && others.length >= maxCollections) throw tooManyCollections()
      refuseBadDefinition(input, others)
      this.#refusePlaintext(input, before)
      const key = collectionPrefix + input.name
      const nowMs = Math.floor(clock.wallMs())
      await store.system.write(
        (sequence) => [{ key, value: encodeCollection(changedCollection(input, before, { sequence, nowMs })) }],
        signal,
      )
      activity?.note({ action: 'collection.changed', target: { name: input.name } })
      return this.get(input.name)
    })
  }

  /** The records stay. Throws `not_found`, `precondition_failed`. */
  remove({ name, ifVersion }: ParsedInputOf<'collections.remove'>, signal?: AbortSignal): Promise<OutputOf<'collections.remove'>> {
    return this.#oneByOne(async () => {
      const { store, activity } = this.#deps
      const { stored } = this.plan(name)
      refuseUnlessVersion(name, ifVersion, stored)
      await store.system.write([{ key: collectionPrefix + name, value: null }], signal)
      activity?.note({ action: 'collection.removed', target: { name } })
      return { name, prefix: stored.prefix, recordsKept: this.#countOf(stored.prefix) }
    })
  }

  /** The id of an index. Throws `not_found`. */
  indexId(name: string, index: string): string {
    const found = this.plan(name).indexes.find(({ stored }) => stored.name === index)
    if (found === undefined) {
      const sentence = `The collection ${name} has no index ${JSON.stringify(index)}.`
      throw new HoldfastError('not_found', sentence, { details: { name: index } })
    }
    return found.stored.id
  }

  /** Few are counted, whether they are in the database already or not; many are told about. */
  #countOf(prefix: string): number {
    const { items, more } = this.#deps.store.page({ prefix, limit: countedRecords, reverse: false, values: false })
    return more ? Math.max(items.length, this.#deps.recordsWith(prefix).total) : items.length
  }

  async #oneByOne<Result>(change: () => Promise<Result>): Promise<Result> {
    const changed = this.#changing.then(change, change)
    this.#changing = changed.catch(() => undefined)
    return changed
  }

  /** Fields of an index stand in it as they are, so an index of encrypted data is made by those only who know that. */
  #refusePlaintext({ indexes, acceptPlaintextIndex }: ParsedInputOf<'collections.put'>, before: StoredCollection | undefined): void {
    if (acceptPlaintextIndex || !this.#deps.isEncrypted()) return
    const known = new Set(before?.indexes.flatMap(({ fields }) => fields.map(({ path }) => path)))
    const fields = [...new Set(indexes.flatMap((index) => index.fields.map(({ path }) => path)))].filter((path) => !known.has(path))
    if (fields.length === 0) return
    throw new HoldfastError(
      'plaintext_index',
      `The data is encrypted, and an index keeps its fields readable on disk: ${fields.join(', ')}. Send "acceptPlaintextIndex": true if that is meant.`,
      { details: { fields: fields.join(', ') } },
    )
  }

  #view({ stored }: CollectionPlan): Collection {
    const { format, createdAtMs, changedAtMs, indexes, migrations, ...fields } = stored
    void format
    const { total, exact } = this.#deps.recordsWith(stored.prefix)
    return {
      ...fields,
      migrations: [...migrations],
      createdAt: toIso(createdAtMs),
      changedAt: toIso(changedAtMs),
      indexes: indexes.map((index) => this.#indexView(index)),
      records: total,
      recordsExact: exact,
      saved: this.#savedBy(stored.prefix),
    }
  }

  #indexView(index: StoredCollection['indexes'][number]): CollectionIndex {
    const marker = this.#deps.store.collections.marker(index.id)
    const jobId = this.#jobOf(index.id)
    return {
      ...definitionOf(index),
      state: marker?.state ?? 'building',
      ...(marker?.state === 'failed' && { problem: marker.problem }),
      ...(jobId !== undefined && { jobId }),
      entries: marker?.entries ?? 0,
    }
  }

  #savedBy(prefix: string): number | null {
    const counted = this.#deps.store.figures().packing.prefixes.find((one) => one.prefix === prefix)
    return counted === undefined ? null : savedShare(counted)
  }
}

function refuseUnlessVersion(name: string, ifVersion: string | null | undefined, before: StoredCollection | undefined): void {
  if (ifVersion === undefined || ifVersion === (before?.version ?? null)) return
  const sentence =
    before === undefined
      ? `There is no collection ${name} any more (or yet).`
      : `The collection ${name} has been changed, or exists already; its version is ${before.version}. Read it again, then decide.`
  throw new HoldfastError('precondition_failed', sentence, { details: { name } })
}

const tooManyCollections = (): HoldfastError =>
  new HoldfastError('too_large', `A host has at most ${maxCollections} collections. Remove some that are not used any more.`, {
    details: { limit: maxCollections },
  })
