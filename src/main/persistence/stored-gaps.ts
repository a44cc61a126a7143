import { compareKeys } from './key-order.ts'

/** More looks for the end of a gap in vain are not made in a row. */
const mostPatience = 64
/** A gap that spared so many look-ups was worth finding. */
const worthwhileKeys = 4

/**
 * Stretches of keys of which the database holds none, so that a load into an empty stretch looks there once and not for each key. Good for one turn of
 * the event loop: what is drained meanwhile comes with another snapshot.
 */
export class StoredGaps {
  readonly #firstFrom: (key: string) => string | undefined
  #from: string | undefined
  /** The key that ends the gap; undefined: nothing does. */
  #to: string | undefined
  #spared = 0
  /** Keys to be missed before the next end is looked for: where records lie close to each other a look costs more than it spares. */
  #patience = 0
  #missed = 0

  /** `firstFrom`: the first key in the database that is not less. */
  constructor(firstFrom: (key: string) => string | undefined) {
    this.#firstFrom = firstFrom
  }

  /** Whether nothing lies under this key, as far as that is known. */
  hold(key: string): boolean {
    const isInside =
      this.#from !== undefined && compareKeys(key, this.#from) >= 0 && (this.#to === undefined || compareKeys(key, this.#to) < 0)
    if (isInside) this.#spared++
    return isInside
  }

  /** The key was looked up, and nothing lies there. */
  missed(key: string): void {
    if (this.#missed++ < this.#patience) return
    if (this.#from !== undefined) this.#patience = this.#spared < worthwhileKeys ? Math.min(mostPatience, this.#patience * 2 + 1) : 0
    this.#missed = 0
    this.#spared = 0
    this.#from = key
    this.#to = this.#firstFrom(key)
  }
}
