import { decodeCbor, decodePacked } from './packed.ts'
import type { ValueView } from './value-views.ts'

export interface ValueContent {
  /** The ways that fit it, the best first; `hex` is always among them. */
  readonly views: readonly ValueView[]
  /** Undefined when the bytes are not UTF-8. */
  readonly text: string | undefined
  /** The type of the picture that the bytes are. */
  readonly imageType: string | undefined
}

const jsonType = /^(application|text)\/(json|[\w.-]+\+json)\b/i
const packedType = /^application\/(x-|vnd\.)?msgpack\b/i
const cborType = /^application\/([\w.-]+\+)?cbor\b/i

/**
 * What a value is: by its bytes, and by its content type where the bytes leave it open. Bytes that contradict their type are believed.
 * Of a part (`isWhole` false) it says what the whole may be.
 */
export function contentOf(bytes: Uint8Array, contentType: string, isWhole = true): ValueContent {
  const text = textOf(bytes, isWhole)
  const imageType = imageTypeOf(bytes) ?? (text !== undefined && /^image\/svg\+xml\b/i.test(contentType) ? 'image/svg+xml' : undefined)
  if (text === undefined) return { views: [...binaryViews(bytes, contentType, imageType, isWhole), 'hex'], text, imageType }
  return { views: textViews(text, contentType, imageType, isWhole), text, imageType }
}

function textViews(text: string, contentType: string, imageType: string | undefined, isWhole: boolean): readonly ValueView[] {
  if (imageType !== undefined) return ['image', 'text', 'hex']
  const looksNested = /^\s*[[{]/.test(text.slice(0, 200))
  const mayBeJson = looksNested || jsonType.test(contentType)
  if (mayBeJson && (!isWhole || isJson(text))) return ['json', 'tree', 'text', 'hex']
  // Text with control characters is rather something else.
  const isBinary = !contentType.startsWith('text/') && hasControls(text.slice(0, 4096))
  if (!isBinary) return ['text', 'hex']
  return [...typedViews(contentType), 'hex', 'text']
}

/** Bytes that are a text are hardly ever packed: only where their type says so. */
const typedViews = (contentType: string): readonly ValueView[] =>
  packedType.test(contentType) ? ['msgpack'] : cborType.test(contentType) ? ['cbor'] : []

function binaryViews(bytes: Uint8Array, contentType: string, imageType: string | undefined, isWhole: boolean): readonly ValueView[] {
  if (imageType !== undefined) return ['image']
  const first = bytes[0] ?? 0
  const fits = {
    msgpack: (packedType.test(contentType) || isPackedContainer(first)) && (!isWhole || decodes(decodePacked, bytes)),
    cbor: (cborType.test(contentType) || isCborContainer(first)) && (!isWhole || decodes(decodeCbor, bytes)),
  }
  const order = cborType.test(contentType) ? (['cbor', 'msgpack'] as const) : (['msgpack', 'cbor'] as const)
  return order.filter((view) => fits[view])
}

/** Maps and arrays; of anything smaller the bytes are as good, and everything would be one. */
const isPackedContainer = (first: number): boolean => (first >= 0x80 && first <= 0x9f) || (first >= 0xdc && first <= 0xdf)
/** Arrays, maps and tags. */
const isCborContainer = (first: number): boolean => first >= 0x80 && first <= 0xdb

function decodes(decode: (bytes: Uint8Array) => unknown, bytes: Uint8Array): boolean {
  try {
    decode(bytes)
    return true
  } catch {
    return false
  }
}

const imageSigns: readonly (readonly [type: string, at: number, sign: string])[] = [
  ['image/png', 0, '\x89PNG\r\n\x1a\n'],
  ['image/jpeg', 0, '\xff\xd8\xff'],
  ['image/gif', 0, 'GIF87a'],
  ['image/gif', 0, 'GIF89a'],
  ['image/webp', 8, 'WEBPVP8'],
  ['image/avif', 4, 'ftypavif'],
  ['image/bmp', 0, 'BM'],
  ['image/x-icon', 0, '\x00\x00\x01\x00'],
]

/** By the bytes that a file of the type begins with; `BM` alone would be a word, so a bitmap has its length too. */
function imageTypeOf(bytes: Uint8Array): string | undefined {
  const found = imageSigns.find(([, at, sign]) =>
    Array.from(sign).every((character, place) => bytes[at + place] === character.charCodeAt(0)),
  )
  const isWord = found?.[0] === 'image/bmp' && (bytes.length < 26 || bytes[6] !== 0 || bytes[7] !== 0)
  return isWord ? undefined : found?.[0]
}

/** The text of the bytes, undefined when they are not UTF-8. A part may end within a character. */
function textOf(bytes: Uint8Array, isWhole: boolean): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes, { stream: !isWhole })
  } catch {
    return undefined
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

function hasControls(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (unit < 0x20 && unit !== 0x09 && unit !== 0x0a && unit !== 0x0d) return true
  }
  return false
}
