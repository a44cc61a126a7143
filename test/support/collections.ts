import type { CollectionDefinitionInput, OutputOf, Where } from '../../src/contract/index.ts'
import { collectionPutInput, type FieldOrder } from '../../src/contract/index.ts'
import { CollectionManager } from '../../src/main/collections/collection-manager.ts'
import { spanOf } from '../../src/main/persistence/indexes/index-plan.ts'
import type { GenerationalStore } from '../../src/main/persistence/record-store.ts'
import { StorageMeter } from '../../src/main/storage/storage-meter.ts'
import type { ManualClock } from './clock.ts'

export interface QueryWish {
  readonly where?: Where
  readonly sort?: readonly FieldOrder[]
  readonly limit?: number
  readonly after?: string
  readonly select?: string[]
  readonly count?: boolean
}

export type QueryAnswer = OutputOf<'collections.query'>

/** What asks of collections in a test: the manager of a host on a store. */
export class CollectionsOf {
  readonly manager: CollectionManager
  readonly #store: GenerationalStore

  constructor(store: GenerationalStore, clock: ManualClock, options: { maxExamined?: number; isEncrypted?: boolean } = {}) {
    const { isEncrypted = false, ...rest } = options
    this.#store = store
    this.manager = new CollectionManager({
      store,
      clock,
      get: (key) => {
        const record = store.get(key)
        if (record === undefined) throw new Error(`There is no ${key}.`)
        return record
      },
      meter: new StorageMeter({ clock }),
      isEncrypted: () => isEncrypted,
      recordsWith: () => ({ total: 0, exact: false }),
      ...rest,
    })
  }

  define(definition: CollectionDefinitionInput & { ifVersion?: string | null; acceptPlaintextIndex?: boolean }) {
    return this.manager.put(collectionPutInput.parse(definition))
  }

  /** Builds every index that is due. */
  async build(): Promise<void> {
    for (const { stored } of this.#store.collections.plans) {
      for (const { id } of stored.indexes) {
        if (this.#store.collections.marker(id)?.state === 'failed') continue
        await this.#store.collections.build(id, { signal: new AbortController().signal, onSeen: () => {} })
      }
    }
  }

  query(name: string, { sort, ...wish }: QueryWish = {}): Promise<QueryAnswer> {
    const order = sort && { sort: [...sort] }
    return this.manager.query({ name, limit: 100, count: false, explain: true, ...wish, ...order })
  }

  async keys(name: string, wish: QueryWish = {}): Promise<string[]> {
    return (await this.query(name, wish)).items.map(({ key }) => key)
  }

  /** Every record that fits, page by page. */
  async all(name: string, wish: QueryWish): Promise<QueryAnswer['items']> {
    const items: QueryAnswer['items'] = []
    let after: string | undefined
    do {
      const page = await this.query(name, { ...wish, ...(after !== undefined && { after }) })
      items.push(...page.items)
      after = page.next ?? undefined
    } while (after !== undefined)
    return items
  }

  /** Entries of an index, drained ones and others: how many there are, and how many of them lead to what they say. */
  entries(name: string, index: string): { readonly all: number; readonly sound: number } {
    const collection = this.manager.plan(name)
    const plan = collection.indexes.find(({ stored }) => stored.name === index)
    if (plan === undefined) throw new Error(`There is no index ${index}.`)
    const { examined, hits } = this.#store.collections.scan({ collection, index: plan, ...spanOf(plan), reverse: false, limit: 1_000_000 })
    return { all: examined, sound: hits.length }
  }
}
