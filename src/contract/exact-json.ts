/** A number that is written as its source. */
interface RawNumber {
  readonly rawJSON: string
}

/** TypeScript does not know this yet, nor do browsers before 2025. */
interface SourceAwareJson {
  parse(text: string, reviver: (key: string, value: unknown, context: { readonly source?: string }) => unknown): unknown
  rawJSON?(text: string): RawNumber
  isRawJSON?(value: unknown): value is RawNumber
}
const json = JSON as unknown as SourceAwareJson

/** Up to this many digits every number is one that a double can hold. */
const alwaysExactCharacters = 15
/** A number of more characters is kept as it stands, without a look at its digits: that look takes time that grows with their square. */
const maxComparedCharacters = 400

const quote = 0x22
const backslash = 0x5c
const minus = 0x2d
const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39
const isExponent = (code: number): boolean => (code | 0x20) === 0x65
const isInNumber = (code: number): boolean => isDigit(code) || code === 0x2e || isExponent(code) || code === minus || code === 0x2b

/**
 * What `JSON.parse` gives, except that a number which a double cannot hold (`12345678901234567890`, `1e400`) keeps its digits:
 * `JSON.stringify` writes them again, where it would have written another number, or null. For values that are only passed on.
 * Throws `SyntaxError`.
 */
export function parseExactJson(text: string): unknown {
  const value: unknown = JSON.parse(text)
  const { rawJSON } = json
  // Telling a number's source costs many times what parsing does, so it is asked for only where it matters.
  if (rawJSON === undefined || !hasInexactNumber(text)) return value
  return json.parse(text, (_key, part, { source }) =>
    typeof part !== 'number' || source === undefined || isExact(source) ? part : rawJSON(source),
  )
}

/** The digits of a number that `parseExactJson` has kept; undefined for every other value. */
export const keptDigits = (value: unknown): string | undefined => (json.isRawJSON?.(value) ? value.rawJSON : undefined)

/** Of a text that is JSON. */
function hasInexactNumber(text: string): boolean {
  let index = 0
  while (index < text.length) {
    const code = text.charCodeAt(index)
    if (code === quote) {
      index = endOfString(text, index)
    } else if (isDigit(code) || code === minus) {
      const end = endOfNumber(text, index)
      if (!isExact(text.slice(index, end))) return true
      index = end
    } else index++
  }
  return false
}

function endOfNumber(text: string, start: number): number {
  let end = start + 1
  while (isInNumber(text.charCodeAt(end))) end++
  return end
}

function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1)
  while (end !== -1 && isEscaped(text, end)) end = text.indexOf('"', end + 1)
  return end === -1 ? text.length : end + 1
}

function isEscaped(text: string, index: number): boolean {
  let first = index
  while (text.charCodeAt(first - 1) === backslash) first--
  return (index - first) % 2 === 1
}

function isExact(source: string): boolean {
  if (source.length <= alwaysExactCharacters && !/e/i.test(source)) return true
  if (source.length > maxComparedCharacters) return false
  const number = Number(source)
  const written = String(number)
  return written === source || (Number.isFinite(number) && decimalOf(written) === decimalOf(source))
}

/** One wording for all ways to write a number: its digits without zeros around them, and where the point is. Signs are not compared. */
function decimalOf(source: string): string {
  const [, whole = '', fraction = '', exponent = '0'] = /^-?(\d+)(?:\.(\d+))?(?:e([-+]?\d+))?$/i.exec(source) ?? []
  const digits = `${whole}${fraction}`.replace(/^0+/, '')
  const significant = digits.replace(/0+$/, '')
  return significant === '' ? '0' : `${significant}e${Number(exponent) - fraction.length + digits.length - significant.length}`
}
