/// <reference path="./papaparse.d.ts" />
import Papa from 'papaparse'
import { UnreadableFile } from './problem.ts'
import type { RawItem } from './text-lines.ts'

export interface CsvDialect {
  readonly delimiter: string
  readonly quote: string
  /** `\n` takes CRLF as well; `\r` is for files of old Macs. */
  readonly newline: '\n' | '\r'
}

export interface CsvRow extends RawItem {
  readonly fields: readonly string[]
  readonly problem?: 'open-quote' | 'bad-quote'
}

/** The first cell of a row that an import could not take, in the file of such rows: it is dropped when the file is read. */
export const errorCell = '#import-error'

/**
 * Reads rows as their text comes in. Line ends inside of quotes belong to the cell, blank rows are left out. Of a row that is not whole
 * yet at most `maxChars` are held; then it throws `UnreadableFile`: most likely a quote was never closed.
 */
export class CsvRows {
  readonly #dialect: CsvDialect
  readonly #maxChars: number
  #rest = ''
  /** Reading the same long row again with each piece would take the square of its length. */
  #nextTryChars = 0
  #line = 1

  constructor(dialect: CsvDialect, maxChars: number) {
    this.#dialect = dialect
    this.#maxChars = maxChars
  }

  push(text: string): CsvRow[] {
    this.#rest += text
    if (this.#rest.length < this.#nextTryChars) return []
    const rows = this.#parse(false)
    this.#nextTryChars = rows.length === 0 ? this.#rest.length * 2 : 0
    if (this.#rest.length > this.#maxChars) throw new UnreadableFile('item-long', this.#line)
    return rows
  }

  end(): CsvRow[] {
    return this.#rest === '' ? [] : this.#parse(true)
  }

  #parse(isEnd: boolean): CsvRow[] {
    const { delimiter, quote, newline } = this.#dialect
    const text = this.#rest
    const rows: CsvRow[] = []
    let start = 0
    const step = ({ data, errors, meta }: { data: unknown; errors: readonly { code: string }[]; meta: { cursor: number } }) => {
      const [fields = []] = data as string[][]
      const raw = text.slice(start, meta.cursor)
      start = meta.cursor
      const line = this.#line
      this.#line += countOf(raw, newline)
      if (raw.trim() === '') return
      const problem = problemOf(errors)
      rows.push({ line, raw: raw.replace(/\r?\n$|\r$/, ''), fields: withoutEnd(fields, raw, delimiter), ...(problem && { problem }) })
    }
    const fastMode = text.includes(quote) ? false : undefined
    const config = { delimiter, quoteChar: quote, escapeChar: quote, newline, step, ...(fastMode === false && { fastMode }) }
    new Papa.Parser(config).parse(text, 0, !isEnd)
    this.#rest = isEnd ? '' : text.slice(start)
    return rows
  }
}

function problemOf(errors: readonly { code: string }[]): CsvRow['problem'] {
  if (errors.some(({ code }) => code === 'InvalidQuotes')) return 'bad-quote'
  return errors.some(({ code }) => code === 'MissingQuotes') ? 'open-quote' : undefined
}

/** Without the CR of a CRLF behind a last cell that stands without quotes, and without the reason of an earlier failure. */
function withoutEnd(fields: readonly string[], raw: string, delimiter: string): readonly string[] {
  const last = fields.at(-1) ?? ''
  const before = raw.at(-last.length - 2)
  const hasEnd = last.endsWith('\r') && raw.endsWith(`${last}\n`) && (before === undefined || before === delimiter)
  const clean = hasEnd ? [...fields.slice(0, -1), last.slice(0, -1)] : fields
  return clean[0]?.startsWith(errorCell) ? clean.slice(1) : clean
}

function countOf(text: string, part: string): number {
  let count = 0
  for (let at = text.indexOf(part); at !== -1; at = text.indexOf(part, at + 1)) count++
  return count
}

const delimiters = [',', '\t', ';', '|']

/** What the beginning of a file speaks for. */
export function detectDialect(sample: string): CsvDialect {
  const found = Papa.parse(sample.slice(0, 64 * 1024), { preview: 50, delimitersToGuess: delimiters }).meta.delimiter
  const newline = !sample.includes('\n') && sample.includes('\r') ? '\r' : '\n'
  const quote = !sample.includes('"') && /(^|[,;\t|\n])'[^'\n]*'([,;\t|\r\n]|$)/.test(sample) ? "'" : '"'
  return { delimiter: delimiters.includes(found) ? found : ',', quote, newline }
}

/** A first row is a header when its cells are names: none is empty, none comes twice, none is a number where the next row has one. */
export function looksLikeHeader(rows: readonly CsvRow[]): boolean {
  const [first, second] = rows
  if (!first) return false
  const names = first.fields.map((field) => field.trim())
  if (names.some((name) => name === '') || new Set(names).size !== names.length) return false
  return second === undefined || !names.some((name) => /^-?[\d.]+$/.test(name))
}

/** One cell as CSV writes it: in quotes where it has to be. */
export function csvCell(text: string, { delimiter, quote }: Pick<CsvDialect, 'delimiter' | 'quote'>): string {
  const isPlain = !text.includes(delimiter) && !text.includes(quote) && !/[\r\n]|^\s|\s$/.test(text)
  return isPlain ? text : quote + text.replaceAll(quote, quote + quote) + quote
}
