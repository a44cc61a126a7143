/** How a JSON text is nested, found without parsing it: a parser would follow every level first. */
export interface JsonShape {
  readonly depth: number
  /** Objects and lists. */
  readonly containers: number
}

/** Serialisers recurse; what is nested deeper than this could be read but not written again. */
export const maxParsedDepth = 500
/** Each costs some sixty bytes, where its text is two: a small text must not become a huge tree. */
export const maxParsedContainers = 2_000_000

const quote = 0x22
const backslash = 0x5c
const isOpening = (byte: number): boolean => byte === 0x7b || byte === 0x5b
const isClosing = (byte: number): boolean => byte === 0x7d || byte === 0x5d

/** Of a text that may be malformed; then the parser says so. */
export function jsonShapeOf(bytes: Uint8Array): JsonShape {
  let depth = 0
  let deepest = 0
  let containers = 0
  let inString = false
  for (let index = 0; index < bytes.length; index++) {
    const byte = bytes[index] as number
    if (inString) {
      if (byte === backslash) index++
      else if (byte === quote) inString = false
    } else if (byte === quote) inString = true
    else if (isOpening(byte)) {
      containers++
      deepest = Math.max(deepest, ++depth)
    } else if (isClosing(byte)) depth--
  }
  return { depth: deepest, containers }
}
