const newline = 0x0a
const carriageReturn = 0x0d
const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf])

/** `bytes` is undefined for a line that was longer than allowed and was skipped unread. `number` counts from the first line given. */
export interface Line {
  readonly number: number
  readonly bytes: Buffer | undefined
}

/**
 * Cuts a stream into lines without ever holding more than one line of the allowed length. Line ends are LF or CRLF; a byte order mark
 * before the first line is not part of it; a last line without an end counts.
 */
export class LineSplitter {
  readonly #maxLineBytes: number
  #number: number
  #atStart = true
  #parts: Buffer[] = []
  #partsBytes = 0
  #tooLong = false

  constructor(options: { firstLine: number; maxLineBytes: number }) {
    this.#number = options.firstLine
    this.#maxLineBytes = options.maxLineBytes
  }

  *push(chunk: Uint8Array): Generator<Line> {
    const bytes = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
    let start = 0
    for (let end = bytes.indexOf(newline); end !== -1; end = bytes.indexOf(newline, start)) {
      const part = bytes.subarray(start, end)
      start = end + 1
      const isWhole = this.#partsBytes === 0 && !this.#atStart && part.length <= this.#maxLineBytes
      if (!isWhole) this.#add(part)
      yield isWhole ? { number: this.#number++, bytes: withoutReturn(part) } : this.#finish()
    }
    if (start < bytes.length) this.#add(bytes.subarray(start))
  }

  /** The last line, when the stream did not end with a line end. */
  *end(): Generator<Line> {
    if (this.#partsBytes > 0) yield this.#finish()
  }

  #add(part: Buffer): void {
    this.#partsBytes += part.length
    // One more for a CR, which is not part of the line.
    if (this.#partsBytes > this.#maxLineBytes + 1) {
      this.#tooLong = true
      this.#parts = []
      return
    }
    this.#parts.push(part)
  }

  #finish(): Line {
    const bytes = this.#tooLong ? undefined : this.#content()
    const tooLong = bytes === undefined || bytes.length > this.#maxLineBytes
    const line = { number: this.#number++, bytes: tooLong ? undefined : bytes }
    this.#parts = []
    this.#partsBytes = 0
    this.#tooLong = false
    this.#atStart = false
    return line
  }

  #content(): Buffer {
    const whole = this.#parts.length === 1 ? (this.#parts[0] as Buffer) : Buffer.concat(this.#parts)
    const start = this.#atStart && whole.subarray(0, 3).equals(byteOrderMark) ? 3 : 0
    return withoutReturn(whole.subarray(start))
  }
}

const withoutReturn = (line: Buffer): Buffer => (line[line.length - 1] === carriageReturn ? line.subarray(0, -1) : line)
