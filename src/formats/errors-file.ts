import { errorCell } from './csv-rows.ts'
import type { ImportPlan } from './import-plan.ts'
import type { RawItem } from './text-lines.ts'

/** Kept in memory until the file is saved. */
const maxChars = 64 * 1024 * 1024

/**
 * The rows, lines or elements that failed, as they stood in the file, each with its reason: to be mended and imported again as it is. A table
 * has the reason in a first column, NDJSON in a line that begins with `#`, JSON in one that begins with `//`; an import passes over them.
 */
export class ErrorsFile {
  readonly #plan: ImportPlan
  readonly #root: 'array' | 'object'
  #parts: string[] = []
  #chars = 0
  #left = 0

  constructor(plan: ImportPlan) {
    this.#plan = plan
    this.#root = plan.format === 'json' && plan.shape === 'members' ? 'object' : 'array'
  }

  /** Items for which there was no room. */
  get leftOut(): number {
    return this.#left
  }

  add({ line, raw }: RawItem, reason: string): void {
    const said = `line ${line}: ${reason.replaceAll(/\s+/g, ' ')}`
    const part = this.#part(raw, said)
    if (this.#chars + part.length > maxChars) {
      this.#left++
      return
    }
    this.#chars += part.length
    this.#parts.push(part)
  }

  /** The pieces of the file's text, in order. */
  pieces(headerRow: string | undefined): string[] {
    switch (this.#plan.format) {
      case 'csv': {
        const head = headerRow === undefined ? [] : [`${this.#withCell(headerRow, errorCell)}\n`]
        return [...head, ...this.#parts]
      }
      case 'ndjson':
        return this.#parts
      case 'json':
        return [this.#root === 'array' ? '[\n' : '{\n', ...this.#commas(), this.#root === 'array' ? ']\n' : '}\n']
      default:
        return this.#plan satisfies never
    }
  }

  #part(raw: string, said: string): string {
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

  /** A row that failed twice has its new reason in place of the old one. */
  #withCell(raw: string, cell: string): string {
    if (this.#plan.format !== 'csv') return raw
    const { delimiter, quote } = this.#plan.dialect
    const quoted = cell.includes(delimiter) || cell.includes(quote) ? quote + cell.replaceAll(quote, quote + quote) + quote : cell
    return quoted + delimiter + withoutOldCell(raw, delimiter, quote)
  }

  #commas(): string[] {
    return this.#parts.map((part, place) => (place === this.#parts.length - 1 ? `${part}\n` : `${part},\n`))
  }
}

function withoutOldCell(raw: string, delimiter: string, quote: string): string {
  if (raw.startsWith(errorCell)) return raw.slice(raw.indexOf(delimiter) + 1)
  if (!raw.startsWith(quote + errorCell)) return raw
  const end = raw.indexOf(quote + delimiter, 1)
  return end === -1 ? raw : raw.slice(end + 2)
}
