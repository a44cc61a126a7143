import type { FieldOrder } from '../../contract/index.ts'
import { type ByteText, successor } from '../persistence/indexes/index-order.ts'
import { type IndexPlan, spanOf } from '../persistence/indexes/index-plan.ts'
import { contains, type Interval, intersection, turned } from './intervals.ts'
import type { Condition, FieldCondition } from './where.ts'

/** More runs of an index than these are read as one that is looked through. */
const maxRanges = 256

export interface Range {
  readonly from: ByteText
  readonly to: ByteText
}

/** Runs of one index that hold every record that can fit. */
export interface IndexChoice {
  readonly index: IndexPlan
  /** In order, without overlap. */
  readonly ranges: readonly Range[]
  readonly reverse: boolean
  /** Read so, records come as they are to be sorted. */
  readonly isSorted: boolean
  readonly equalities: number
  readonly hasRange: boolean
  /** For people. */
  readonly text: string
}

export type QueryPlan =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'scan' }
  | { readonly kind: 'index'; readonly choice: IndexChoice }
  | { readonly kind: 'union'; readonly choices: readonly IndexChoice[] }

type Sort = readonly FieldOrder[]

/** The cheapest way to the records that fit, by what is known of the indexes alone. */
export function planQuery(condition: Condition, sort: Sort, indexes: readonly IndexPlan[]): QueryPlan {
  const known = conjunctionOf(condition)
  if (known.isImpossible) return { kind: 'nothing' }
  const best = bestChoice(known, sort, indexes)
  if (best !== undefined && isNarrow(best)) return { kind: 'index', choice: best }
  for (const any of known.alternatives) {
    const choices = any.map((branch) => bestChoice(conjunctionOf(branch), [], indexes))
    if (choices.every((choice) => choice !== undefined && isNarrow(choice))) return { kind: 'union', choices: choices as IndexChoice[] }
  }
  return best?.isSorted === true ? { kind: 'index', choice: best } : { kind: 'scan' }
}

const isNarrow = ({ equalities, hasRange }: IndexChoice): boolean => equalities > 0 || hasRange

/** What holds for every record that fits, whatever else has to. */
interface Conjunction {
  readonly fields: ReadonlyMap<string, FieldCondition>
  readonly elements: readonly FieldCondition[]
  readonly alternatives: readonly (readonly Condition[])[]
  readonly isImpossible: boolean
}

function conjunctionOf(condition: Condition): Conjunction {
  const fields = new Map<string, FieldCondition>()
  const elements: FieldCondition[] = []
  const alternatives: (readonly Condition[])[] = []
  const visit = (one: Condition): void => {
    if (one.kind === 'all') one.conditions.forEach(visit)
    else if (one.kind === 'any') alternatives.push(one.conditions)
    else if (one.ofElement) elements.push(one)
    else fields.set(one.path, both(fields.get(one.path), one))
  }
  visit(condition)
  const isImpossible = [...fields.values(), ...elements].some(({ intervals }) => intervals.length === 0)
  return { fields, elements, alternatives, isImpossible }
}

function both(one: FieldCondition | undefined, other: FieldCondition): FieldCondition {
  if (one === undefined) return other
  return { ...other, intervals: intersection(one.intervals, other.intervals), text: `${one.text} and ${other.text}` }
}

function bestChoice(known: Conjunction, sort: Sort, indexes: readonly IndexPlan[]): IndexChoice | undefined {
  let best: { readonly choice: IndexChoice; readonly worth: number } | undefined
  for (const index of indexes) {
    const choice = choiceOf(index, known, sort)
    if (choice === undefined) continue
    const worth = worthOf(choice)
    if (best === undefined || worth > best.worth) best = { choice, worth }
  }
  return best?.choice
}

/** One record at most before all; then fields that are known, then a range, then the order; a short index before a long one. */
function worthOf({ index, equalities, hasRange, isSorted }: IndexChoice): number {
  const { unique, multi } = index.stored
  const isOne = unique && equalities === index.fields.length
  return (isOne ? 1000 : 0) + equalities * 20 + (hasRange ? 10 : 0) + (isSorted ? 5 : 0) - (multi ? 1 : 0) - index.fields.length / 100
}

/** Undefined where the index may lack records that fit, or says nothing of the query. */
function choiceOf(index: IndexPlan, known: Conjunction, sort: Sort): IndexChoice | undefined {
  const { fields, multi, sparse } = index.stored
  const conditions = fields.map(({ path }, place) =>
    multi && place === 0 ? known.elements.find((one) => one.path === path) : known.fields.get(path),
  )
  if (multi && conditions[0] === undefined) return undefined
  if (sparse && !conditions.every((one) => one?.ofElement || excludesMissing(one))) return undefined
  const runs = runsOf(index, conditions)
  const order = multi ? undefined : orderOf(index, conditions, sort)
  if (runs.equalities === 0 && !runs.hasRange && order === undefined) return undefined
  const used = conditions.slice(0, runs.equalities + (runs.hasRange ? 1 : 0))
  const text = used.map((one) => `${one?.path} ${one?.text}`).join(', ')
  return { index, ...runs, reverse: order?.reverse ?? false, isSorted: order !== undefined, text }
}

const excludesMissing = (condition: FieldCondition | undefined): boolean =>
  condition !== undefined && !contains(condition.intervals, undefined)

function runsOf(index: IndexPlan, conditions: readonly (FieldCondition | undefined)[]) {
  let prefixes: ByteText[] = [index.id]
  let equalities = 0
  for (const [place, condition] of conditions.entries()) {
    if (condition === undefined) break
    const intervals = index.fields[place]?.descending ? turned(condition.intervals) : condition.intervals
    if (prefixes.length * intervals.length > maxRanges) break
    if (intervals.every(({ isPoint }) => isPoint)) {
      prefixes = prefixes.flatMap((prefix) => intervals.map(({ from }) => prefix + from))
      equalities++
      continue
    }
    const ranges = prefixes.flatMap((prefix) => intervals.map(({ from, to }) => ({ from: prefix + from, to: prefix + to })))
    return { ranges: inOrder(ranges), equalities, hasRange: true }
  }
  const ranges = equalities === 0 ? [spanOf(index)] : prefixes.map((prefix) => ({ from: prefix, to: successor(prefix) }))
  return { ranges: inOrder(ranges), equalities, hasRange: false }
}

const inOrder = (ranges: readonly Range[]): readonly Range[] =>
  [...ranges].sort((one, other) => (one.from < other.from ? -1 : one.from > other.from ? 1 : 0))

/** Whether reading the index, forwards or against it, gives the order that is asked for. Fields of one known value do not matter to it. */
function orderOf(
  index: IndexPlan,
  conditions: readonly (FieldCondition | undefined)[],
  sort: Sort,
): { readonly reverse: boolean } | undefined {
  if (sort.length === 0) return undefined
  const known = new Set(conditions.filter((one) => one && isOneValue(one.intervals)).map((one) => one?.path))
  const wanted = sort.filter(({ path }) => !known.has(path))
  const given = index.stored.fields.filter(({ path }) => !known.has(path))
  const isSame = wanted.every(({ path }, place) => given[place]?.path === path)
  if (!isSame) return undefined
  const turns = new Set(wanted.map(({ descending }, place) => descending !== given[place]?.descending))
  return turns.size > 1 ? undefined : { reverse: turns.has(true) }
}

const isOneValue = (intervals: readonly Interval[]): boolean => intervals.length === 1 && intervals[0]?.isPoint === true

/** The fields of an index that would answer the query: those of one value, then the order, then a range. */
export function helpfulIndex(condition: Condition, sort: Sort): FieldOrder[] | undefined {
  const { fields } = conjunctionOf(condition)
  const equal = [...fields.values()].filter(({ intervals }) => intervals.every(({ isPoint }) => isPoint))
  const ranged = [...fields.values()].filter((one) => !equal.includes(one))
  const wanted = [
    ...equal.map(({ path }) => ({ path, descending: false })),
    ...sort,
    ...ranged.slice(0, 1).map(({ path }) => ({ path, descending: false })),
  ]
  const each = wanted.filter(({ path }, place) => wanted.findIndex((one) => one.path === path) === place)
  return each.length === 0 ? undefined : each.slice(0, 8)
}
