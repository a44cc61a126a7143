import type { QueryItem } from '../../../contract/index.ts'

/** Columns beside the key; more fields are in the record itself. */
const maxColumns = 12
/** Records whose fields decide about the columns. */
const lookedAt = 200
const maxCellLength = 200

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

/** The fields of the values, as they are met; those that are asked for come first. A value that has no members is one column. */
export function columnsOf(items: readonly QueryItem[], wanted: readonly string[] = []): string[] {
  const columns = new Set(wanted)
  for (const { value } of items.slice(0, lookedAt)) if (isObject(value)) for (const name of Object.keys(value)) columns.add(name)
  return [...columns].slice(0, maxColumns)
}

export function fieldOf(value: unknown, path: string): unknown {
  // A member may have a dot in its own name.
  if (isObject(value) && Object.hasOwn(value, path)) return value[path]
  let at = value
  for (const name of path.split('.')) at = isObject(at) && Object.hasOwn(at, name) ? at[name] : undefined
  return at
}

/** In one line; empty where there is no such field. */
export function cellText(value: unknown): string {
  if (value === undefined) return ''
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > maxCellLength ? `${text.slice(0, maxCellLength)}…` : text
}

export const isNumeric = (items: readonly QueryItem[], column: string): boolean => {
  const values = items.slice(0, lookedAt).map(({ value }) => fieldOf(value, column))
  return (
    values.some((value) => typeof value === 'number') &&
    values.every((value) => value === undefined || value === null || typeof value === 'number')
  )
}
