import { setImmediate as nextTurn } from 'node:timers/promises'
import { type FieldOrder, maxExaminedRecords, maxPageValueBytes, type QueryItem } from '../../contract/index.ts'
import { HoldfastError, throwIfCancelled } from '../base/errors.ts'
import type { CollectionPlan } from '../persistence/indexes/collection-plan.ts'
import { type Document, type FieldPath, fieldOf, toPath } from '../persistence/indexes/document.ts'
import { type ByteText, encodeOrdered, inverted, toByteText } from '../persistence/indexes/index-order.ts'
import type { GenerationalStore } from '../persistence/record-store.ts'
import { itemOf } from './query-item.ts'
import type { QueryPlan } from './query-plan.ts'
import { type Candidate, indexPieces, type Piece, pieceRecords, type SourceWish, scanPieces } from './query-source.ts'
import { type Condition, holds } from './where.ts'

const maxMs = 10_000

export interface QueryTask {
  readonly store: Pick<GenerationalStore, 'collections' | 'page' | 'get'>
  readonly collection: CollectionPlan
  readonly condition: Condition
  readonly sort: readonly FieldOrder[]
  readonly plan: QueryPlan
  /** The order has to be made in memory. */
  readonly sortsInMemory: boolean
  readonly limit: number
  readonly after: ByteText | undefined
  readonly counts: boolean
  readonly select: readonly FieldPath[] | undefined
  readonly nowMs: () => number
  /** Fewer in tests. */
  readonly maxExamined?: number
}

export interface QueryResult {
  readonly items: readonly QueryItem[]
  /** Where the next page begins; undefined at the end. */
  readonly next: ByteText | undefined
  readonly count: number | undefined
  readonly examined: number
  /** It looked at as much as one query may, and came to no end. */
  readonly endedEarly: boolean
}

/** Throws `query_too_broad`, `cancelled`, and what reading throws. */
export async function runQuery(task: QueryTask, signal: AbortSignal | undefined): Promise<QueryResult> {
  const run = new QueryRun(task, signal)
  return task.sortsInMemory ? run.sorted() : run.inOrder()
}

class QueryRun {
  readonly #task: QueryTask
  readonly #signal: AbortSignal | undefined
  readonly #startedMs: number
  #examined = 0

  constructor(task: QueryTask, signal: AbortSignal | undefined) {
    this.#task = task
    this.#signal = signal
    this.#startedMs = task.nowMs()
  }

  /** As the source gives them. A count begins at the start, whatever the page. */
  async inOrder(): Promise<QueryResult> {
    const { limit, after, counts } = this.#task
    const page = new ResultPage(this.#task.select, limit)
    let count = 0
    const source = counts ? { after: undefined, wanted: () => pieceRecords } : { after, wanted: () => page.room }
    for await (const piece of this.#pieces(source)) {
      for (const [place, candidate] of piece.candidates.entries()) {
        if (!holds(this.#task.condition, candidate.document)) continue
        count++
        if (after === undefined || this.#isBehind(candidate.at, after)) page.take(candidate)
        if (counts || page.room > 0) continue
        const isEnd = piece.isLast && place === piece.candidates.length - 1
        return { ...page.result, next: isEnd ? undefined : candidate.at, count: undefined, examined: this.#examined, endedEarly: false }
      }
      // Where it has not come any further, the next page would not either.
      if (piece.isLast || !this.#isSpent || piece.at === (after ?? '')) continue
      if (counts) throw this.#tooBroad('counted')
      return { ...page.result, next: piece.at, count: undefined, examined: this.#examined, endedEarly: true }
    }
    return { ...page.result, count: counts ? count : undefined, examined: this.#examined, endedEarly: false }
  }

  #isBehind(at: ByteText, after: ByteText): boolean {
    const { plan } = this.#task
    return plan.kind === 'index' && plan.choice.reverse ? at < after : at > after
  }

  /** All that fit are gone through, and the first of them in the order kept; these are then read again, since some time has passed. */
  async sorted(): Promise<QueryResult> {
    const { limit, after, counts, store, collection, condition } = this.#task
    const places = new FirstPlaces(limit + 1)
    const seen = new Set<string>()
    let count = 0
    for await (const piece of this.#pieces({ after: undefined, wanted: () => pieceRecords })) {
      for (const { record, document } of piece.candidates) {
        if (seen.has(record.key) || !holds(condition, document)) continue
        seen.add(record.key)
        count++
        const place = this.#placeOf(record.key, document)
        if (after === undefined || place > after) places.take({ place, key: record.key })
      }
      if (!piece.isLast && this.#isSpent) throw this.#tooBroad('sorted')
    }
    const found = places.first
    const shown = found.slice(0, limit)
    const end = found.length > limit ? shown.at(-1)?.place : undefined
    const page = new ResultPage(this.#task.select, limit)
    for (const { place, key } of shown) {
      const record = store.get(key)
      const document = record && collection.documentOf(record.meta.contentType, record.value)
      if (record === undefined || !holds(condition, document)) continue
      // What has moved behind this page meanwhile comes with a later one.
      if (end === undefined || this.#placeOf(key, document) <= end) page.take({ at: place, record, document })
    }
    const { items, next = end } = page.result
    return { items, next, count: counts ? count : undefined, examined: this.#examined, endedEarly: false }
  }

  /** Compares as the records are to be ordered; ties by key. */
  #placeOf(key: string, document: Document | undefined): ByteText {
    let place = ''
    for (const { path, descending } of this.#task.sort) {
      const value = encodeOrdered(fieldOf(document, toPath(path)))
      place += descending ? inverted(value) : value
    }
    return place + toByteText(key)
  }

  async *#pieces(wish: Pick<SourceWish, 'after' | 'wanted'>): AsyncGenerator<Piece> {
    for (const pieces of this.#sources(wish)) {
      for (const piece of pieces) {
        throwIfCancelled(this.#signal)
        this.#examined += piece.examined
        yield piece
        if (piece.isLast) break
        await nextTurn()
      }
    }
  }

  #sources(wish: Pick<SourceWish, 'after' | 'wanted'>): readonly Generator<Piece>[] {
    const { store, collection, plan } = this.#task
    const source = { store, collection, ...wish }
    switch (plan.kind) {
      case 'nothing':
        return []
      case 'scan':
        return [scanPieces(source)]
      case 'index':
        return [indexPieces(source, plan.choice)]
      case 'union':
        return plan.choices.map((choice) => indexPieces(source, choice))
      default:
        return plan satisfies never
    }
  }

  get #isSpent(): boolean {
    const { maxExamined = maxExaminedRecords, nowMs } = this.#task
    return this.#examined >= maxExamined || nowMs() - this.#startedMs >= maxMs
  }

  #tooBroad(what: string): HoldfastError {
    return new HoldfastError(
      'query_too_broad',
      `The query has looked at ${this.#examined} records of the collection ${this.#task.collection.stored.name} and not come to its end, so nothing can be ${what}. Narrow it, or add an index for it; "explain" says which.`,
      { details: { examined: this.#examined, collection: this.#task.collection.stored.name } },
    )
  }
}

/** One page: at most so many records, and so many bytes of values. */
class ResultPage {
  readonly #select: readonly FieldPath[] | undefined
  readonly #limit: number
  readonly #items: QueryItem[] = []
  #bytes = 0
  #last: ByteText | undefined
  /** A record came that has no room here. */
  #isOver = false

  constructor(select: readonly FieldPath[] | undefined, limit: number) {
    this.#select = select
    this.#limit = limit
  }

  /** How many records it has room for. */
  get room(): number {
    return this.#bytes > maxPageValueBytes ? 0 : this.#limit - this.#items.length
  }

  take({ at, record, document }: Candidate): void {
    if (this.room <= 0) this.#isOver = true
    if (this.#isOver) return
    this.#items.push(itemOf(record, document, this.#select))
    this.#bytes += record.meta.size
    this.#last = at
  }

  get result(): { items: readonly QueryItem[]; next: ByteText | undefined } {
    return { items: this.#items, next: this.#isOver ? this.#last : undefined }
  }
}

interface Place {
  readonly place: ByteText
  readonly key: string
}

/** Keeps the first of many, sorting now and then. */
class FirstPlaces {
  readonly #limit: number
  #places: Place[] = []

  constructor(limit: number) {
    this.#limit = limit
  }

  take(place: Place): void {
    this.#places.push(place)
    if (this.#places.length >= 4 * this.#limit + 1000) this.#places = this.first
  }

  get first(): Place[] {
    return this.#places.sort((one, other) => (one.place < other.place ? -1 : one.place > other.place ? 1 : 0)).slice(0, this.#limit)
  }
}
