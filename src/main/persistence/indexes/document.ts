import { Packr, Unpackr } from 'msgpackr'
import { jsonShapeOf } from '../../base/json-shape.ts'
import { checkMsgpack } from '../../base/msgpack-shape.ts'

/** A value that has fields, as JSON says it: dates, long integers and bytes are `{"$date"}`, `{"$bigint"}`, `{"$binary"}`. */
export type Document = Record<string, unknown>

const maxDepth = 256
const maxContainers = 1_000_000
const openBrace = 0x7b
const msgpackTypes = ['application/msgpack', 'application/vnd.msgpack', 'application/x-msgpack']
const unpackr = new Unpackr({ useRecords: false, mapsAsObjects: true, int64AsType: 'bigint' })
const packr = new Packr({ useRecords: false, variableMapSize: true })

export const isMsgpack = (contentType: string): boolean => msgpackTypes.includes(contentType.split(';', 1)[0]?.trim().toLowerCase() ?? '')

/** The value as a document; undefined where it is none: neither an object in JSON, whatever its content type says, nor a map in msgpack. */
export function parseDocument(contentType: string, value: Uint8Array): Document | undefined {
  try {
    const parsed = isMsgpack(contentType) ? parseMsgpack(value) : parseJson(value)
    return isObject(parsed) ? parsed : undefined
  } catch {
    return undefined
  }
}

function parseJson(value: Uint8Array): unknown {
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength)
  if (!beginsWithBrace(bytes) || jsonShapeOf(bytes).depth > maxDepth) return undefined
  return JSON.parse(bytes.toString('utf8'))
}

function beginsWithBrace(bytes: Buffer): boolean {
  for (const byte of bytes) if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return byte === openBrace
  return false
}

// A few bytes may promise a billion elements: the shape is looked at before anything is made of it.
function parseMsgpack(value: Uint8Array): unknown {
  const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength)
  checkMsgpack(bytes, { maxDepth, maxContainers, bytesDepth: maxDepth, allowsTypes: true })
  return toJsonForm(unpackr.unpack(bytes))
}

/** The bytes of a document in the form of its content type. */
export const writeDocument = (contentType: string, document: Document): Buffer =>
  isMsgpack(contentType) ? packr.pack(fromJsonForm(document)) : Buffer.from(JSON.stringify(document))

const isObject = (value: unknown): value is Document => typeof value === 'object' && value !== null && !Array.isArray(value)

function toJsonForm(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : { $bigint: value.toString() }
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Date) return { $date: Number.isNaN(value.getTime()) ? null : value.toISOString() }
  if (value instanceof Uint8Array) return { $binary: Buffer.from(value).toString('base64') }
  if (Array.isArray(value)) return value.map(toJsonForm)
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, toJsonForm(member)]))
}

function fromJsonForm(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(fromJsonForm)
  if (!isObject(value)) return value
  const [only, ...others] = Object.entries(value)
  if (only !== undefined && others.length === 0 && typeof only[1] === 'string') {
    if (only[0] === '$date') return new Date(only[1])
    if (only[0] === '$bigint') return BigInt(only[1])
    if (only[0] === '$binary') return Buffer.from(only[1], 'base64')
  }
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, fromJsonForm(member)]))
}

/** Names of members, from the outside in. */
export type FieldPath = readonly string[]

export const toPath = (path: string): FieldPath => path.split('.')

/** What stands at the path; undefined where there is nothing. */
export function fieldOf(document: Document | undefined, path: FieldPath): unknown {
  let value: unknown = document
  for (const member of path) {
    if (!isObject(value) || !Object.hasOwn(value, member)) return undefined
    value = value[member]
  }
  return value
}

/** Members on the way are made where they are missing; nothing is set below what is no object. */
export function setField(document: Document, path: FieldPath, value: unknown): void {
  const holder = holderOf(document, path, true)
  if (holder !== undefined) holder[path.at(-1) as string] = value
}

export function removeField(document: Document, path: FieldPath): void {
  const holder = holderOf(document, path, false)
  if (holder !== undefined) delete holder[path.at(-1) as string]
}

function holderOf(document: Document, path: FieldPath, makes: boolean): Document | undefined {
  let holder = document
  for (const member of path.slice(0, -1)) {
    if (!Object.hasOwn(holder, member)) {
      if (!makes) return undefined
      holder[member] = {}
    }
    const next = holder[member]
    if (!isObject(next)) return undefined
    holder = next
  }
  return holder
}

/** Only the named fields, each where it stands. */
export function selectFields(document: Document, paths: readonly FieldPath[]): Document {
  const selected: Document = {}
  for (const path of paths) {
    const value = fieldOf(document, path)
    if (value !== undefined) setField(selected, path, value)
  }
  return selected
}
