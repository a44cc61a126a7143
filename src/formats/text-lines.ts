import { UnreadableFile } from './problem.ts'

/** One row, line or element of a file as it stands there, without its end. `line` is where it begins, from 1. */
export interface RawItem {
  readonly line: number
  readonly raw: string
}

/** Cuts text into lines (LF or CRLF). Blank lines count and are left out. Throws `UnreadableFile` for a line over `maxChars`. */
export class TextLines {
  readonly #maxChars: number
  #rest: string[] = []
  #restChars = 0
  #line = 1

  constructor(maxChars: number) {
    this.#maxChars = maxChars
  }

  *push(text: string): Generator<RawItem> {
    let start = 0
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
      yield* this.#finish(text.slice(start, end))
      start = end + 1
    }
    if (start === text.length) return
    this.#rest.push(text.slice(start))
    this.#restChars += text.length - start
    if (this.#restChars > this.#maxChars) throw new UnreadableFile('item-long', this.#line)
  }

  *end(): Generator<RawItem> {
    if (this.#restChars > 0) yield* this.#finish('')
  }

  *#finish(last: string): Generator<RawItem> {
    const whole = this.#rest.length === 0 ? last : this.#rest.join('') + last
    this.#rest = []
    this.#restChars = 0
    const line = this.#line++
    const raw = whole.endsWith('\r') ? whole.slice(0, -1) : whole
    if (raw.trim() !== '') yield { line, raw }
  }
}
