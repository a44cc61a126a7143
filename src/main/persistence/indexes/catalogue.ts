import type { Log } from '../../base/log.ts'
import { CollectionPlan } from './collection-plan.ts'
import type { IndexPlan } from './index-plan.ts'
import { decodeCollection } from './stored-collection.ts'

/** The collections as they are defined now. Their prefixes do not overlap, so a key is in one of them at most. */
export class Catalogue {
  readonly #log: Log
  #plans: readonly CollectionPlan[] = []
  #byIndex = new Map<string, CollectionPlan>()
  /** Another one after each change. */
  revision = 0

  constructor(deps: { log: Log }) {
    this.#log = deps.log
  }

  /** `entries` of the system table. */
  replace(entries: readonly (readonly [string, Uint8Array])[]): void {
    const known = new Map(this.#plans.map((plan) => [plan.stored.version + plan.stored.name, plan]))
    const plans: CollectionPlan[] = []
    for (const [key, value] of entries) {
      try {
        const stored = decodeCollection(value)
        plans.push(known.get(stored.version + stored.name) ?? new CollectionPlan(stored))
      } catch (error) {
        this.#log.error({ err: error, key }, 'The definition of a collection cannot be read; its records are served without it.')
      }
    }
    this.#plans = plans.sort((one, other) => (one.stored.prefix < other.stored.prefix ? -1 : 1))
    this.#byIndex = new Map(plans.flatMap((plan) => plan.indexes.map(({ stored }) => [stored.id, plan])))
    this.revision++
  }

  get isEmpty(): boolean {
    return this.#plans.length === 0
  }

  /** By prefix. */
  get plans(): readonly CollectionPlan[] {
    return this.#plans
  }

  named(name: string): CollectionPlan | undefined {
    return this.#plans.find((plan) => plan.stored.name === name)
  }

  index(id: string): { readonly collection: CollectionPlan; readonly index: IndexPlan } | undefined {
    const collection = this.#byIndex.get(id)
    const index = collection?.indexes.find(({ stored }) => stored.id === id)
    return collection && index && { collection, index }
  }

  /** Undefined for a key in none; the price of a collection for records outside of it. */
  collectionOf(key: string): CollectionPlan | undefined {
    const plans = this.#plans
    let low = 0
    let high = plans.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((plans[middle] as CollectionPlan).stored.prefix <= key) low = middle + 1
      else high = middle
    }
    // Of prefixes without overlap only the greatest that is not above the key can begin it.
    const candidate = plans[low - 1]
    return candidate !== undefined && key.startsWith(candidate.stored.prefix) ? candidate : undefined
  }
}
