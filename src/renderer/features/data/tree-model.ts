import type { Child, InputOf, OutputOf } from '../../../contract/index.ts'

type ListChildren = (input: InputOf<'records.children'>, signal?: AbortSignal) => Promise<OutputOf<'records.children'>>

const pageChildren = 100
/** A branch keeps so many children; the list of keys shows the rest. */
const maxChildren = 50_000
/** A branch that is read again is read up to here at once. */
const mostRefreshed = 1000

/** One line of the tree as it is shown. `more`: children that are not loaded; seeing the line loads them. */
export type TreeRow =
  | { readonly kind: 'child'; readonly id: string; readonly depth: number; readonly child: Child; readonly expanded: boolean }
  | { readonly kind: 'more' | 'rest'; readonly id: string; readonly depth: number; readonly parent: string }
  | { readonly kind: 'failed'; readonly id: string; readonly depth: number; readonly parent: string; readonly error: unknown }

interface Branch {
  items: readonly Child[]
  next: string | null | undefined
  error: unknown
  loading: boolean
}

export interface TreeState {
  readonly rows: readonly TreeRow[]
  readonly delimiters: string
}

/**
 * The tree of keys as a screen needs it: open branches, their children as far as somebody has looked at them, one line after the other. It knows nothing
 * of React.
 */
export class TreeModel {
  readonly #list: ListChildren
  readonly #listeners = new Set<() => void>()
  readonly #open = new Set<string>()
  #branches = new Map<string, Branch>()
  #state: TreeState
  #run = new AbortController()

  constructor(list: ListChildren, delimiters: string) {
    this.#list = list
    this.#state = { rows: [], delimiters }
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
    }
  }

  readonly snapshot = (): TreeState => this.#state

  /** Begins anew, with other delimiters. */
  async start(delimiters: string): Promise<void> {
    this.close()
    this.#run = new AbortController()
    if (delimiters !== this.#state.delimiters) this.#open.clear()
    this.#branches = new Map()
    this.#state = { ...this.#state, delimiters }
    await Promise.all(['', ...this.#open].map((prefix) => this.load(prefix)))
  }

  close(): void {
    this.#run.abort()
  }

  async expand(prefix: string): Promise<void> {
    this.#open.add(prefix)
    this.#changed()
    if (!this.#branches.has(prefix)) await this.load(prefix)
  }

  collapse(prefix: string): void {
    this.#open.delete(prefix)
    this.#changed()
  }

  /** Loads the next children of a branch, or tries again. */
  async load(prefix: string): Promise<void> {
    const branch = this.#branches.get(prefix) ?? { items: [], next: undefined, error: undefined, loading: false }
    if (branch.loading || branch.next === null || branch.items.length >= maxChildren) return
    this.#put(prefix, { ...branch, loading: true, error: undefined })
    const { signal } = this.#run
    try {
      const page = await this.#page(prefix, branch.next, signal)
      this.#put(prefix, { items: [...branch.items, ...page.items], next: page.next, error: undefined, loading: false })
    } catch (error) {
      if (!signal.aborted) this.#put(prefix, { ...branch, error, loading: false })
    }
  }

  /** Reads what is shown again; it stays until the answers are there. */
  async refresh(): Promise<void> {
    for (const prefix of ['', ...this.#open]) await this.#refreshBranch(prefix)
  }

  async #refreshBranch(prefix: string): Promise<void> {
    const before = this.#branches.get(prefix)
    const { signal } = this.#run
    if (!before || before.loading || signal.aborted) return
    try {
      const items: Child[] = []
      let next: string | null = null
      do {
        const page = await this.#page(prefix, next ?? undefined, signal)
        items.push(...page.items)
        next = page.next
      } while (next !== null && items.length < Math.min(before.items.length, mostRefreshed))
      if (this.#branches.get(prefix) !== before) return
      // Far down in a long branch only its beginning is read again.
      const rest = before.items.length > items.length && next !== null ? before.items.slice(items.length) : []
      this.#put(prefix, { items: [...items, ...rest], next: rest.length > 0 ? before.next : next, error: undefined, loading: false })
    } catch {
      // The list says that the host does not answer; the tree stays as it was.
    }
  }

  async #page(prefix: string, after: string | undefined, signal: AbortSignal): Promise<OutputOf<'records.children'>> {
    const { delimiters } = this.#state
    const page = await this.#list({ prefix, delimiters, limit: pageChildren, ...(after !== undefined && { after }) }, signal)
    signal.throwIfAborted()
    return page
  }

  #put(prefix: string, branch: Branch): void {
    this.#branches.set(prefix, branch)
    this.#changed()
  }

  #changed(): void {
    const rows: TreeRow[] = []
    this.#addRows(rows, '', 0)
    this.#state = { ...this.#state, rows }
    for (const listener of [...this.#listeners]) listener()
  }

  #addRows(rows: TreeRow[], prefix: string, depth: number): void {
    const branch = this.#branches.get(prefix)
    for (const child of branch?.items ?? []) {
      const expanded = child.prefix !== undefined && this.#open.has(child.prefix)
      rows.push({ kind: 'child', id: child.id, depth, child, expanded })
      if (expanded && child.prefix !== undefined) this.#addRows(rows, child.prefix, depth + 1)
    }
    const end = { depth, parent: prefix }
    if (branch?.error !== undefined) rows.push({ kind: 'failed', id: `${prefix}\0failed`, error: branch.error, ...end })
    else if (branch && branch.items.length >= maxChildren) rows.push({ kind: 'rest', id: `${prefix}\0rest`, ...end })
    else if (branch?.next !== null) rows.push({ kind: 'more', id: `${prefix}\0more`, ...end })
  }
}

const candidates = [':', '/', '.', '|', '#', '-', '_']

/** Which characters separate the parts of these keys: `:` and `/` where they occur, else the first that most keys have. */
export function detectDelimiters(keys: readonly string[]): string {
  const share = (delimiter: string) => keys.filter((key) => key.includes(delimiter)).length / Math.max(1, keys.length)
  const usual = [':', '/'].filter((delimiter) => share(delimiter) > 0.05)
  if (usual.length > 0 || keys.length === 0) return ':/'
  return candidates.find((delimiter) => share(delimiter) > 0.5) ?? ':/'
}
