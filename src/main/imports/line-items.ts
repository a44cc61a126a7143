import { isUtf8 } from 'node:buffer'
import { type ImportPlan, maxItemChars } from '../../formats/import-plan.ts'
import { UnreadableFile } from '../../formats/problem.ts'
import { describeProblem } from '../../formats/problem-texts.ts'
import type { Clock } from '../base/clock.ts'
import { HoldfastError } from '../base/errors.ts'
import { parseLine } from '../storage/ndjson-line.ts'
import { type Line, LineSplitter } from '../storage/ndjson-lines.ts'
import { PlainLines } from '../storage/plain-lines.ts'
import type { SourceItem } from './import-source.ts'

/** `size`: roughly, in the file. */
export type SizedItem = SourceItem & { readonly size: number }

/** Makes items of a file as its bytes come in. */
export interface PieceReader {
  push(piece: Buffer): Iterable<SizedItem>
  end(): Iterable<SizedItem>
}

/** A character of UTF-8 has at most so many bytes for each unit of a JavaScript string. */
const maxLineBytes = 3 * maxItemChars

/** Whether each line of the file is a record as exports write them. */
export const isRecordLines = (plan: ImportPlan): boolean => plan.format === 'ndjson' && plan.shape === 'records' && plan.prefix === ''

/** One line; its text is made only when somebody wants to see it. */
class LineItem implements SizedItem {
  readonly line: number
  readonly outcome: SourceItem['outcome']
  readonly #bytes: Buffer

  constructor(line: number, bytes: Buffer, outcome: SourceItem['outcome']) {
    this.line = line
    this.#bytes = bytes
    this.outcome = outcome
  }

  get size(): number {
    return this.#bytes.length
  }

  raw(): string {
    return this.#bytes.toString('utf8')
  }
}

/** Records of the lines of a file in UTF-8. Throws `UnreadableFile` for a line without an end. */
export class LineItems implements PieceReader {
  readonly #deps: { readonly clock: Clock; readonly maxValueBytes: number }
  readonly #lines = new LineSplitter({ firstLine: 1, maxLineBytes })
  readonly #plainLines = new PlainLines()

  constructor(deps: { readonly clock: Clock; readonly maxValueBytes: number }) {
    this.#deps = deps
  }

  push(piece: Buffer): Iterable<SizedItem> {
    return this.#items(this.#lines.push(piece))
  }

  end(): Iterable<SizedItem> {
    return this.#items(this.#lines.end())
  }

  *#items(lines: Iterable<Line>): Generator<SizedItem> {
    for (const { number, bytes } of lines) {
      if (bytes === undefined) throw new UnreadableFile('item-long', number)
      const outcome = this.#outcomeOf(bytes)
      if (outcome !== undefined) yield new LineItem(number, bytes, outcome)
    }
  }

  /** Undefined for a line with nothing in it. */
  #outcomeOf(line: Buffer): SourceItem['outcome'] | undefined {
    const { clock, maxValueBytes } = this.#deps
    try {
      const operation = parseLine(line, clock.wallMs(), maxValueBytes, this.#plainLines)
      return operation && { operation }
    } catch (error) {
      if (!(error instanceof HoldfastError)) throw error
      if (!isUtf8(line)) return { problem: { code: 'invalid_request', detail: describeProblem({ code: 'damaged-text' }) } }
      return line.toString('utf8').trim() === '' ? undefined : { problem: { code: error.code, detail: error.message } }
    }
  }
}
