import { type AST, ParseError, parseTOML } from 'toml-eslint-parser'

/** A value as it stands in the file. Lines count from 1. */
export type TomlValue = { readonly line: number } & (
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'integer'; readonly value: bigint }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'date' }
  | { readonly kind: 'list'; readonly items: readonly TomlValue[] }
  | { readonly kind: 'table' }
  | { readonly kind: 'tables' }
)

/** One key of the file by its whole path, tables included (so that an empty or misnamed table is seen too), in the file's order. */
export interface TomlEntry {
  readonly path: readonly string[]
  readonly line: number
  readonly value: TomlValue
}

export interface TomlSyntaxError {
  readonly line: number
  readonly problem: string
  /** Where in the text, counted in UTF-16 units. */
  readonly index: number
}

/** Reads TOML into located entries, or says where its first syntax error is. */
export function parseTomlEntries(text: string): { entries: TomlEntry[] } | { error: TomlSyntaxError } {
  try {
    const entries: TomlEntry[] = []
    for (const item of parseTOML(text).body[0].body) {
      if (item.type === 'TOMLKeyValue') addKeyValue(entries, [], item)
      else addTable(entries, item)
    }
    return { entries }
  } catch (error) {
    if (error instanceof ParseError) return { error: { line: error.lineNumber, problem: error.message, index: error.index } }
    // The parser is recursive: absurd nesting ends in an exhausted stack, which is a mistake in the file and not in the program.
    if (error instanceof RangeError) return { error: { line: 1, problem: 'Nested too deeply', index: 0 } }
    throw error
  }
}

export const namesOf = (key: AST.TOMLKey): string[] => key.keys.map((part) => (part.type === 'TOMLBare' ? part.name : part.value))
const lineOf = (node: { loc: { start: { line: number } } }): number => node.loc.start.line

function addTable(entries: TomlEntry[], item: AST.TOMLTable): void {
  const path = namesOf(item.key)
  const line = lineOf(item)
  entries.push({ path, line, value: { kind: item.kind === 'array' ? 'tables' : 'table', line } })
  // No setting is a list of tables: what stands in one is not looked at, the list itself is the mistake.
  if (item.kind === 'array') return
  for (const row of item.body) addKeyValue(entries, path, row)
}

function addKeyValue(entries: TomlEntry[], base: readonly string[], row: AST.TOMLKeyValue): void {
  const path = [...base, ...namesOf(row.key)]
  const line = lineOf(row.key)
  if (row.value.type !== 'TOMLInlineTable') {
    entries.push({ path, line, value: toValue(row.value) })
    return
  }
  entries.push({ path, line, value: { kind: 'table', line } })
  for (const inner of row.value.body) addKeyValue(entries, path, inner)
}

function toValue(node: AST.TOMLContentNode): TomlValue {
  const line = lineOf(node)
  if (node.type === 'TOMLArray') return { kind: 'list', items: node.elements.map(toValue), line }
  if (node.type === 'TOMLInlineTable') return { kind: 'table', line }
  switch (node.kind) {
    case 'string':
      return { kind: 'text', value: node.value, line }
    case 'integer':
      return { kind: 'integer', value: node.bigint, line }
    case 'float':
      return { kind: 'float', value: node.value, line }
    case 'boolean':
      return { kind: 'boolean', value: node.value, line }
    case 'offset-date-time':
    case 'local-date-time':
    case 'local-date':
    case 'local-time':
      return { kind: 'date', line }
    default:
      return node satisfies never
  }
}
