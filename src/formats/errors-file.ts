import { errorCell } from './csv-rows.ts'
import type { ImportPlan } from './import-plan.ts'
import type { RawItem } from './text-lines.ts'

/** Kept in memory until the file is saved. */
const maxChars = 64 * 1024 * 1024

/**
 * How the rows, lines or elements that failed are written down, as they stood in the file, each with its reason: to be mended and imported again as it
 * is. A table has the reason in a first column, NDJSON in a line that begins with `#`, JSON in one that begins with `//`; an import passes over them.
 */
export class ErrorsLayout {
  readonly #plan: ImportPlan

  constructor(plan: ImportPlan) {
    this.#plan = plan
  }

  /** `headerRow`: of a table that has one. */
  head(headerRow: string | undefined): string {
    switch (this.#plan.format) {
      case 'csv':
        return headerRow === undefined ? '' : `${this.#withCell(headerRow, errorCell)}\n`
      case 'ndjson':
        return ''
      case 'json':
        return this.#plan.shape === 'members' ? '{\n' : '[\n'
      default:
        return this.#plan satisfies never
    }
  }

  item(raw: string, reason: string): string {
    const said = reason.replaceAll(/\s+/g, ' ')
    switch (this.#plan.format) {
      case 'csv':
        return `${this.#withCell(raw, `${errorCell} ${said}`)}\n`
      case 'ndjson':
        return `# ${said}\n${raw}\n`
      case 'json':
        return `// ${said}\n${raw}`
      default:
        return this.#plan satisfies never
    }
  }

  get separator(): string {
    return this.#plan.format === 'json' ? ',\n' : ''
  }

  get tail(): string {
    if (this.#plan.format !== 'json') return ''
    return this.#plan.shape === 'members' ? '\n}\n' : '\n]\n'
  }

  /** A row that failed twice has its new reason in place of the old one. */
  #withCell(raw: string, cell: string): string {
    if (this.#plan.format !== 'csv') return raw
    const { delimiter, quote } = this.#plan.dialect
    const quoted = cell.includes(delimiter) || cell.includes(quote) ? quote + cell.replaceAll(quote, quote + quote) + quote : cell
    return quoted + delimiter + withoutOldCell(raw, delimiter, quote)
  }
}

/** The file of what failed, in memory. */
export class ErrorsFile {
  readonly #layout: ErrorsLayout
  readonly #parts: string[] = []
  #chars = 0
  #left = 0

  constructor(plan: ImportPlan) {
    this.#layout = new ErrorsLayout(plan)
  }

  /** Items for which there was no room. */
  get leftOut(): number {
    return this.#left
  }

  add({ line, raw }: RawItem, reason: string): void {
    const item = this.#layout.item(raw, `line ${line}: ${reason}`)
    const part = this.#parts.length === 0 ? item : this.#layout.separator + item
    if (this.#chars + part.length > maxChars) {
      this.#left++
      return
    }
    this.#chars += part.length
    this.#parts.push(part)
  }

  /** The pieces of the file's text, in order. */
  pieces(headerRow: string | undefined): string[] {
    return [this.#layout.head(headerRow), ...this.#parts, this.#layout.tail].filter((piece) => piece !== '')
  }
}

function withoutOldCell(raw: string, delimiter: string, quote: string): string {
  if (raw.startsWith(errorCell)) return raw.slice(raw.indexOf(delimiter) + 1)
  if (!raw.startsWith(quote + errorCell)) return raw
  const end = raw.indexOf(quote + delimiter, 1)
  return end === -1 ? raw : raw.slice(end + 2)
}
