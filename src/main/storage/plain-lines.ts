import { isUtf8 } from 'node:buffer'
import { maxKeyBytes } from '../../contract/index.ts'

/** What a line in the usual form says. */
export interface PlainLine {
  readonly key: string
  /** May be a view of the line. */
  readonly value: Buffer
  readonly encoding: 'json' | 'text'
  readonly contentType: string | undefined
}

const quote = 0x22
const comma = 0x2c
const minus = 0x2d
const point = 0x2e
const zero = 0x30
const colon = 0x3a
const openList = 0x5b
const backslash = 0x5c
const closeList = 0x5d
const openObject = 0x7b
const closeObject = 0x7d

const maxDepth = 32
/** Objects and lists. */
const maxContainers = 10_000
/** Names of one object are compared each with each. */
const maxNames = 32
const maxOpenNames = 256
/** Up to so many digits two numbers that are written differently are different, so each is written in one way only. */
const maxDigits = 15
/** With more zeros behind the point JavaScript writes an exponent. */
const maxZeros = 5
const maxTypeBytes = 255

const keyName = Buffer.from('key')
const valueName = Buffer.from('value')
const encodingName = Buffer.from('encoding')
const typeName = Buffer.from('contentType')
const jsonText = Buffer.from('json')
const textText = Buffer.from('text')
const literals = [Buffer.from('true'), Buffer.from('false'), Buffer.from('null')]

const notPlain = -1
const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= zero && byte <= 0x39
const isSpace = (byte: number | undefined): boolean => byte === 0x20 || byte === 0x09 || byte === 0x0d || byte === 0x0a
/** `"\/bfnrt`: those of which JSON has one wording, which is without `/`. */
const isKeptEscape = (byte: number | undefined): boolean =>
  byte === quote || byte === backslash || byte === 0x62 || byte === 0x66 || byte === 0x6e || byte === 0x72 || byte === 0x74

/**
 * Reads lines of an import whose members are written as most programs write them, in one pass over their bytes and without making values of them: that
 * takes a tenth of the time of parsing, checking and serialising. It answers only where the result is certain to be the same, byte for byte; a line with
 * a lifetime, with escapes that have another wording, with numbers such as `1.0`, or with a mistake is none of its.
 */
export class PlainLines {
  #line: Buffer = Buffer.alloc(0)
  /** Behind the last byte. */
  #end = 0
  #isAscii = true
  #hasEscapes = false
  #hasSpaces = false
  /** Hashes of the names of the objects that are open. */
  readonly #names = new Int32Array(maxOpenNames)
  #containers = 0
  #namesTop = 0
  #nameHash = 0

  /** Undefined: it has to be parsed. */
  read(line: Buffer): PlainLine | undefined {
    this.#line = line
    this.#end = line.length
    this.#isAscii = true
    this.#containers = 0
    this.#namesTop = 0
    const found = this.#readMembers()
    return found !== undefined && (this.#isAscii || isUtf8(line)) ? found : undefined
  }

  #readMembers(): PlainLine | undefined {
    let key: string | undefined
    let value: Buffer | undefined
    let isText = false
    let isTextValue = false
    let hasEncoding = false
    let contentType: string | undefined
    let at = this.#skipSpaces(0)
    if (this.#line[at] !== openObject) return undefined
    do {
      const nameAt = this.#skipSpaces(at + 1)
      const nameEnd = this.#endOfString(nameAt)
      if (nameEnd === notPlain) return undefined
      const colonAt = this.#skipSpaces(nameEnd)
      if (this.#line[colonAt] !== colon) return undefined
      const from = this.#skipSpaces(colonAt + 1)
      if (this.#is(nameAt, nameEnd, valueName)) {
        if (value !== undefined) return undefined
        this.#hasSpaces = false
        this.#hasEscapes = false
        at = this.#endOfValue(from, 0)
        if (at === notPlain) return undefined
        isTextValue = this.#line[from] === quote && !this.#hasEscapes
        value = this.#hasSpaces ? this.#withoutSpaces(from, at) : this.#line.subarray(from, at)
      } else {
        this.#hasEscapes = false
        at = this.#endOfString(from)
        if (at === notPlain || this.#hasEscapes) return undefined
        if (this.#is(nameAt, nameEnd, keyName)) {
          const bytes = at - from - 2
          if (key !== undefined || bytes === 0 || bytes > maxKeyBytes) return undefined
          key = this.#line.toString(this.#isAscii ? 'latin1' : 'utf8', from + 1, at - 1)
        } else if (this.#is(nameAt, nameEnd, encodingName)) {
          isText = this.#is(from, at, textText)
          if (hasEncoding || !(isText || this.#is(from, at, jsonText))) return undefined
          hasEncoding = true
        } else if (this.#is(nameAt, nameEnd, typeName)) {
          if (contentType !== undefined || !this.#isType(from + 1, at - 1)) return undefined
          contentType = this.#line.toString('latin1', from + 1, at - 1)
        } else return undefined
      }
      at = this.#skipSpaces(at)
    } while (this.#line[at] === comma)
    if (this.#line[at] !== closeObject || this.#skipSpaces(at + 1) !== this.#end) return undefined
    if (key === undefined || value === undefined || (isText && !isTextValue)) return undefined
    return { key, value: isText ? value.subarray(1, -1) : value, encoding: isText ? 'text' : 'json', contentType }
  }

  #skipSpaces(from: number): number {
    let at = from
    while (isSpace(this.#line[at])) at++
    if (at !== from) this.#hasSpaces = true
    return at
  }

  /** Of a string in quotes, whether it is this one. */
  #is(from: number, end: number, wanted: Buffer): boolean {
    if (end - from - 2 !== wanted.length) return false
    for (let place = 0; place < wanted.length; place++) if (this.#line[from + 1 + place] !== wanted[place]) return false
    return true
  }

  #isType(from: number, end: number): boolean {
    if (end === from || end - from > maxTypeBytes) return false
    for (let at = from; at < end; at++) if ((this.#line[at] as number) > 0x7e) return false
    return true
  }

  // The hash goes along: of two names that are equal the later one wins, and then the bytes are not what they were.
  #endOfString(from: number): number {
    const line = this.#line
    if (line[from] !== quote) return notPlain
    let hash = 0
    for (let at = from + 1; at < this.#end; at++) {
      const byte = line[at] as number
      if (byte === quote) {
        this.#nameHash = hash
        return at + 1
      }
      if (byte < 0x20) return notPlain
      if (byte >= 0x80) this.#isAscii = false
      hash = (Math.imul(hash, 31) + byte) | 0
      if (byte !== backslash) continue
      const escaped = line[++at]
      if (!isKeptEscape(escaped)) return notPlain
      this.#hasEscapes = true
      hash = (Math.imul(hash, 31) + (escaped as number)) | 0
    }
    return notPlain
  }

  #endOfValue(from: number, depth: number): number {
    const byte = this.#line[from]
    if (byte === quote) return this.#endOfString(from)
    if (byte === openObject || byte === openList) {
      if (depth === maxDepth || this.#containers++ === maxContainers) return notPlain
      return byte === openObject ? this.#endOfObject(from, depth + 1) : this.#endOfList(from, depth + 1)
    }
    if (byte === minus || isDigit(byte)) return this.#endOfNumber(from)
    return this.#endOfLiteral(from)
  }

  #endOfObject(from: number, depth: number): number {
    const line = this.#line
    const base = this.#namesTop
    let at = this.#skipSpaces(from + 1)
    if (line[at] === closeObject) return at + 1
    for (;;) {
      // JavaScript puts names that are whole numbers first.
      if (isDigit(line[at + 1])) return notPlain
      const nameEnd = this.#endOfString(at)
      if (nameEnd === notPlain || !this.#isNewName(base)) return notPlain
      const colonAt = this.#skipSpaces(nameEnd)
      if (line[colonAt] !== colon) return notPlain
      const end = this.#endOfValue(this.#skipSpaces(colonAt + 1), depth)
      if (end === notPlain) return notPlain
      at = this.#skipSpaces(end)
      if (line[at] === closeObject) break
      if (line[at] !== comma) return notPlain
      at = this.#skipSpaces(at + 1)
    }
    this.#namesTop = base
    return at + 1
  }

  #isNewName(base: number): boolean {
    const top = this.#namesTop
    if (top - base >= maxNames || top >= maxOpenNames) return false
    for (let place = base; place < top; place++) if (this.#names[place] === this.#nameHash) return false
    this.#names[top] = this.#nameHash
    this.#namesTop = top + 1
    return true
  }

  #endOfList(from: number, depth: number): number {
    const line = this.#line
    let at = this.#skipSpaces(from + 1)
    if (line[at] === closeList) return at + 1
    for (;;) {
      const end = this.#endOfValue(at, depth)
      if (end === notPlain) return notPlain
      at = this.#skipSpaces(end)
      if (line[at] === closeList) return at + 1
      if (line[at] !== comma) return notPlain
      at = this.#skipSpaces(at + 1)
    }
  }

  /** Only as JavaScript writes it. */
  #endOfNumber(from: number): number {
    const line = this.#line
    const isNegative = line[from] === minus
    const first = isNegative ? from + 1 : from
    let at = first
    while (isDigit(line[at])) at++
    const whole = at - first
    if (whole === 0 || (line[first] === zero && whole > 1)) return notPlain
    let fraction = 0
    if (line[at] === point) {
      const begin = at + 1
      at = begin
      while (isDigit(line[at])) at++
      fraction = at - begin
      if (fraction === 0 || line[at - 1] === zero) return notPlain
      let zeros = 0
      while (line[begin + zeros] === zero) zeros++
      if (zeros > maxZeros) return notPlain
    } else if (isNegative && line[first] === zero) return notPlain
    const hasExponent = line[at] === 0x65 || line[at] === 0x45
    return hasExponent || whole + fraction > maxDigits ? notPlain : at
  }

  #endOfLiteral(from: number): number {
    for (const literal of literals) {
      let place = 0
      while (place < literal.length && this.#line[from + place] === literal[place]) place++
      if (place === literal.length) return from + place
    }
    return notPlain
  }

  #withoutSpaces(from: number, end: number): Buffer {
    const line = this.#line
    const kept = Buffer.allocUnsafe(end - from)
    let length = 0
    let isInString = false
    for (let at = from; at < end; at++) {
      const byte = line[at] as number
      if (!isInString && isSpace(byte)) continue
      kept[length++] = byte
      if (byte === quote) isInString = !isInString
      else if (byte === backslash && isInString) kept[length++] = line[++at] as number
    }
    return kept.subarray(0, length)
  }
}
