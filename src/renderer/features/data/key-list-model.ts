import type { HoldfastEvent } from '../../../contract/index.ts'
import { anchorsAround, type KeyAnchor, keyBetween } from './key-interpolation.ts'
import { placeOfKey } from './key-order.ts'
import { KeySurveyor, type ListKeys } from './key-survey.ts'
import { append, around, clamp, emptyWindow, isTouched, type KeyWindow, prepend, replace, type Total, totalOf } from './key-window.ts'

const pageKeys = 200
/** Rows kept loaded beyond the view, so that scrolling rarely waits. */
const aheadRows = 150
/** A prefix is counted up to here at once; the rest only when somebody takes hold of the scroll bar. */
const countPages = 20
const scrollPages = 250
/** A guess is put right when the survey comes by within this time; later the list stays as it is. */
const guessHoldsMs = 1500
/** Within an anchor's reach one page of a list finds the exact place. */
const anchorReach = 1000

export interface KeyListState {
  readonly phase: 'loading' | 'ready' | 'failed'
  readonly error: unknown
  readonly refreshing: boolean
  readonly prefix: string
  readonly window: KeyWindow
  readonly total: Total
  readonly selectedKey: string | undefined
  /** When the store last answered, milliseconds since 1970. */
  readonly readAtMs: number
}

/**
 * The list of keys as a screen needs it: a window that follows scrolling, jumps and the selection, and stays fresh. It knows nothing of
 * React; `list` is the only way to the store, and answers for another prefix or place than the present one are dropped.
 */
export class KeyListModel {
  readonly #list: ListKeys
  readonly #nowMs: () => number
  readonly #listeners = new Set<() => void>()
  #state: KeyListState
  #rows = 20
  #storeTotal: Total | undefined
  readonly #surveyor: KeySurveyor
  #place = new AbortController()
  #loadingAfter = false
  #loadingBefore = false
  #dirty = false
  /** The place that was jumped to by a guess, as long as nobody has moved on from it. */
  #guessed: { readonly rank: number; readonly atMs: number } | undefined

  constructor(list: ListKeys, prefix = '', nowMs = Date.now) {
    this.#list = list
    this.#nowMs = nowMs
    this.#surveyor = new KeySurveyor(list, (error) => this.#surveyed(error))
    this.#state = {
      phase: 'loading',
      error: undefined,
      refreshing: false,
      prefix,
      window: emptyWindow,
      total: { count: 0, exact: false },
      selectedKey: undefined,
      readAtMs: nowMs(),
    }
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
    }
  }

  readonly snapshot = (): KeyListState => this.#state

  /** Ends what is under way; the model is not used after it. */
  close(): void {
    this.#place.abort()
    this.#surveyor.reset()
  }

  /** Shows the keys of a prefix from their beginning. */
  async openPrefix(prefix: string): Promise<void> {
    this.#surveyor.reset()
    this.#set({ prefix })
    await this.openEdge('start')
    if (prefix !== '' && !this.#state.window.atEnd) this.#surveyor.start(prefix, countPages)
  }

  async openEdge(edge: 'start' | 'end'): Promise<void> {
    await this.#open(async (signal) => {
      const reverse = edge === 'end'
      const { items, next } = await this.#page({ reverse }, signal)
      const whole = next === null
      if (!reverse) return { items, startRank: 0, rankExact: true, atStart: true, atEnd: whole, top: 0 }
      const total = this.#state.total
      const startRank = whole ? 0 : Math.max(1, total.count - items.length)
      return { items: items.reverse(), startRank, rankExact: whole || total.exact, atStart: whole, atEnd: true, top: items.length }
    })
  }

  /** Brings a key into view, loading its neighbourhood if need be. */
  async reveal(key: string): Promise<void> {
    const { window } = this.#state
    const place = placeOfKey(window.items, key)
    if (window.items[place]?.key === key) {
      const top = place < window.top ? place : place + 1 > window.top + this.#rows ? place + 1 - this.#rows : window.top
      this.#show({ ...window, top })
      return
    }
    await this.#open((signal) => this.#around(key, undefined, signal))
  }

  /** Begins to learn where keys are: called when somebody reaches for the scroll bar. */
  prepareJumps(): void {
    this.#surveyor.start(this.#state.prefix, scrollPages)
  }

  /** Shows the place at `fraction` (0 to 1) of all keys: exact where that is known, else about. */
  async jumpTo(fraction: number): Promise<void> {
    const { total, window } = this.#state
    const rank = fraction * Math.max(0, total.count - this.#rows)
    if (rank >= window.startRank && rank + this.#rows <= window.startRank + window.items.length) {
      this.#show({ ...window, top: rank - window.startRank })
      return
    }
    this.prepareJumps()
    if (fraction <= 0) return this.openEdge('start')
    if (fraction >= 1) return this.openEdge('end')
    const { below, above } = anchorsAround(this.#surveyor.anchors, rank)
    if (below && rank - below.rank < anchorReach) return this.#openAt(below, rank)
    await this.#openGuess(rank, below, above)
  }

  scrollBy(rows: number): void {
    this.#guessed = undefined
    const { window } = this.#state
    this.#show({ ...window, top: window.top + rows })
  }

  setViewport(rows: number): void {
    if (rows === this.#rows) return
    this.#rows = rows
    this.#show(this.#state.window)
  }

  /** What the host says of the number of records in the whole store. */
  setStoreTotal(total: Total): void {
    if (total.count === this.#storeTotal?.count && total.exact === this.#storeTotal.exact) return
    this.#storeTotal = total
    this.#set({})
  }

  select(key: string | undefined): void {
    this.#guessed = undefined
    this.#set({ selectedKey: key })
  }

  /** Moves the selection by rows and keeps it in view. Without a selection it begins at the first row that is seen. */
  async moveSelection(rows: number): Promise<void> {
    const { selectedKey } = this.#state
    if (selectedKey !== undefined && !this.#holds(selectedKey)) await this.reveal(selectedKey)
    const { window } = this.#state
    const from = selectedKey === undefined ? Math.ceil(window.top) - Math.sign(rows) : placeOfKey(window.items, selectedKey)
    const place = Math.min(window.items.length - 1, Math.max(0, from + rows))
    const item = window.items[place]
    if (!item) return
    this.select(item.key)
    await this.reveal(item.key)
  }

  async selectEdge(edge: 'start' | 'end'): Promise<void> {
    await this.openEdge(edge)
    const { items } = this.#state.window
    this.select((edge === 'start' ? items[0] : items.at(-1))?.key)
  }

  get viewRows(): number {
    return this.#rows
  }

  isTouchedBy(event: HoldfastEvent): boolean {
    return isTouched(this.#state.window, this.#state.prefix, event)
  }

  /** Reads the window again; what is seen stays in its place. */
  async refresh(): Promise<void> {
    if (this.#state.phase !== 'ready') return this.openEdge('start')
    if (this.#state.refreshing) {
      this.#dirty = true
      return
    }
    const { signal } = this.#place
    this.#set({ refreshing: true })
    try {
      const near = around(this.#state.window, this.#rows, 2 * pageKeys)
      // The cursor is exclusive: away from the start the run gives up its first record to be the cursor.
      const cursor = near.atStart ? undefined : near.items[0]?.key
      const kept = cursor === undefined ? near : { ...near, items: near.items.slice(1), startRank: near.startRank + 1, top: near.top - 1 }
      const limit = Math.min(anchorReach, kept.items.length + pageKeys)
      const { items, next } = await this.#page({ limit, after: cursor }, signal)
      // Scrolling went on meanwhile: keep the place that is seen now.
      const seen = this.#state.window
      const moved = seen.items[Math.floor(seen.top)]?.key
      const base = moved === undefined ? kept : { ...kept, items: seen.items, top: seen.top }
      this.#set({ error: undefined })
      this.#show(replace(base, items, next === null))
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

  #holds(key: string): boolean {
    const { items } = this.#state.window
    return items[placeOfKey(items, key)]?.key === key
  }

  async #page(input: { limit?: number; after?: string | undefined; reverse?: boolean }, signal: AbortSignal) {
    const { limit = pageKeys, after, reverse = false } = input
    const page = await this.#list({ prefix: this.#state.prefix, limit, reverse, ...(after === undefined ? {} : { after }) }, signal)
    this.#state = { ...this.#state, readAtMs: this.#nowMs() }
    return { items: [...page.items], next: page.next }
  }

  /** Leaves the present place for another one: its requests are dropped. */
  async #open(load: (signal: AbortSignal) => Promise<KeyWindow>): Promise<void> {
    this.#place.abort()
    this.#place = new AbortController()
    this.#guessed = undefined
    this.#loadingAfter = false
    this.#loadingBefore = false
    const { signal } = this.#place
    try {
      const window = await load(signal)
      if (signal.aborted) return
      this.#set({ phase: 'ready', error: undefined })
      this.#show(window)
    } catch (error) {
      if (signal.aborted) return
      this.#set(this.#state.phase === 'ready' ? { error } : { phase: 'failed', error })
    }
  }

  /** The neighbourhood of a key that may or may not exist. `rank`: how many keys are thought to lie before it. */
  async #around(key: string, rank: number | undefined, signal: AbortSignal): Promise<KeyWindow> {
    const before = await this.#page({ reverse: true, after: key }, signal)
    const neighbour = before.items[0]?.key
    const after = await this.#page({ after: neighbour }, signal)
    const atStart = before.next === null
    const guess = rank ?? this.#state.window.startRank
    const startRank = atStart ? 0 : Math.max(1, Math.round(guess) - before.items.length)
    const items = [...before.items.reverse(), ...after.items]
    const centre = rank === undefined ? this.#rows / 2 : 0
    return { items, startRank, rankExact: atStart, atStart, atEnd: after.next === null, top: before.items.length - centre }
  }

  /** The place of an exact rank shortly after an anchor. */
  async #openAt(anchor: KeyAnchor, rank: number): Promise<void> {
    await this.#open(async (signal) => {
      const near = await this.#page({ after: anchor.key, limit: anchorReach }, signal)
      const more = near.next === null ? { items: [], next: null } : await this.#page({ after: near.next }, signal)
      const startRank = anchor.rank + 1
      const items = [...near.items, ...more.items]
      return { items, startRank, rankExact: true, atStart: false, atEnd: more.next === null, top: rank - startRank }
    })
  }

  async #openGuess(rank: number, below: KeyAnchor | undefined, above: KeyAnchor | undefined): Promise<void> {
    const { total, window } = this.#state
    await this.#open(async (signal) => {
      const low = below ?? { key: (await this.#page({ limit: 1 }, signal)).items[0]?.key ?? '', rank: 0 }
      const high = above ?? { key: (await this.#page({ limit: 1, reverse: true }, signal)).items[0]?.key ?? '', rank: total.count }
      const samples = [...window.items, ...this.#surveyor.anchors].map(({ key }) => key)
      const fraction = (rank - low.rank) / Math.max(1, high.rank - low.rank)
      return this.#around(keyBetween(low.key, high.key, fraction, samples), rank, signal)
    })
    this.#guessed = { rank, atMs: this.#nowMs() }
  }

  #surveyed(error: unknown): void {
    this.#set(error === undefined ? {} : { error })
    const guess = this.#guessed
    if (!guess || (this.#surveyor.anchors.at(-1)?.rank ?? 0) < guess.rank) return
    this.#guessed = undefined
    const { below } = anchorsAround(this.#surveyor.anchors, guess.rank)
    if (below && this.#nowMs() - guess.atMs < guessHoldsMs) void this.#openAt(below, guess.rank)
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
    const cursor = this.#state.window.items.at(-1)?.key
    this.#loadingAfter = true
    const { items, next } = await this.#page({ after: cursor }, signal).finally(() => {
      if (!signal.aborted) this.#loadingAfter = false
    })
    if (signal.aborted || this.#state.window.items.at(-1)?.key !== cursor) return
    this.#show(append(this.#state.window, items, next === null))
  }

  async #loadBefore(signal: AbortSignal): Promise<void> {
    const cursor = this.#state.window.items[0]?.key
    this.#loadingBefore = true
    const { items, next } = await this.#page({ after: cursor, reverse: true }, signal).finally(() => {
      if (!signal.aborted) this.#loadingBefore = false
    })
    if (signal.aborted || this.#state.window.items[0]?.key !== cursor) return
    this.#show(prepend(this.#state.window, items.reverse(), next === null))
  }

  #set(change: Partial<Omit<KeyListState, 'total'>>): void {
    const state = { ...this.#state, ...change }
    this.#state = { ...state, total: totalOf(state.window, this.#counted(state.prefix)) }
    for (const listener of [...this.#listeners]) listener()
  }

  /** A prefix has at most the records of the whole store. */
  #counted(prefix: string): Total | undefined {
    const { total } = this.#surveyor
    if (prefix === '') return this.#storeTotal ?? total
    if (!total || total.exact || !this.#storeTotal) return total
    return { count: Math.min(total.count, this.#storeTotal.count), exact: false }
  }
}
