import { type CsvRow, CsvRows } from './csv-rows.ts'
import { type ImportPlan, maxItemChars } from './import-plan.ts'
import { JsonItems } from './json-items.ts'
import { makeItemMapper } from './map-json.ts'
import { type Mapped, makeRowMapper } from './map-row.ts'
import { type RawItem, TextLines } from './text-lines.ts'
import type { TextPiece } from './text-pieces.ts'

/** One row, line or element of the file, and what becomes of it. */
export type FileItem = RawItem & Mapped

/**
 * Reads a file of any format as its text comes in, and says of each item which record it becomes. Holds one item and one piece of text.
 * Throws `UnreadableFile`.
 */
export class FileReader {
  readonly #read: { push(text: string): Iterable<FileItem>; end(): Iterable<FileItem> }
  #headerRow: string | undefined

  constructor(plan: ImportPlan) {
    this.#read = plan.format === 'csv' ? this.#csv(plan) : plan.format === 'json' ? jsonReader(plan) : lineReader(plan)
  }

  /** The first row of a table as it stands in the file, once it was read. */
  get headerRow(): string | undefined {
    return this.#headerRow
  }

  *push({ text, damaged }: TextPiece): Generator<FileItem> {
    for (const item of this.#read.push(text)) {
      yield damaged && item.raw.includes('\ufffd') ? { line: item.line, raw: item.raw, problem: { code: 'damaged-text' } } : item
    }
  }

  end(): Iterable<FileItem> {
    return this.#read.end()
  }

  #csv(plan: Extract<ImportPlan, { format: 'csv' }>) {
    const rows = new CsvRows(plan.dialect, maxItemChars)
    const map = makeRowMapper(plan)
    let headerLeft = plan.header
    const each = (read: readonly CsvRow[]): FileItem[] => {
      const [first] = read
      if (headerLeft && first) {
        headerLeft = false
        this.#headerRow = first.raw
        return each(read.slice(1))
      }
      return read.map((row) => ({ line: row.line, raw: row.raw, ...map(row) }))
    }
    return { push: (text: string) => each(rows.push(text)), end: () => each(rows.end()) }
  }
}

function jsonReader(plan: Extract<ImportPlan, { shape: string }>) {
  const items = new JsonItems(maxItemChars)
  const map = makeItemMapper(plan)
  return {
    *push(text: string): Generator<FileItem> {
      for (const item of items.push(text)) yield { line: item.line, raw: item.raw, ...map(item) }
    },
    *end(): Generator<FileItem> {
      for (const { line, raw, code } of items.end()) yield { line, raw, problem: { code } }
    },
  }
}

function lineReader(plan: Extract<ImportPlan, { shape: string }>) {
  const lines = new TextLines(maxItemChars)
  const map = makeItemMapper(plan)
  const each = function* (read: Iterable<RawItem>): Generator<FileItem> {
    // Comments are the reasons in a file of failed lines.
    for (const item of read) if (!item.raw.startsWith('#')) yield { line: item.line, raw: item.raw, ...map(item) }
  }
  return { push: (text: string) => each(lines.push(text)), end: () => each(lines.end()) }
}
