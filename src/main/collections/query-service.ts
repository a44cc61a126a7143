import type { OutputOf, ParsedInputOf, QueryExplain, QueryWarning } from '../../contract/index.ts'
import type { Clock } from '../base/clock.ts'
import type { CollectionPlan } from '../persistence/indexes/collection-plan.ts'
import { toPath } from '../persistence/indexes/document.ts'
import type { GenerationalStore } from '../persistence/record-store.ts'
import type { StorageMeter } from '../storage/storage-meter.ts'
import { type CursorWay, decodeCursor, encodeCursor, fingerprintOf, indexIsGone } from './query-cursor.ts'
import { helpfulIndex, planQuery, type QueryPlan } from './query-plan.ts'
import { type QueryResult, runQuery } from './query-run.ts'
import { isUsable } from './query-source.ts'
import { type Condition, parseWhere } from './where.ts'

export interface QueryServiceDeps {
  readonly store: Pick<GenerationalStore, 'collections' | 'page' | 'get'>
  readonly clock: Clock
  readonly meter: StorageMeter
  /** Fewer in tests. */
  readonly maxExamined?: number
}

type Input = Omit<ParsedInputOf<'collections.query'>, 'name'>
type Sort = NonNullable<Input['sort']>

interface Planned {
  readonly plan: QueryPlan
  readonly way: CursorWay
}

/** Finds records of a collection by their fields: plans, runs, explains. */
export class QueryService {
  readonly #deps: QueryServiceDeps

  constructor(deps: QueryServiceDeps) {
    this.#deps = deps
  }

  /** Throws `invalid_request`, `conflict` for a cursor whose index is gone, `query_too_broad`, `cancelled`. */
  async run(collection: CollectionPlan, input: Input, signal?: AbortSignal): Promise<OutputOf<'collections.query'>> {
    const { clock, meter } = this.#deps
    const startedMs = clock.monotonicMs()
    const condition = parseWhere(input.where)
    const sort = input.sort ?? []
    const fingerprint = fingerprintOf([collection.stored.name, input.where ?? {}, sort])
    const cursor = input.after === undefined ? undefined : decodeCursor(input.after, fingerprint)
    const planned = this.#plan(collection, condition, sort, cursor?.way)
    const task = {
      ...this.#deps,
      collection,
      condition,
      sort,
      plan: planned.plan,
      sortsInMemory: planned.way.kind === 'memory',
      limit: input.limit,
      after: cursor?.at,
      counts: input.count,
      select: input.select?.map(toPath),
      nowMs: () => clock.monotonicMs(),
    }
    const result = await runQuery(task, signal)
    meter.queryExamined += result.examined
    // What is counted is looked at for that, and fits.
    meter.queryReturned += Math.max(result.items.length, result.count ?? 0)
    meter.recordsRead += result.items.length
    return {
      items: [...result.items],
      next: result.next === undefined ? null : encodeCursor({ way: planned.way, at: result.next }, fingerprint),
      ...(result.count !== undefined && { count: result.count }),
      warnings: this.#warnings(collection, condition, sort, planned, result),
      ...(input.explain && { explain: explanation(planned, condition, sort, result, clock.monotonicMs() - startedMs) }),
    }
  }

  /** A page goes on the way that the one before it came. */
  #plan(collection: CollectionPlan, condition: Condition, sort: Sort, way: CursorWay | undefined): Planned {
    const ready = collection.indexes.filter((index) => isUsable(this.#deps.store.collections, collection.stored.name, index))
    if (way?.kind === 'scan') return { plan: { kind: 'scan' }, way }
    const usable = way?.kind === 'index' ? ready.filter(({ stored }) => stored.id === way.id) : ready
    const plan = planQuery(condition, sort, usable)
    if (plan.kind === 'nothing') return { plan, way: way ?? { kind: 'scan' } }
    if (way?.kind === 'memory') return { plan, way }
    if (way?.kind === 'index') {
      if (plan.kind !== 'index' || plan.choice.reverse !== way.reverse) throw indexIsGone()
      return { plan, way }
    }
    return { plan, way: wayOf(plan, sort) }
  }

  #warnings(
    collection: CollectionPlan,
    condition: Condition,
    sort: Sort,
    { plan, way }: Planned,
    { endedEarly }: QueryResult,
  ): QueryWarning[] {
    const warnings: QueryWarning[] = []
    const index = helpfulIndex(condition, sort)
    const named = index && { index }
    const fields = index?.map(({ path, descending }) => (descending ? `${path} (descending)` : path)).join(', ')
    const unready = this.#betterUnready(collection, condition, sort, plan)
    if (unready !== undefined) {
      warnings.push({ code: 'index_building', text: `The index ${unready} would answer this, and is not ready.` })
    }
    if (plan.kind === 'scan' && index !== undefined) {
      const text = `Every record of the collection may have to be looked at. An index of ${fields} would spare that.`
      warnings.push({ code: 'full_scan', text, ...named })
    }
    if (way.kind === 'memory' && sort.length > 0 && plan.kind !== 'scan') {
      const text = `All records that fit are sorted in memory for each page. An index of ${fields} has them in this order.`
      warnings.push({ code: 'sorted_in_memory', text, ...named })
    }
    if (endedEarly) {
      warnings.push({
        code: 'ended_early',
        text: 'As many records were looked at as one request may; the next page goes on from there.',
        ...named,
      })
    }
    return warnings
  }

  /** The index that would be taken if it were ready. */
  #betterUnready(collection: CollectionPlan, condition: Condition, sort: Sort, plan: QueryPlan): string | undefined {
    const { collections } = this.#deps.store
    const unready = collection.indexes.filter((index) => !isUsable(collections, collection.stored.name, index))
    if (unready.length === 0) return undefined
    const best = planQuery(condition, sort, collection.indexes)
    const isOther = best.kind === 'index' && unready.includes(best.choice.index)
    return isOther && plan.kind !== 'nothing' ? best.choice.index.stored.name : undefined
  }
}

function wayOf(plan: QueryPlan, sort: Sort): CursorWay {
  if (plan.kind === 'union') return { kind: 'memory' }
  if (plan.kind === 'index' && (sort.length === 0 || plan.choice.isSorted)) {
    return { kind: 'index', id: plan.choice.index.stored.id, reverse: plan.choice.reverse }
  }
  return sort.length > 0 ? { kind: 'memory' } : { kind: 'scan' }
}

function explanation(
  { plan, way }: Planned,
  condition: Condition,
  sort: Sort,
  { examined, items }: QueryResult,
  durationMs: number,
): QueryExplain {
  const choices = plan.kind === 'index' ? [plan.choice] : plan.kind === 'union' ? plan.choices : []
  return {
    plan: plan.kind,
    indexes: [...new Set(choices.map(({ index }) => index.stored.name))],
    range: rangeText(plan, condition),
    examined,
    returned: items.length,
    sorted: sort.length === 0 ? 'not' : way.kind === 'memory' ? 'in memory' : 'by index',
    durationMs: Math.round(durationMs * 100) / 100,
  }
}

function rangeText(plan: QueryPlan, condition: Condition): string {
  switch (plan.kind) {
    case 'nothing':
      return 'nothing: no record can fit'
    case 'scan':
      return condition.kind === 'all' && condition.conditions.length === 0 ? 'all records' : 'all records, each one checked'
    case 'index':
      return plan.choice.text || 'all of the index'
    case 'union':
      return plan.choices.map(({ text }) => text).join(' or ')
    default:
      return plan satisfies never
  }
}
