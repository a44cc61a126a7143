import type { Where } from '../../../contract/index.ts'

/** What a person chooses between a field and a value. `exists` and `missing` take no value, `in` takes several with commas between them. */
export const operators = ['eq', 'gt', 'gte', 'lt', 'lte', 'prefix', 'in', 'contains', 'exists', 'missing'] as const
export type Operator = (typeof operators)[number]

export const takesValue = (operator: Operator): boolean => operator !== 'exists' && operator !== 'missing'

export interface FilterRow {
  readonly field: string
  readonly operator: Operator
  /** As typed. */
  readonly value: string
}

export interface Filter {
  /** Whether all rows have to hold, or one of them. */
  readonly joint: 'all' | 'any'
  readonly rows: readonly FilterRow[]
}

export const noFilter: Filter = { joint: 'all', rows: [] }

/** What was typed, as the value that is meant: JSON where it is that, else text. A number that is meant as text is put into quotes. */
export function meantBy(typed: string): unknown {
  try {
    return JSON.parse(typed)
  } catch {
    return typed
  }
}

/** What one would have to type to mean this value. */
export function typedOf(value: unknown): string {
  if (typeof value !== 'string') return JSON.stringify(value)
  return meantBy(value) === value ? value : JSON.stringify(value)
}

/** Several values: a JSON list, else what stands between commas. */
const valuesOf = (typed: string): unknown[] => {
  const value = meantBy(typed)
  if (Array.isArray(value)) return value
  return typed
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map(meantBy)
}

/** The condition as the contract writes it. Rows without a field are not finished, and mean nothing yet. */
export function whereOf({ joint, rows }: Filter): Where | undefined {
  const conditions = rows.filter(({ field }) => field.trim() !== '').map(conditionOf)
  const [first, ...others] = conditions
  if (first === undefined) return undefined
  if (others.length === 0) return first
  return joint === 'any' ? { $or: conditions } : (merged(conditions) ?? { $and: conditions })
}

function conditionOf({ field, operator, value }: FilterRow): Where {
  const name = field.trim()
  switch (operator) {
    case 'eq': {
      const wanted = meantBy(value)
      // Members of an object would be taken for operators.
      return { [name]: isObject(wanted) ? { $in: [wanted] } : wanted }
    }
    case 'in':
      return { [name]: { $in: valuesOf(value) } }
    case 'prefix':
      return { [name]: { $prefix: value } }
    case 'contains':
      return { [name]: { $contains: meantBy(value) } }
    case 'exists':
      return { [name]: { $exists: true } }
    case 'missing':
      return { [name]: { $exists: false } }
    case 'gt':
    case 'gte':
    case 'lt':
    case 'lte':
      return { [name]: { [`$${operator}`]: meantBy(value) } }
    default:
      return operator satisfies never
  }
}

/** One object with all conditions, where no field has two that exclude each other in it. */
function merged(conditions: readonly Where[]): Where | undefined {
  const all: Record<string, unknown> = {}
  for (const condition of conditions) {
    for (const [field, wanted] of Object.entries(condition)) {
      if (!Object.hasOwn(all, field)) {
        Object.defineProperty(all, field, { value: wanted, enumerable: true, writable: true, configurable: true })
        continue
      }
      const present = all[field]
      if (!isObject(present) || !isObject(wanted) || Object.keys(wanted).some((name) => Object.hasOwn(present, name))) return undefined
      all[field] = { ...present, ...wanted }
    }
  }
  return all
}

/** The rows that mean a condition; undefined where rows cannot say it. */
export function filterOf(where: Where | undefined): Filter | undefined {
  if (where === undefined) return noFilter
  const names = Object.keys(where)
  if (names.length === 1 && names[0] === '$or') {
    const rows = listOf(where.$or)?.map((one) => rowsOf(one))
    if (rows === undefined || rows.some((one) => one?.length !== 1)) return undefined
    return { joint: 'any', rows: rows.flatMap((one) => one ?? []) }
  }
  const rows = rowsOf(where)
  return rows && { joint: 'all', rows }
}

function rowsOf(where: Where): readonly FilterRow[] | undefined {
  const rows: FilterRow[] = []
  for (const [field, wanted] of Object.entries(where)) {
    const found = field === '$and' ? rowsOfAll(wanted) : field.startsWith('$') ? undefined : rowsOfField(field, wanted)
    if (found === undefined) return undefined
    rows.push(...found)
  }
  return rows
}

function rowsOfAll(wanted: unknown): readonly FilterRow[] | undefined {
  const parts = listOf(wanted)?.map((one) => rowsOf(one))
  return parts?.every((one) => one !== undefined) ? parts.flatMap((one) => one ?? []) : undefined
}

function rowsOfField(field: string, wanted: unknown): readonly FilterRow[] | undefined {
  if (!isObject(wanted)) return [{ field, operator: 'eq', value: typedOf(wanted) }]
  const rows = Object.entries(wanted).map(([name, value]) => rowOf(field, name, value))
  return rows.length > 0 && rows.every((row) => row !== undefined) ? rows.flatMap((row) => row ?? []) : undefined
}

function rowOf(field: string, name: string, value: unknown): FilterRow | undefined {
  switch (name) {
    case '$gt':
    case '$gte':
    case '$lt':
    case '$lte':
      return { field, operator: name.slice(1) as Operator, value: typedOf(value) }
    case '$in':
      return Array.isArray(value) ? { field, operator: 'in', value: JSON.stringify(value) } : undefined
    case '$prefix':
      return typeof value === 'string' ? { field, operator: 'prefix', value } : undefined
    case '$contains':
      return isObject(value) ? undefined : { field, operator: 'contains', value: typedOf(value) }
    case '$exists':
      return typeof value === 'boolean' ? { field, operator: value ? 'exists' : 'missing', value: '' } : undefined
    default:
      return undefined
  }
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

const listOf = (value: unknown): readonly Where[] | undefined => (Array.isArray(value) && value.every(isObject) ? value : undefined)
