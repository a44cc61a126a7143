import type { InputOf, OutputOf } from '../../../contract/index.ts'
import { type KeyAnchor, shareBetween } from './key-interpolation.ts'
import type { Total } from './key-window.ts'

export type ListKeys = (input: InputOf<'records.list'>, signal?: AbortSignal) => Promise<OutputOf<'records.list'>>

const pageKeys = 1000

/** What a walk over the keys of a prefix found out. */
export interface Survey {
  readonly total: Total
  /** One in every thousand keys, with its exact rank. */
  readonly anchors: readonly KeyAnchor[]
}

/**
 * Walks the keys of a prefix from the beginning, at most `maxPages` pages of a thousand, and calls `onProgress` after each. Beyond the
 * walked part the total is estimated from how far the walk came on the way to the last key.
 */
async function surveyKeys(
  list: ListKeys,
  options: { prefix: string; maxPages: number; onProgress: (survey: Survey) => void },
  signal: AbortSignal,
): Promise<void> {
  const anchors: KeyAnchor[] = []
  let count = 0
  let after: string | undefined
  for (let page = 0; page < options.maxPages; page++) {
    const { items, next } = await list({ prefix: options.prefix, limit: pageKeys, ...(after === undefined ? {} : { after }) }, signal)
    count += items.length
    const last = items.at(-1)
    if (last) anchors.push({ key: last.key, rank: count - 1 })
    options.onProgress({ total: { count: next === null ? count : count + 1, exact: next === null }, anchors: [...anchors] })
    if (next === null) return
    after = next
  }
  const [last] = (await list({ prefix: options.prefix, limit: 1, reverse: true }, signal)).items
  if (last) options.onProgress({ total: { count: estimateTotal(anchors, last.key), exact: false }, anchors })
}

/** Keys in all, if the rest is as dense as the walked part. Never less than was walked. */
function estimateTotal(anchors: readonly KeyAnchor[], lastKey: string): number {
  const first = anchors[0]
  const reached = anchors.at(-1)
  if (!first || !reached) return 0
  const samples = anchors.map(({ key }) => key)
  const share = shareBetween(first.key, reached.key, lastKey, samples)
  return Math.max(reached.rank + 2, Math.round((reached.rank + 1) / Math.max(share, 1e-6)))
}

/** Runs one survey at a time for the prefix that is shown; a longer one replaces a shorter one. */
export class KeySurveyor {
  readonly #list: ListKeys
  readonly #onChange: (error: unknown) => void
  #survey: Survey | undefined
  #pages = 0
  #running = new AbortController()

  constructor(list: ListKeys, onChange: (error: unknown) => void) {
    this.#list = list
    this.#onChange = onChange
  }

  get total(): Total | undefined {
    return this.#survey?.total
  }

  get anchors(): readonly KeyAnchor[] {
    return this.#survey?.anchors ?? []
  }

  /** Forgets what was found: the prefix or the data is another one. */
  reset(): void {
    this.#running.abort()
    this.#survey = undefined
    this.#pages = 0
  }

  start(prefix: string, maxPages: number): void {
    if (this.#pages >= maxPages || this.#survey?.total.exact) return
    this.#pages = maxPages
    this.#running.abort()
    this.#running = new AbortController()
    const { signal } = this.#running
    const onProgress = (survey: Survey) => {
      this.#survey = survey
      this.#onChange(undefined)
    }
    surveyKeys(this.#list, { prefix, maxPages, onProgress }, signal).catch((error: unknown) => {
      if (signal.aborted) return
      // The count only stays an estimate; the next hold of the scroll bar tries again.
      this.#pages = 0
      this.#onChange(error)
    })
  }
}
