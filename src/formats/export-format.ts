import type { RecordItem } from '../contract/index.ts'
import { csvCell } from './csv-rows.ts'
import { flatten } from './flatten.ts'

export const exportFormats = ['ndjson', 'json', 'csv'] as const
export type ExportFormat = (typeof exportFormats)[number]

/** What an import takes a value for that comes without a content type. */
const usualType = { json: 'application/json', text: 'text/plain; charset=utf-8', base64: 'application/octet-stream' } as const
const comma = { delimiter: ',', quote: '"' }
/** Beyond this a table is of no use to anybody, and its columns would fill the memory. */
export const maxColumns = 1000

/** One line of an export: the same members in the same order as `GET /api/export` writes. */
function exportLine({ key, value, encoding = 'json', contentType, expiresAt }: RecordItem): string {
  const type = contentType === usualType[encoding] ? {} : { contentType }
  return JSON.stringify({ key, value, encoding, ...type, ...(expiresAt === undefined ? {} : { expiresAt }) })
}

/** Writes records as text of one format, as they come. */
export interface ExportWriter {
  begin(): string
  records(items: readonly RecordItem[]): string
  end(): string
}

/** `columns` are for CSV: those of a first pass, in their order. */
export function exportWriter(format: ExportFormat, columns: readonly string[]): ExportWriter {
  switch (format) {
    case 'ndjson':
      return { begin: () => '', records: (items) => items.map((item) => `${exportLine(item)}\n`).join(''), end: () => '' }
    case 'json':
      return jsonWriter()
    case 'csv':
      return csvWriter(columns)
    default:
      return format satisfies never
  }
}

function jsonWriter(): ExportWriter {
  let isFirst = true
  const separator = () => {
    const text = isFirst ? '\n' : ',\n'
    isFirst = false
    return text
  }
  return {
    begin: () => '[',
    records: (items) => items.map((item) => separator() + exportLine(item)).join(''),
    end: () => '\n]\n',
  }
}

/** Values that are no objects stand in a column of their own. */
const valueColumn = 'value'

function csvWriter(columns: readonly string[]): ExportWriter {
  const row = (cells: readonly string[]) => `${cells.map((cell) => csvCell(cell, comma)).join(',')}\r\n`
  return {
    // With a byte order mark spreadsheets take it for UTF-8.
    begin: () => `\ufeff${row(['key', ...columns])}`,
    records: (items) =>
      items
        .map((item) => {
          const cells = cellsOf(item)
          return row([item.key, ...columns.map((name) => cells.get(name) ?? '')])
        })
        .join(''),
    end: () => '',
  }
}

function cellsOf({ value, encoding }: RecordItem): Map<string, string> {
  const cells = encoding === 'json' ? flatten(value) : new Map<string, string>()
  if (cells.size > 0) return cells
  return new Map([[valueColumn, typeof value === 'string' ? value : JSON.stringify(value ?? null)]])
}

/** Adds the columns of these records; false once there are more than a table can have. */
export function collectColumns(columns: Set<string>, items: readonly RecordItem[]): boolean {
  for (const item of items) for (const name of cellsOf(item).keys()) columns.add(name)
  return columns.size <= maxColumns
}
