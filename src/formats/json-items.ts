import { UnreadableFile } from './problem.ts'
import type { RawItem } from './text-lines.ts'

/** Where a file stops being one list: it ends before the list does, or goes on behind it. */
export interface JsonFlaw extends RawItem {
  readonly code: 'cut-off' | 'behind-end'
}

const quote = 0x22
const backslash = 0x5c
const slash = 0x2f
const lineFeed = 0x0a
const isBlank = (code: number): boolean => code === 0x20 || code === 0x09 || code === 0x0d || code === lineFeed
const opens = (code: number): boolean => code === 0x5b || code === 0x7b
const closes = (code: number): boolean => code === 0x5d || code === 0x7d

/**
 * Cuts the outermost array or object of a JSON file into its items as the text comes in, so that a file of any length is read with one
 * item in memory. Between items `// …` to the line's end is skipped: the files of failed items carry their reasons so.
 * Throws `UnreadableFile` when the file is neither, and for an item over `maxChars`.
 */
export class JsonItems {
  readonly #maxChars: number
  #parts: string[] = []
  #partsChars = 0
  #depth = 0
  #inString = false
  #escaped = false
  #inComment = false
  #ended = false
  #line = 1
  #itemLine = 1
  #root: 'array' | 'object' | undefined
  #lineBehindEnd: number | undefined

  constructor(maxChars: number) {
    this.#maxChars = maxChars
  }

  /** Undefined until the first bracket. */
  get root(): 'array' | 'object' | undefined {
    return this.#root
  }

  /** An element of an array, or a `"name": value` of an object, as it stands in the file. */
  *push(text: string): Generator<RawItem> {
    // Where the part of the item that is in this piece begins; -1 between items.
    let start = this.#partsChars > 0 ? 0 : -1
    let at = 0
    for (; at < text.length && !this.#ended; at++) {
      const code = text.charCodeAt(at)
      if (code === lineFeed) this.#line++
      if (this.#skips(code, start)) continue
      if (this.#depth === 0) {
        this.#open(code)
        continue
      }
      if (start === -1 && code === slash) {
        this.#inComment = true
        continue
      }
      const isEnd = !this.#inString && this.#depth === 1 && (code === 0x2c || closes(code))
      if (!isEnd) {
        if (start === -1) this.#itemLine = this.#line
        if (start === -1) start = at
        this.#follow(code)
        continue
      }
      if (start !== -1) yield this.#finish(text.slice(start, at))
      start = -1
      this.#ended = closes(code)
    }
    if (start !== -1) this.#keep(text.slice(start))
    if (this.#ended) this.#lookBehindEnd(text, at)
  }

  *end(): Generator<JsonFlaw> {
    if (this.#root === undefined) throw new UnreadableFile('not-a-list', 1)
    // A file that was cut off between two elements looks whole but for this, and would count as taken in full.
    if (!this.#ended) yield { line: this.#line, ...(this.#partsChars > 0 ? this.#finish('') : { raw: '' }), code: 'cut-off' }
    if (this.#lineBehindEnd !== undefined) yield { line: this.#lineBehindEnd, raw: '', code: 'behind-end' }
  }

  /** Lists one behind the other are no JSON, and only the first of them is read: that has to be said. */
  #lookBehindEnd(text: string, from: number): void {
    for (let at = from; at < text.length && this.#lineBehindEnd === undefined; at++) {
      const code = text.charCodeAt(at)
      if (code === lineFeed) this.#line++
      if (!isBlank(code)) this.#lineBehindEnd = this.#line
    }
  }

  /** Blanks and comments between items, and before the first bracket. */
  #skips(code: number, start: number): boolean {
    if (this.#inComment) {
      this.#inComment = code !== lineFeed
      return true
    }
    return start === -1 && isBlank(code)
  }

  #open(code: number): void {
    if (!opens(code)) throw new UnreadableFile('not-a-list', this.#line)
    this.#root = code === 0x5b ? 'array' : 'object'
    this.#depth = 1
  }

  #follow(code: number): void {
    if (this.#inString) {
      if (this.#escaped) this.#escaped = false
      else if (code === backslash) this.#escaped = true
      else if (code === quote) this.#inString = false
      return
    }
    if (code === quote) this.#inString = true
    else if (opens(code)) this.#depth++
    else if (closes(code)) this.#depth--
  }

  #keep(part: string): void {
    this.#parts.push(part)
    this.#partsChars += part.length
    if (this.#partsChars > this.#maxChars) throw new UnreadableFile('item-long', this.#itemLine)
  }

  #finish(last: string): RawItem {
    const raw = (this.#parts.length === 0 ? last : this.#parts.join('') + last).trimEnd()
    this.#parts = []
    this.#partsChars = 0
    return { line: this.#itemLine, raw }
  }
}
