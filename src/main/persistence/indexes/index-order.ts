import { createHash } from 'node:crypto'

/**
 * Bytes, each as one character: compares as the bytes do, as a key of a map and a prefix at once. A value that is encoded so is never the beginning of
 * another one, so encodings can stand behind each other.
 *
 *     01 missing · 02 null · 03 false · 04 true · 05 number · 06 text · 07 date · 08 bytes · 09 anything else
 *     number, date   8 bytes of the double, big endian, ordered · what the double leaves of a long integer
 *     text, bytes    UTF-8 or the bytes, 00 as 00 FF, ended by 00 00
 *     anything else  16 bytes of the SHA-256 of its JSON, members in order: equal to itself, in no meaningful order
 */
export type ByteText = string

export const tags = {
  missing: '\x01',
  null: '\x02',
  false: '\x03',
  true: '\x04',
  number: '\x05',
  text: '\x06',
  date: '\x07',
  bytes: '\x08',
  other: '\x09',
} as const
/** Behind every value. */
export const topOfValues: ByteText = '\x0a'

// biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII but the byte that has to be escaped
const plainText = /^[\x01-\x7f]*$/
const endOfText = '\0\0'
const exact = '\x80'

export const toByteText = (text: string): ByteText => (plainText.test(text) ? text : Buffer.from(text).toString('latin1'))
export const bytesOf = (text: ByteText): Buffer => Buffer.from(text, 'latin1')

/** Of a member of a document, undefined where it is missing. Never throws. */
export function encodeOrdered(value: unknown): ByteText {
  switch (typeof value) {
    case 'undefined':
      return tags.missing
    case 'boolean':
      return value ? tags.true : tags.false
    case 'number':
      return tags.number + orderedDouble(value) + exact
    case 'string':
      return tags.text + escaped(toByteText(value)) + endOfText
    default:
      return value === null ? tags.null : encodeObject(value as object)
  }
}

/** Where the encodings of texts that begin with `prefix` begin. */
export const encodePrefix = (prefix: string): ByteText => tags.text + escaped(toByteText(prefix))

const specialNumbers: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
  '-0': 0,
}

/** What is written as a tagged object in JSON, as the mapper does, is what it stands for. */
function encodeObject(value: object): ByteText {
  const [only, ...others] = Array.isArray(value) ? [] : Object.entries(value)
  if (only !== undefined && others.length === 0) {
    const encoded = encodeTagged(only[0], only[1])
    if (encoded !== undefined) return encoded
  }
  return tags.other + createHash('sha256').update(canonicalJson(value)).digest().toString('latin1', 0, 16)
}

function encodeTagged(tag: string, content: unknown): ByteText | undefined {
  if (tag === '$date' && (typeof content === 'string' || typeof content === 'number')) {
    const ms = new Date(content).getTime()
    return Number.isNaN(ms) ? undefined : tags.date + orderedDouble(ms)
  }
  if (typeof content !== 'string') return undefined
  if (tag === '$number' && Object.hasOwn(specialNumbers, content)) return encodeOrdered(specialNumbers[content])
  if (tag === '$binary') return tags.bytes + escaped(Buffer.from(content, 'base64').toString('latin1')) + endOfText
  return tag === '$bigint' && /^-?\d{1,300}$/.test(content) ? encodeInteger(BigInt(content)) : undefined
}

/** The double that is nearest, then how far it is from there. */
function encodeInteger(value: bigint): ByteText {
  const nearest = Number(value)
  const residual = value - BigInt(nearest)
  if (residual === 0n) return tags.number + orderedDouble(nearest) + exact
  const hex = (residual < 0n ? -residual : residual).toString(16)
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex').toString('latin1')
  // At most 300 digits leave 118 bytes.
  const rest = residual < 0n ? String.fromCharCode(0x80 - bytes.length) + inverted(bytes) : String.fromCharCode(0x80 + bytes.length) + bytes
  return tags.number + orderedDouble(nearest) + rest
}

const double = new DataView(new ArrayBuffer(8))

function orderedDouble(value: number): ByteText {
  // NaN below all others; -0 is 0.
  if (Number.isNaN(value)) return '\0\0\0\0\0\0\0\0'
  double.setFloat64(0, value + 0)
  const high = double.getUint32(0)
  const low = double.getUint32(4)
  const isNegative = high >= 0x80000000
  return word(isNegative ? ~high : high ^ 0x80000000) + word(isNegative ? ~low : low)
}

const word = (bits: number): ByteText => String.fromCharCode((bits >>> 24) & 255, (bits >>> 16) & 255, (bits >>> 8) & 255, bits & 255)

const escaped = (bytes: ByteText): ByteText => (bytes.includes('\0') ? bytes.replaceAll('\0', '\0\xff') : bytes)

/** Of a component that is ordered the other way round. */
export function inverted(bytes: ByteText): ByteText {
  let text = ''
  for (let at = 0; at < bytes.length; at++) text += String.fromCharCode(255 - bytes.charCodeAt(at))
  return text
}

/** The least text that is greater than all that begin with `prefix`, which must not be bytes FF alone. */
export function successor(prefix: ByteText): ByteText {
  let end = prefix.length
  while (end > 0 && prefix.charCodeAt(end - 1) === 255) end--
  if (end === 0) throw new Error('Nothing comes behind this prefix.')
  return prefix.slice(0, end - 1) + String.fromCharCode(prefix.charCodeAt(end - 1) + 1)
}

export function canonicalJson(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null'
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  const members = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1))
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonicalJson(member)}`).join(',')}}`
}
