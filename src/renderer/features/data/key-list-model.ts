import type { HoldfastEvent, RecordItem } from '../../../contract/index.ts'
import { placeOfKey } from './key-order.ts'
import { KeySource, type ListKeys, type LocateKey, pageKeys } from './key-source.ts'
import { KeyTotal } from './key-total.ts'
import { append, around, clamp, emptyWindow, isTouched, type KeyWindow, prepend, replace, type Total, totalOf } from './key-window.ts'

/** Rows kept loaded beyond the view, so that scrolling rarely waits. */
const aheadRows = 150
const mostRefreshedKeys = 1000
/** A wheel that was turned further than this while keys were loading has gone too far. */
const mostOwedRows = 5000

export interface KeyListState {
  readonly phase: 'loading' | 'ready' | 'failed'
  readonly error: unknown
  readonly refreshing: boolean
  readonly prefix: string
  readonly window: KeyWindow
  readonly total: Total
  /** The total is an estimate that only counting one by one makes exact. */
  readonly isCountable: boolean
  readonly selectedKey: string | undefined
  /** When the store last answered, milliseconds since 1970. */
  readonly readAtMs: number
}

const firstState = {
  phase: 'loading',
  error: undefined,
  refreshing: false,
  window: emptyWindow,
  isCountable: false,
  selectedKey: undefined,
} as const

/**
 * The list of keys as a screen needs it: a window that follows scrolling, jumps and the selection, and stays fresh. It knows nothing of
 * React; answers for another prefix or place than the present one are dropped.
 */
export class KeyListModel {
  readonly #source: KeySource
  readonly #nowMs: () => number
  readonly #listeners = new Set<() => void>()
  readonly #total: KeyTotal
  #state: KeyListState
  #rows = 20
  #place = new AbortController()
  #loadingAfter = false
  #loadingBefore = false
  #isOpening = false
  /** The edge that is being opened for the selection. */
  #edge: 'start' | 'end' | undefined
  #dirty = false
  /** Rows that were scrolled beyond what is loaded. */
  #owedRows = 0

  constructor(host: { list: ListKeys; locate: LocateKey }, prefix = '', nowMs = Date.now) {
    this.#source = new KeySource(host.list, host.locate)
    this.#nowMs = nowMs
    this.#total = new KeyTotal(this.#source, () => this.#set({}))
    this.#state = { ...firstState, prefix, total: { count: 0, exact: false }, readAtMs: nowMs() }
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
    }
  }

  readonly snapshot = (): KeyListState => this.#state

  /** Ends what is under way; opening a prefix begins anew. */
  close(): void {
    this.#place.abort()
    this.#total.close()
  }

  /** Shows the keys of a prefix from their beginning. What was shown stays until they are there. */
  async openPrefix(prefix: string): Promise<void> {
    this.#total.open(prefix)
    await this.#open((signal) => this.#source.start(prefix, signal), { prefix })
  }

  async openEdge(edge: 'start' | 'end'): Promise<void> {
    const { prefix } = this.#state
    await this.#open((signal) => this.#source[edge](prefix, signal))
  }

  /** Brings a key into view, loading its neighbourhood if need be. */
  async reveal(key: string): Promise<void> {
    const { window, prefix } = this.#state
    const place = placeOfKey(window.items, key)
    if (window.items[place]?.key === key) {
      const top = place < window.top ? place : place + 1 > window.top + this.#rows ? place + 1 - this.#rows : window.top
      this.#show({ ...window, top })
      return
    }
    await this.#open(async (signal) => {
      const found = await this.#source.around(prefix, key, signal)
      return { ...found, top: found.top - this.#rows / 2 }
    })
  }

  /** Shows the first key that is not below `key` at the upper edge, and selects it. */
  async seek(key: string): Promise<void> {
    const { window, prefix } = this.#state
    const place = placeOfKey(window.items, key)
    const isLoaded = place > 0 && place < window.items.length
    if (isLoaded) this.#show({ ...window, top: place })
    else await this.#open((signal) => this.#source.around(prefix, key, signal))
    const { items } = this.#state.window
    const found = items[Math.min(placeOfKey(items, key), items.length - 1)]
    if (found) this.select(found.key)
  }

  /** Shows the place at `fraction` (0 to 1) of all keys: exact where that is known, else about. */
  async jumpTo(fraction: number): Promise<void> {
    const { total, window, prefix } = this.#state
    const rank = fraction * Math.max(0, total.count - this.#rows)
    if (rank >= window.startRank && rank + this.#rows <= window.startRank + window.items.length) {
      this.#show({ ...window, top: rank - window.startRank })
      return
    }
    if (fraction <= 0) return this.openEdge('start')
    if (fraction >= 1) return this.openEdge('end')
    await this.#open((signal) => this.#source.atRank(prefix, rank, signal))
  }

  /** Beyond what is loaded it goes on when more is there. */
  scrollBy(rows: number): void {
    const { window } = this.#state
    const owed = Math.sign(this.#owedRows) === Math.sign(rows) ? this.#owedRows : 0
    const wanted = window.top + rows + owed
    const { top } = clamp({ ...window, top: wanted }, this.#rows)
    const isAtEdge = wanted > top ? window.atEnd : window.atStart
    this.#owedRows = isAtEdge ? 0 : Math.min(mostOwedRows, Math.max(-mostOwedRows, wanted - top))
    this.#show({ ...window, top })
  }

  setViewport(rows: number): void {
    if (rows === this.#rows) return
    this.#rows = rows
    this.#show(this.#state.window)
  }

  select(key: string | undefined): void {
    this.#set({ selectedKey: key })
  }

  /** Moves the selection by rows and keeps it in view. Without a selection it begins at the first row that is seen. */
  async moveSelection(rows: number): Promise<void> {
    const { selectedKey } = this.#state
    if (selectedKey !== undefined && this.itemOf(selectedKey) === undefined) await this.reveal(selectedKey)
    const { window } = this.#state
    const from = selectedKey === undefined ? Math.ceil(window.top) - Math.sign(rows) : placeOfKey(window.items, selectedKey)
    const place = Math.min(window.items.length - 1, Math.max(0, from + rows))
    const item = window.items[place]
    if (!item) return
    this.select(item.key)
    await this.reveal(item.key)
  }

  /** A key that is held asks again and again: what is under way is not begun anew, and what is loaded is not asked for. */
  async selectEdge(edge: 'start' | 'end'): Promise<void> {
    if (this.#edge === edge) return
    const { window } = this.#state
    const isLoaded = !this.#isOpening && window.items.length > 0 && (edge === 'start' ? window.atStart : window.atEnd)
    if (isLoaded) this.#show({ ...window, top: edge === 'start' ? 0 : window.items.length })
    else {
      this.#edge = edge
      await this.openEdge(edge).finally(() => {
        if (this.#edge === edge) this.#edge = undefined
      })
    }
    const { items } = this.#state.window
    this.select((edge === 'start' ? items[0] : items.at(-1))?.key)
  }

  get viewRows(): number {
    return this.#rows
  }

  /** The record of a key, where it is loaded. */
  itemOf(key: string): RecordItem | undefined {
    const { items } = this.#state.window
    const item = items[placeOfKey(items, key)]
    return item?.key === key ? item : undefined
  }

  isTouchedBy(event: HoldfastEvent): boolean {
    if (event.event !== 'jobs' && event.event !== 'backups') this.#total.changed()
    return isTouched(this.#state.window, this.#state.prefix, event)
  }

  /** Reads the window again; what is seen stays in its place. */
  async refresh(): Promise<void> {
    if (this.#state.phase !== 'ready') return this.openPrefix(this.#state.prefix)
    if (this.#state.refreshing) {
      this.#dirty = true
      return
    }
    const { signal } = this.#place
    this.#set({ refreshing: true })
    try {
      await this.#readAgain(signal)
    } catch (error) {
      if (!signal.aborted) this.#set({ error })
    } finally {
      this.#set({ refreshing: false })
    }
    if (this.#dirty && !signal.aborted) {
      this.#dirty = false
      await this.refresh()
    }
  }

  async #readAgain(signal: AbortSignal): Promise<void> {
    const { prefix } = this.#state
    const near = around(this.#state.window, this.#rows, 2 * pageKeys)
    const from = near.atStart ? undefined : near.items[0]?.key
    const limit = Math.min(mostRefreshedKeys, near.items.length + pageKeys)
    const [page, position] = await Promise.all([
      this.#source.page({ prefix, limit, ...(from !== undefined && { from }) }, signal),
      from === undefined ? undefined : this.#source.locate({ prefix, key: from }, signal),
    ])
    const rank = position && { startRank: Math.max(1, position.before), rankExact: position.exact }
    // Scrolling went on meanwhile: keep the place that is seen now.
    const seen = this.#state.window
    const base = { ...near, ...rank, items: seen.items, top: seen.top }
    this.#set({ error: undefined, readAtMs: this.#nowMs() })
    this.#show(replace(base, page.items, page.next === null))
  }

  /** Leaves the present place for another one: its requests are dropped. */
  async #open(load: (signal: AbortSignal) => Promise<KeyWindow>, change: { prefix?: string } = {}): Promise<void> {
    this.#place.abort()
    this.#place = new AbortController()
    this.#loadingAfter = false
    this.#loadingBefore = false
    this.#owedRows = 0
    this.#isOpening = true
    const { signal } = this.#place
    try {
      const window = await load(signal)
      this.#set({ phase: 'ready', error: undefined, readAtMs: this.#nowMs(), ...change })
      this.#show(window)
    } catch (error) {
      if (signal.aborted) return
      this.#set({ ...change, ...(this.#state.phase === 'ready' ? { error } : { phase: 'failed', error }) })
    } finally {
      if (!signal.aborted) this.#isOpening = false
    }
  }

  #show(window: KeyWindow): void {
    this.#set({ window: clamp(window, this.#rows) })
    this.#loadAhead()
  }

  #loadAhead(): void {
    const { window } = this.#state
    const wantsAfter = !window.atEnd && !this.#loadingAfter && window.top + this.#rows + aheadRows > window.items.length
    const wantsBefore = !window.atStart && !this.#loadingBefore && window.top < aheadRows
    const { signal } = this.#place
    const failed = (error: unknown) => {
      if (!signal.aborted) this.#set({ error })
    }
    if (wantsAfter) this.#loadAfter(signal).catch(failed)
    if (wantsBefore) this.#loadBefore(signal).catch(failed)
  }

  async #loadAfter(signal: AbortSignal): Promise<void> {
    const { prefix, window } = this.#state
    const cursor = window.items.at(-1)?.key
    this.#loadingAfter = true
    const { items, next } = await this.#source.page({ prefix, ...(cursor !== undefined && { after: cursor }) }, signal).finally(() => {
      if (!signal.aborted) this.#loadingAfter = false
    })
    if (this.#state.window.items.at(-1)?.key !== cursor) return
    this.#show(append(this.#state.window, items, next === null))
    this.#payRows()
  }

  async #loadBefore(signal: AbortSignal): Promise<void> {
    const { prefix, window } = this.#state
    const cursor = window.items[0]?.key
    this.#loadingBefore = true
    const input = { prefix, reverse: true, ...(cursor !== undefined && { after: cursor }) }
    const { items, next } = await this.#source.page(input, signal).finally(() => {
      if (!signal.aborted) this.#loadingBefore = false
    })
    if (this.#state.window.items[0]?.key !== cursor) return
    this.#show(prepend(this.#state.window, items.reverse(), next === null))
    this.#payRows()
  }

  #payRows(): void {
    const rows = this.#owedRows
    this.#owedRows = 0
    if (rows !== 0) this.scrollBy(rows)
  }

  #set(change: Partial<Omit<KeyListState, 'total' | 'isCountable'>>): void {
    const state = { ...this.#state, ...change }
    const total = totalOf(state.window, this.#total.total)
    this.#state = { ...state, total, isCountable: this.#total.isComplete && !total.exact }
    for (const listener of [...this.#listeners]) listener()
  }
}
