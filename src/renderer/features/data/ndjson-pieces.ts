/** A piece of an NDJSON file that ends at a line's end. */
export interface NdjsonPiece {
  readonly ndjson: string
  /** Number of its first line in the file, from 1. */
  readonly firstLine: number
  /** Bytes of the file up to its end. */
  readonly readBytes: number
  /** Lines that are not UTF-8; they are blank in `ndjson`, so that nothing is stored with changed characters. */
  readonly invalidLines: readonly number[]
}

const lineFeed = 0x0a
const utf8 = new TextDecoder('utf-8', { fatal: true })

/**
 * Cuts a stream of bytes into pieces of at most `maxBytes`, at line ends. A single longer line is a piece of its own, up to
 * `maxLineBytes`; beyond that it throws `RangeError` with the line's number, since such a line cannot be a record.
 */
export async function* ndjsonPieces(
  source: AsyncIterable<Uint8Array>,
  options: { maxBytes: number; maxLineBytes: number },
): AsyncGenerator<NdjsonPiece> {
  let rest: Uint8Array = new Uint8Array(0)
  let firstLine = 1
  let readBytes = 0
  const piece = (bytes: Uint8Array): NdjsonPiece => {
    const lines = countLines(bytes)
    readBytes += bytes.length
    const made = { ...decode(bytes, firstLine), firstLine, readBytes }
    firstLine += lines
    return made
  }
  for await (const chunk of source) {
    rest = joined(rest, chunk)
    while (rest.length > options.maxBytes) {
      const within = rest.lastIndexOf(lineFeed, options.maxBytes - 1)
      const end = within === -1 ? rest.indexOf(lineFeed) : within
      if (end === -1) {
        if (rest.length > options.maxLineBytes) throw new RangeError(String(firstLine))
        break
      }
      yield piece(rest.subarray(0, end + 1))
      rest = rest.subarray(end + 1)
    }
  }
  if (rest.length > 0) yield piece(rest)
}

function joined(one: Uint8Array, other: Uint8Array): Uint8Array {
  if (one.length === 0) return other
  const both = new Uint8Array(one.length + other.length)
  both.set(one)
  both.set(other, one.length)
  return both
}

function countLines(bytes: Uint8Array): number {
  let lines = 0
  for (let at = bytes.indexOf(lineFeed); at !== -1; at = bytes.indexOf(lineFeed, at + 1)) lines++
  return bytes.at(-1) === lineFeed ? lines : lines + 1
}

function decode(bytes: Uint8Array, firstLine: number): { ndjson: string; invalidLines: number[] } {
  try {
    return { ndjson: utf8.decode(bytes), invalidLines: [] }
  } catch {
    return decodeByLine(bytes, firstLine)
  }
}

function decodeByLine(bytes: Uint8Array, firstLine: number): { ndjson: string; invalidLines: number[] } {
  const lines: string[] = []
  const invalidLines: number[] = []
  for (let start = 0; start < bytes.length; ) {
    const feed = bytes.indexOf(lineFeed, start)
    const end = feed === -1 ? bytes.length : feed
    try {
      lines.push(utf8.decode(bytes.subarray(start, end)))
    } catch {
      invalidLines.push(firstLine + lines.length)
      lines.push('')
    }
    start = end + 1
  }
  return { ndjson: `${lines.join('\n')}\n`, invalidLines }
}
