import { cellValue, short } from './columns.ts'
import type { CsvRow } from './csv-rows.ts'
import type { CsvPlan } from './import-plan.ts'
import { fillTemplate, type KeyTemplate, parseTemplate } from './key-template.ts'
import type { Problem } from './problem.ts'

/** The line that the host imports, or why there is none. */
export type Mapped = { readonly ndjson: string } | { readonly problem: Problem }

/** Makes records of rows. Throws `RangeError` for a template that is wrong: plans are checked before. */
export function makeRowMapper(plan: CsvPlan): (row: CsvRow) => Mapped {
  const names = plan.columns.map(({ name }) => name)
  const template = templateOf(plan.key, names)
  const places = new Map(names.map((name, place) => [name, place]))
  const cellOf = (row: CsvRow, name: string): string | undefined => row.fields[places.get(name) ?? -1]
  return (row) => {
    if (row.problem) return { problem: { code: row.problem } }
    if (row.fields.length !== names.length) {
      return { problem: { code: 'column-count', expected: names.length, found: row.fields.length } }
    }
    const filled = fillTemplate(template, (name) => cellOf(row, name)?.trim(), row.line)
    if ('missing' in filled) return { problem: { code: 'no-key-part', column: filled.missing } }
    const value = recordValue(row, plan, cellOf)
    if ('problem' in value) return value
    const more = extrasOf(row, plan, cellOf)
    if ('problem' in more) return more
    return { ndjson: JSON.stringify({ key: plan.prefix + filled.key, ...value, ...more.extras }) }
  }
}

export function templateOf(template: string, names: readonly string[] | undefined): KeyTemplate {
  const parsed = parseTemplate(template, names)
  if ('problem' in parsed) throw new RangeError(`key template: ${parsed.problem}`)
  return parsed.parts
}

type CellOf = (row: CsvRow, name: string) => string | undefined

function recordValue(row: CsvRow, plan: CsvPlan, cellOf: CellOf): { value: unknown; encoding?: 'text' } | { problem: Problem } {
  if (plan.value.kind === 'column') return { value: cellOf(row, plan.value.column) ?? '', encoding: 'text' }
  const { empty } = plan.value
  const value: Record<string, unknown> = {}
  for (const [place, column] of plan.columns.entries()) {
    if (!column.included) continue
    const cell = row.fields[place] ?? ''
    if (cell === '') {
      if (empty !== 'leave-out') setMember(value, column.name, empty === 'null' ? null : '')
      continue
    }
    const made = cellValue(cell, column)
    if ('problem' in made) return made
    setMember(value, column.name, made.value)
  }
  return { value }
}

/** `__proto__` is a name like any other. */
function setMember(object: Record<string, unknown>, name: string, value: unknown): void {
  if (name !== '__proto__') object[name] = value
  else Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true })
}

function extrasOf(
  row: CsvRow,
  plan: CsvPlan,
  cellOf: CellOf,
): { problem: Problem } | { extras: { ttlSeconds?: number; contentType?: string } } {
  const extras: { ttlSeconds?: number; contentType?: string } = {}
  const ttl = plan.ttlColumn === undefined ? '' : (cellOf(row, plan.ttlColumn) ?? '').trim()
  if (ttl !== '') {
    const seconds = Number(ttl)
    if (!Number.isInteger(seconds) || seconds < 1) return { problem: { code: 'not-ttl', column: plan.ttlColumn ?? '', value: short(ttl) } }
    extras.ttlSeconds = seconds
  }
  const type = plan.typeColumn === undefined ? '' : (cellOf(row, plan.typeColumn) ?? '').trim()
  return { extras: type === '' ? extras : { ...extras, contentType: type } }
}
