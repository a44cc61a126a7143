import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Child, OutputOf, ParsedInputOf } from '../../contract/index.ts'
import type { Clock } from '../base/clock.ts'
import { throwIfCancelled } from '../base/errors.ts'
import { compareKeys } from '../persistence/key-order.ts'
import { endOfPrefix } from '../persistence/page-query.ts'
import type { RecordStore } from '../persistence/record-store.ts'

const mostReadAhead = 64

/** The longest that a page keeps others from their turn. */
const sliceMs = 3

export interface KeyTreeDeps {
  readonly clock: Clock
  readonly store: RecordStore
  /** Records below a prefix. */
  countBelow(prefix: string): { count: number; exact: boolean }
}

/** A key met on the way, and what it is one step below the parent. */
type Step = { readonly kind: 'branch'; readonly prefix: string } | { readonly kind: 'record'; readonly key: string }

/**
 * The next segments below a prefix, in key order. No scan: behind a branch it seeks to the first key that is not below it, so a page costs as many
 * seeks as it has children; others have their turn meanwhile. A record whose name is also a branch's is shown once, at the branch.
 */
export async function childrenOf(
  deps: KeyTreeDeps,
  input: ParsedInputOf<'records.children'>,
  signal?: AbortSignal,
): Promise<OutputOf<'records.children'>> {
  const { prefix, limit } = input
  const delimiters = new Set(input.delimiters)
  const walk = new ChildWalk(deps.store, prefix, delimiters, input.after)
  const items: Child[] = []
  let sliceEndsMs = deps.clock.monotonicMs() + sliceMs
  for (let step = walk.next(); step !== undefined; step = walk.next()) {
    const child = step.kind === 'branch' ? branchOf(deps, prefix, step.prefix) : recordOf(deps.store, prefix, step.key, delimiters)
    if (child === undefined) continue
    if (items.length === limit) return { items, next: items.at(-1)?.id ?? null }
    items.push(child)
    if (deps.clock.monotonicMs() < sliceEndsMs) continue
    await nextTurn()
    throwIfCancelled(signal)
    sliceEndsMs = deps.clock.monotonicMs() + sliceMs
  }
  return { items, next: null }
}

function branchOf(deps: KeyTreeDeps, parent: string, prefix: string): Child {
  const named = withoutLast(prefix)
  const isRecord = named.length > parent.length && deps.store.getMeta(named) !== undefined
  return { id: prefix, name: prefix.slice(parent.length), prefix, ...(isRecord && { key: named }), ...deps.countBelow(prefix) }
}

/** Undefined when there is a branch of this name: it shows the record. */
function recordOf(store: RecordStore, parent: string, key: string, delimiters: ReadonlySet<string>): Child | undefined {
  const isBranchToo = key !== parent && [...delimiters].some((delimiter) => firstFrom(store, key + delimiter) !== undefined)
  return isBranchToo ? undefined : { id: key, name: key.slice(parent.length), key, count: 1, exact: true }
}

const withoutLast = (prefix: string): string => [...prefix].slice(0, -1).join('')

const firstFrom = (store: RecordStore, prefix: string): string | undefined =>
  store.page({ prefix, limit: 1, reverse: false, values: false }).items[0]?.key

/** Goes from child to child. Reads ahead where records stand side by side, seeks where a branch is passed over. */
class ChildWalk {
  readonly #store: RecordStore
  readonly #parent: string
  readonly #delimiters: ReadonlySet<string>
  #ahead: string[] = []
  #hasMore = true
  #readAhead = 1
  /** Where to read on: from a key on, or behind it. */
  #from: string | undefined
  #after: string | undefined

  constructor(store: RecordStore, parent: string, delimiters: ReadonlySet<string>, cursor: string | undefined) {
    this.#store = store
    this.#parent = parent
    this.#delimiters = delimiters
    const isBehindBranch = cursor !== undefined && cursor.length > parent.length && delimiters.has([...cursor].at(-1) as string)
    if (cursor !== undefined && isBehindBranch) this.#skip(cursor)
    else this.#after = cursor
  }

  next(): Step | undefined {
    if (this.#ahead.length === 0) this.#read()
    const key = this.#ahead.shift()
    if (key === undefined) return undefined
    const branch = this.#branchOf(key)
    if (branch === undefined) {
      this.#readAhead = Math.min(mostReadAhead, this.#readAhead * 2)
      return { kind: 'record', key }
    }
    this.#skip(branch)
    return { kind: 'branch', prefix: branch }
  }

  #read(): void {
    if (!this.#hasMore) return
    const range = { ...(this.#from !== undefined && { from: this.#from }), ...(this.#after !== undefined && { after: this.#after }) }
    const page = this.#store.page({ prefix: this.#parent, ...range, limit: this.#readAhead, reverse: false, values: false })
    this.#ahead = page.items.map(({ key }) => key)
    this.#hasMore = page.more
    this.#from = undefined
    this.#after = this.#ahead.at(-1)
  }

  #skip(branch: string): void {
    const end = endOfPrefix(branch)
    const place = end === undefined ? -1 : this.#ahead.findIndex((key) => compareKeys(key, end) >= 0)
    this.#readAhead = 1
    if (end === undefined) this.#hasMore = false
    this.#ahead = place < 0 ? [] : this.#ahead.slice(place)
    if (place >= 0) return
    this.#from = end
    this.#after = undefined
  }

  /** The prefix of the child that the key lies below; undefined when it is a record at this step. */
  #branchOf(key: string): string | undefined {
    let end = this.#parent.length
    for (const character of key.slice(end)) {
      end += character.length
      if (this.#delimiters.has(character)) return key.slice(0, end)
    }
    return undefined
  }
}
