/**
 * JSON laid out for reading without touching its tokens: numbers keep their digits (`1.0`, 20-digit ids), strings their escapes and
 * members their order, which parsing and writing again would not promise. `text` must be valid JSON everywhere.
 */

// Over bytes: every sign that JSON is made of is one, and a value of 16 MiB takes a fraction of what it takes as pieces of strings.
const quote = 0x22
const backslash = 0x5c
const comma = 0x2c
const colon = 0x3a
const newline = 0x0a
const blank = 0x20

const isSpace = (byte: number | undefined): boolean => byte === blank || byte === newline || byte === 0x0d || byte === 0x09
const isOpening = (byte: number | undefined): boolean => byte === 0x7b || byte === 0x5b
/** `}` and `]`; each is two above the sign that opens. */
const isClosing = (byte: number | undefined): boolean => byte === 0x7d || byte === 0x5d

/** Two spaces a level. */
export function formatJson(text: string): string {
  const bytes = new TextEncoder().encode(text)
  const out = new GrowingBytes(bytes.length * 2)
  let depth = 0
  for (let at = 0; at < bytes.length; ) {
    const byte = bytes[at] as number
    if (isSpace(byte)) at++
    else if (isOpening(byte)) {
      out.add(byte)
      at = afterSpace(bytes, at + 1)
      // An empty object or array stays on its line.
      if (bytes[at] !== byte + 2) out.addLine(++depth)
      else out.add(bytes[at++] as number)
    } else {
      if (isClosing(byte)) out.addLine(--depth)
      const end = endOfToken(bytes, at)
      out.addAll(bytes, at, end)
      at = end
      if (byte === comma) out.addLine(depth)
      else if (byte === colon) out.add(blank)
    }
  }
  return out.text()
}

/** The same tokens without any space between them. */
export function compactJson(text: string): string {
  const bytes = new TextEncoder().encode(text)
  const out = new GrowingBytes(bytes.length)
  for (let at = afterSpace(bytes, 0); at < bytes.length; ) {
    const end = endOfToken(bytes, at)
    out.addAll(bytes, at, end)
    at = afterSpace(bytes, end)
  }
  return out.text()
}

function afterSpace(bytes: Uint8Array, start: number): number {
  let at = start
  while (isSpace(bytes[at])) at++
  return at
}

function endOfToken(bytes: Uint8Array, start: number): number {
  const first = bytes[start]
  let at = start + 1
  if (first === quote) {
    while (at < bytes.length && bytes[at] !== quote) at += bytes[at] === backslash ? 2 : 1
    return at + 1
  }
  if (isMark(first)) return at
  while (at < bytes.length && !isMark(bytes[at]) && !isSpace(bytes[at]) && bytes[at] !== quote) at++
  return at
}

const isMark = (byte: number | undefined): boolean => isOpening(byte) || isClosing(byte) || byte === comma || byte === colon

class GrowingBytes {
  #bytes: Uint8Array
  #length = 0

  constructor(expected: number) {
    this.#bytes = new Uint8Array(Math.max(64, expected))
  }

  add(byte: number): void {
    this.#room(1)
    this.#bytes[this.#length++] = byte
  }

  addAll(from: Uint8Array, start: number, end: number): void {
    this.#room(end - start)
    // Most tokens are short: copying them here is cheaper than asking for a view of each.
    for (let at = start; at < end; at++) this.#bytes[this.#length++] = from[at] as number
  }

  /** A new line, and its indent. */
  addLine(depth: number): void {
    this.#room(1 + 2 * depth)
    this.#bytes[this.#length] = newline
    this.#bytes.fill(blank, this.#length + 1, this.#length + 1 + 2 * depth)
    this.#length += 1 + 2 * depth
  }

  text(): string {
    return new TextDecoder('utf-8', { ignoreBOM: true }).decode(this.#bytes.subarray(0, this.#length))
  }

  #room(more: number): void {
    if (this.#length + more <= this.#bytes.length) return
    const larger = new Uint8Array(Math.max(2 * this.#bytes.length, this.#length + more))
    larger.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = larger
  }
}
