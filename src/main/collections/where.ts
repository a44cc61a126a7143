import { fieldPathSchema, type Where } from '../../contract/index.ts'
import { HoldfastError } from '../base/errors.ts'
import { type Document, type FieldPath, fieldOf, toPath } from '../persistence/indexes/document.ts'
import {
  anyValue,
  beginningWith,
  contains,
  existing,
  hasOrder,
  type Interval,
  intersection,
  isTagged,
  missing,
  point,
  side,
  union,
} from './intervals.ts'

const maxConditions = 100
const maxDepth = 8
const maxChoices = 256
const operators = ['$eq', '$gt', '$gte', '$lt', '$lte', '$in', '$prefix', '$exists', '$contains']
const valueTags = ['$date', '$bigint', '$binary', '$number', '$map', '$set', '$object']

/** What has to hold for a record, ready to be looked up and to be checked. */
export type Condition =
  | { readonly kind: 'all'; readonly conditions: readonly Condition[] }
  | { readonly kind: 'any'; readonly conditions: readonly Condition[] }
  | FieldCondition

export interface FieldCondition {
  readonly kind: 'field'
  readonly path: string
  readonly steps: FieldPath
  /** It is a list, and one of its elements lies there. */
  readonly ofElement: boolean
  readonly intervals: readonly Interval[]
  /** For people. */
  readonly text: string
}

/** Throws `invalid_request` that says where something else was expected. */
export function parseWhere(where: Where | undefined): Condition {
  return new WhereParser().parse(where ?? {})
}

export function holds(condition: Condition, document: Document | undefined): boolean {
  switch (condition.kind) {
    case 'all':
      return condition.conditions.every((one) => holds(one, document))
    case 'any':
      return condition.conditions.some((one) => holds(one, document))
    case 'field': {
      const value = fieldOf(document, condition.steps)
      if (!condition.ofElement) return contains(condition.intervals, value)
      return Array.isArray(value) && value.some((element) => contains(condition.intervals, element))
    }
    default:
      return condition satisfies never
  }
}

class WhereParser {
  #count = 0

  parse(where: Where, depth = 1, place = 'where'): Condition {
    if (depth > maxDepth) throw wrong(place, `at most ${maxDepth} levels`)
    const conditions = Object.entries(where).map(([name, wanted]): Condition => {
      if (++this.#count > maxConditions) throw wrong(place, `at most ${maxConditions} conditions`)
      if (name === '$and' || name === '$or') return this.#list(name, wanted, depth, `${place}.${name}`)
      if (name.startsWith('$')) throw wrong(`${place}.${name}`, 'the name of a field, $and or $or')
      return fieldCondition(name, wanted, `${place}.${name}`)
    })
    return conditions.length === 1 ? (conditions[0] as Condition) : { kind: 'all', conditions }
  }

  #list(name: '$and' | '$or', wanted: unknown, depth: number, place: string): Condition {
    if (!Array.isArray(wanted) || wanted.length === 0) throw wrong(place, 'a list of conditions, at least one')
    const conditions = wanted.map((one, index) => {
      if (!isObject(one)) throw wrong(`${place}[${index}]`, 'an object of conditions')
      return this.parse(one, depth + 1, `${place}[${index}]`)
    })
    return { kind: name === '$and' ? 'all' : 'any', conditions }
  }
}

function fieldCondition(path: string, wanted: unknown, place: string): FieldCondition {
  if (!fieldPathSchema.safeParse(path).success) throw wrong(place, 'names of members with dots between them')
  const base = { kind: 'field' as const, path, steps: toPath(path) }
  if (isObject(wanted) && '$contains' in wanted) {
    if (Object.keys(wanted).length > 1) throw wrong(place, '$contains alone; put other conditions beside it into $and')
    const { intervals, text } = valueCondition(wanted.$contains, `${place}.$contains`)
    return { ...base, ofElement: true, intervals, text: `has an element ${text}` }
  }
  return { ...base, ofElement: false, ...valueCondition(wanted, place) }
}

function valueCondition(wanted: unknown, place: string): { intervals: readonly Interval[]; text: string } {
  if (!isOperators(wanted)) return { intervals: [point(plainValue(wanted, place))], text: `= ${short(wanted)}` }
  let intervals = anyValue
  const texts: string[] = []
  for (const [operator, operand] of Object.entries(wanted)) {
    const one = operatorIntervals(operator, operand, `${place}.${operator}`)
    intervals = intersection(intervals, one.intervals)
    texts.push(one.text)
  }
  return { intervals, text: texts.join(' and ') }
}

function operatorIntervals(operator: string, operand: unknown, place: string): { intervals: readonly Interval[]; text: string } {
  switch (operator) {
    case '$eq':
      return { intervals: [point(operand)], text: `= ${short(operand)}` }
    case '$gt':
    case '$gte':
    case '$lt':
    case '$lte':
      if (!hasOrder(operand)) throw wrong(place, 'a number, a text, a date or bytes')
      return { intervals: [side(operand, operator)], text: `${signs[operator]} ${short(operand)}` }
    case '$in':
      if (!Array.isArray(operand) || operand.length > maxChoices) throw wrong(place, `a list of at most ${maxChoices} values`)
      return { intervals: union(operand.map((one, index) => point(plainValue(one, `${place}[${index}]`)))), text: `in ${short(operand)}` }
    case '$prefix':
      if (typeof operand !== 'string') throw wrong(place, 'a text')
      return { intervals: [beginningWith(operand)], text: `begins with ${short(operand)}` }
    case '$exists':
      if (typeof operand !== 'boolean') throw wrong(place, 'true or false')
      return { intervals: [operand ? existing : missing], text: operand ? 'exists' : 'is missing' }
    default:
      throw wrong(place, `one of ${operators.join(', ')}, and nothing else beside them`)
  }
}

const tagKinds: Readonly<Record<string, string>> = {
  $date: 'a date in ISO 8601, or milliseconds since 1970',
  $bigint: 'the digits of a whole number, as a text',
  $binary: 'bytes in base64',
  $number: 'NaN, Infinity, -Infinity or -0, as a text',
}

const signs = { $gt: '>', $gte: '≥', $lt: '<', $lte: '≤' } as const

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

/** An object whose members are operators; a tagged value (`{"$date": …}`) is a value. */
function isOperators(wanted: unknown): wanted is Record<string, unknown> {
  if (!isObject(wanted)) return false
  const [first, ...others] = Object.keys(wanted)
  return first?.startsWith('$') === true && !(others.length === 0 && valueTags.includes(first))
}

/** An operator in a value would be taken for a name and fit no record; who means a name writes `$eq`. */
function plainValue(value: unknown, place: string): unknown {
  const waiting = [value]
  while (waiting.length > 0) {
    const one = waiting.pop()
    if (typeof one !== 'object' || one === null) continue
    const operator = Array.isArray(one) ? undefined : Object.keys(one).find((name) => operators.includes(name))
    if (operator !== undefined)
      throw wrong(place, `a value without operators; ${operator} stands right behind the path of a field, or in $eq`)
    for (const member of Object.values(one)) waiting.push(member)
  }
  refuseUnsoundTag(value, place)
  return value
}

/** A tag whose content is none of its kind would be taken for an object, and fit no record. */
function refuseUnsoundTag(value: unknown, place: string): void {
  const [only, ...others] = isObject(value) ? Object.entries(value) : []
  if (only === undefined || others.length > 0) return
  const [tag, content] = only
  const isLost = tag === '$date' && content === null
  const kind = tagKinds[tag]
  if (kind !== undefined && !isLost && !isTagged(value)) throw wrong(`${place}.${tag}`, kind)
}

function short(value: unknown): string {
  const text = JSON.stringify(value) ?? ''
  return text.length > 60 ? `${text.slice(0, 59)}…` : text
}

function wrong(field: string, expected: string): HoldfastError {
  return new HoldfastError('invalid_request', `${field}: expected ${expected}.`, { details: { field, expected } })
}
