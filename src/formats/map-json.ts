import { keptDigits, parseExactJson } from '../contract/index.ts'
import { errorCell } from './csv-rows.ts'
import type { JsonPlan } from './import-plan.ts'
import { fillTemplate } from './key-template.ts'
import { type Mapped, templateOf } from './map-row.ts'
import type { RawItem } from './text-lines.ts'

/** Makes records of the items of a JSON file. Throws `RangeError` for a template that is wrong: plans are checked before. */
export function makeItemMapper(plan: JsonPlan): (item: RawItem) => Mapped {
  const { prefix } = plan
  if (plan.shape === 'members') return ({ raw }) => memberRecord(raw, prefix)
  if (plan.shape === 'records')
    return plan.format === 'ndjson' && prefix === '' ? ({ raw }) => ({ ndjson: raw }) : ({ raw }) => record(raw, prefix)
  const template = templateOf(plan.key, undefined)
  return ({ raw, line }) => {
    const value = objectOf(raw)
    if (value === 'broken') return { problem: { code: 'broken-json' } }
    if (value === undefined) return { problem: { code: 'not-object' } }
    const filled = fillTemplate(template, (path) => textAt(value, path), line)
    if ('missing' in filled) return { problem: { code: 'no-key-part', column: filled.missing } }
    return { ndjson: JSON.stringify({ key: prefix + filled.key, value }) }
  }
}

function objectOf(raw: string): Record<string, unknown> | undefined | 'broken' {
  try {
    const value = parseExactJson(raw)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined
  } catch {
    return 'broken'
  }
}

function record(raw: string, prefix: string): Mapped {
  const value = objectOf(raw)
  if (value === 'broken') return { problem: { code: 'broken-json' } }
  if (value === undefined) return { problem: { code: 'not-object' } }
  return { ndjson: JSON.stringify(typeof value.key === 'string' ? { ...value, key: prefix + value.key } : value) }
}

function memberRecord(raw: string, prefix: string): Mapped {
  const member = objectOf(`{${raw}}`)
  if (typeof member !== 'object') return { problem: { code: 'broken-json' } }
  const [entry] = Object.entries(member)
  if (!entry) return { problem: { code: 'broken-json' } }
  return { ndjson: JSON.stringify({ key: prefix + entry[0], value: entry[1] }) }
}

/** The text at `a.b` (or at the member of exactly this name) that can be part of a key: a text, a number, true or false. */
function textAt(value: Record<string, unknown>, path: string): string | undefined {
  let found: unknown = value
  if (Object.hasOwn(value, path)) found = value[path]
  else {
    for (const name of path.split('.')) {
      if (typeof found !== 'object' || found === null || !Object.hasOwn(found, name)) return undefined
      found = (found as Record<string, unknown>)[name]
    }
  }
  const digits = keptDigits(found)
  if (digits !== undefined) return digits
  return typeof found === 'string' || typeof found === 'number' || typeof found === 'boolean' ? String(found) : undefined
}

/** Names that the members of the first objects have, those inside of others as `a.b`: what a key can be made of. */
export function memberPaths(values: readonly unknown[], depth = 2): string[] {
  const paths = new Set<string>()
  const visit = (value: unknown, before: string, left: number) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return
    for (const [name, member] of Object.entries(value)) {
      if (name.startsWith(errorCell)) continue
      if (typeof member === 'object') {
        if (left > 1) visit(member, `${before}${name}.`, left - 1)
      } else paths.add(before + name)
    }
  }
  for (const value of values) visit(value, '', depth)
  return [...paths].slice(0, 100)
}
