import type { QueryItem, RecordItem, ValueEncoding } from '../contract/index.ts'
import { fromMapped, type JsonValue, type Mappable, parseMapped, stringifyMapped } from '../formats/mapped-json.ts'

/** What a record can hold: bytes, or anything that the mapped JSON of docs/formats.md can say. */
export type Storable<T> = T & Mappable<T>

/** A value on its way to the host. */
export interface Content {
  readonly body: string | Uint8Array
  readonly contentType: string
}

export const isJsonType = (contentType: string): boolean => /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i.test(contentType)
const isTextType = (contentType: string): boolean => /^text\//i.test(contentType)

/**
 * Bytes as they are; a string of a content type other than JSON as its UTF-8; everything else as mapped JSON.
 * @throws TypeError for what cannot be stored
 */
export function contentOf(value: unknown, contentType: string | undefined): Content {
  if (value instanceof Uint8Array) return { body: value, contentType: contentType ?? 'application/octet-stream' }
  const isPlainText = typeof value === 'string' && contentType !== undefined && !isJsonType(contentType)
  return { body: isPlainText ? value : stringifyMapped(value), contentType: contentType ?? 'application/json' }
}

/** The fields by which a value is given in JSON. As text, also where it is JSON: so its bytes arrive as they were written here. */
export function contentFields({ body, contentType }: Content): { value: string; encoding: ValueEncoding; contentType: string } {
  if (typeof body === 'string') return { value: body, encoding: 'text', contentType }
  return { value: Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('base64'), encoding: 'base64', contentType }
}

type Facts = Omit<RecordItem, 'value' | 'encoding'>
type Kept =
  | { readonly bytes: Uint8Array }
  /** The value's fields, whatever form it is stored in. */
  | { readonly document: unknown }
  | { readonly value: unknown; readonly encoding: ValueEncoding }
  | undefined

/** One state of a record. Times are ISO 8601, `size` is in bytes. Its value is made out when it is first asked for. */
export class StoredRecord<T = unknown> implements Facts {
  readonly key: string
  /** Names this state; for `ifVersion`. */
  readonly version: string
  readonly contentType: string
  readonly size: number
  readonly createdAt: string
  readonly updatedAt: string
  readonly expiresAt?: string
  readonly #kept: Kept
  #value: { readonly known: unknown } | undefined

  constructor(facts: Facts, kept: Kept) {
    this.key = facts.key
    this.version = facts.version
    this.contentType = facts.contentType
    this.size = facts.size
    this.createdAt = facts.createdAt
    this.updatedAt = facts.updatedAt
    if (facts.expiresAt !== undefined) this.expiresAt = facts.expiresAt
    this.#kept = kept
  }

  /**
   * By its content type: JSON as what was put, text as a string, everything else as bytes. Undefined in a list without values.
   * @throws SyntaxError when the content type promises JSON and the bytes are none
   */
  get value(): T {
    this.#value ??= { known: valueIn(this.#kept, this.contentType) }
    return this.#value.known as T
  }

  /** The stored bytes; none in a list without values. Of a record of a collection: its newest shape in JSON, where it has fields. */
  get bytes(): Uint8Array {
    return bytesOf(this.#kept)
  }

  /** The stored bytes as UTF-8. */
  get text(): string {
    return utf8(this.bytes)
  }

  toJSON(): object {
    return { ...this, value: this.value }
  }
}

export function valueIn(kept: Kept, contentType: string): unknown {
  if (kept === undefined) return undefined
  if ('document' in kept) return fromMapped(kept.document as JsonValue)
  if (isJsonType(contentType)) {
    return 'encoding' in kept && kept.encoding === 'json' ? fromMapped(kept.value as JsonValue) : parseMapped(utf8(bytesOf(kept)))
  }
  return isTextType(contentType) ? utf8(bytesOf(kept)) : bytesOf(kept)
}

function bytesOf(kept: Kept): Uint8Array {
  if (kept === undefined) return new Uint8Array()
  if ('bytes' in kept) return kept.bytes
  if ('document' in kept) return Buffer.from(JSON.stringify(kept.document))
  switch (kept.encoding) {
    case 'json':
      // The host says `json` only where writing it again gives the stored bytes.
      return Buffer.from(JSON.stringify(kept.value))
    case 'text':
      return Buffer.from(String(kept.value))
    case 'base64':
      return Buffer.from(String(kept.value), 'base64')
    default:
      return kept.encoding satisfies never
  }
}

const utf8 = (bytes: Uint8Array): string => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')

/** A record as lists tell it. */
export function recordOfItem<T>({ value, encoding, ...facts }: RecordItem): StoredRecord<T> {
  return new StoredRecord<T>(facts, encoding === undefined ? undefined : { value, encoding })
}

/** A record as it is told by its collection. */
export function recordOfCollection<T>({ value, encoding, ...facts }: QueryItem): StoredRecord<T> {
  return new StoredRecord<T>(facts, encoding === 'json' ? { document: value } : { value, encoding })
}
