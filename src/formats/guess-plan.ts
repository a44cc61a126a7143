import { type Column, detectType } from './columns.ts'
import { type CsvDialect, type CsvRow, CsvRows, detectDialect, looksLikeHeader } from './csv-rows.ts'
import { type CsvPlan, type FileFormat, type ImportPlan, type JsonPlan, maxItemChars } from './import-plan.ts'
import { JsonItems } from './json-items.ts'
import { columnInTemplate, lineColumn } from './key-template.ts'
import { memberPaths } from './map-json.ts'
import { TextLines } from './text-lines.ts'

const sampleItems = 200

/** By the name where it says so, else by how the text begins. */
export function guessFormat(fileName: string, sample: string): FileFormat {
  const ending = /\.(\w+)$/.exec(fileName.toLowerCase())?.[1]
  if (ending === 'csv' || ending === 'tsv' || ending === 'tab') return 'csv'
  if (ending === 'ndjson' || ending === 'jsonl') return 'ndjson'
  const start = sample.trimStart()
  if (start.startsWith('[')) return 'json'
  if (!start.startsWith('{') && !start.startsWith('#')) return 'csv'
  // Objects one a line, or one object over many lines.
  const [first = ''] = start.split('\n').filter((line) => !line.startsWith('#'))
  return isWholeObject(first) ? 'ndjson' : 'json'
}

function isWholeObject(line: string): boolean {
  try {
    return typeof JSON.parse(line) === 'object'
  } catch {
    return false
  }
}

/** A plan that fits the beginning of a file. `isWhole`: the sample is all of it. */
export function guessPlan(format: FileFormat, sample: string, isWhole: boolean): ImportPlan {
  return format === 'csv' ? guessCsvPlan(sample, isWhole, detectDialect(sample)) : guessJsonPlan(format, sample, isWhole)
}

export function csvSample(sample: string, isWhole: boolean, dialect: CsvDialect): CsvRow[] {
  const rows = new CsvRows(dialect, maxItemChars)
  const read = rows.push(sample)
  return (isWhole || read.length === 0 ? [...read, ...rows.end()] : read).slice(0, sampleItems)
}

export function guessCsvPlan(sample: string, isWhole: boolean, dialect: CsvDialect, wish: { header?: boolean } = {}): CsvPlan {
  const rows = csvSample(sample, isWhole, dialect)
  const header = wish.header ?? looksLikeHeader(rows)
  const columns = columnsOf(rows, header)
  const names = columns.map(({ name }) => name)
  const byName = (...wanted: string[]) => names.find((name) => wanted.includes(name.toLowerCase()))
  const ttlColumn = byName('ttl', 'ttl_seconds', 'ttlseconds')
  const typeColumn = byName('content_type', 'content-type', 'contenttype')
  const keyColumn = byName('key') ?? byName('id', '_id', 'uuid') ?? uniqueColumn(columns, rows, header)
  const isMeaning = (name: string) => name === ttlColumn || name === typeColumn || (name === keyColumn && name.toLowerCase() === 'key')
  return {
    format: 'csv',
    dialect,
    header,
    columns: columns.map((column) => ({ ...column, included: !isMeaning(column.name) })),
    key: columnInTemplate(keyColumn ?? lineColumn),
    prefix: '',
    value: { kind: 'object', empty: 'null' },
    ttlColumn,
    typeColumn,
  }
}

function columnsOf(rows: readonly CsvRow[], header: boolean): Column[] {
  const [first] = rows
  const data = header ? rows.slice(1) : rows
  const seen = new Set<string>()
  return (first?.fields ?? []).map((field, place) => {
    const named = header && field.trim() !== '' ? field.trim() : `column${place + 1}`
    // Names are what a template and an object are made with: two of the same would be one.
    let name = named
    for (let copy = 2; seen.has(name); copy++) name = `${named}_${copy}`
    seen.add(name)
    return { name, type: detectType(data.map(({ fields }) => fields[place] ?? '')), included: true }
  })
}

/** The first column of which no two rows of the sample have the same. */
function uniqueColumn(columns: readonly Column[], rows: readonly CsvRow[], header: boolean): string | undefined {
  const data = header ? rows.slice(1) : rows
  return columns.find((_, place) => {
    const cells = data.map(({ fields }) => fields[place] ?? '')
    return cells.every((cell) => cell !== '' && cell.length <= 100) && new Set(cells).size === cells.length
  })?.name
}

function guessJsonPlan(format: 'ndjson' | 'json', sample: string, isWhole: boolean): JsonPlan {
  const { values, root } = jsonSample(format, sample, isWhole)
  if (root === 'object') return { format, shape: 'members', key: '', prefix: '' }
  const isRecord = (value: unknown) => typeof value === 'object' && value !== null && 'key' in value && 'value' in value
  if (values.length === 0 || values.every(isRecord)) return { format, shape: 'records', key: '', prefix: '' }
  const names = memberPaths(values)
  const name = ['id', '_id', 'key', 'uuid'].find((wanted) => names.includes(wanted)) ?? lineColumn
  return { format, shape: 'objects', key: columnInTemplate(name), prefix: '' }
}

/** The first items of a JSON file that can be read. */
export function jsonSample(
  format: 'ndjson' | 'json',
  sample: string,
  isWhole: boolean,
): { values: unknown[]; root: 'array' | 'object' | undefined } {
  const reader = format === 'json' ? new JsonItems(maxItemChars) : new TextLines(maxItemChars)
  const raws: string[] = []
  try {
    for (const { raw } of reader.push(sample)) if (raws.length < sampleItems) raws.push(raw)
    if (isWhole && reader instanceof TextLines) for (const { raw } of reader.end()) raws.push(raw)
  } catch {
    // The preview says what is wrong.
  }
  const root = reader instanceof JsonItems ? reader.root : undefined
  const values = root === 'object' ? [] : raws.filter((raw) => !raw.startsWith('#')).flatMap((raw) => parsed(raw))
  return { values, root }
}

function parsed(raw: string): unknown[] {
  try {
    return [JSON.parse(raw)]
  } catch {
    return []
  }
}
