import { fromBase64, toBase64 } from './base64.ts'

/** What ordinary JSON can say. */
export type JsonValue = null | boolean | number | string | JsonValue[] | { [name: string]: JsonValue }

/**
 * A type whose values survive `stringifyMapped` and `parseMapped`. Functions and symbols do not, so a type that holds them becomes one that
 * nothing fits.
 */
export type Mappable<T> = T extends null | undefined | boolean | number | string | bigint | Date | Uint8Array
  ? T
  : T extends symbol | ((...parameters: never[]) => unknown)
    ? never
    : T extends ReadonlyMap<infer K, infer V>
      ? ReadonlyMap<Mappable<K>, Mappable<V>>
      : T extends ReadonlySet<infer V>
        ? ReadonlySet<Mappable<V>>
        : T extends object
          ? { [Name in keyof T]: Mappable<T[Name]> }
          : T

/** Whoever reads JSON recurses; this many levels every reader takes. */
const maxDepth = 200
/** The time to read a bigint grows faster than its digits. */
const maxBigintDigits = 100_000
/** What `Date.prototype.toISOString` writes. */
const isoDate = /^(?:\d{4}|[+-]\d{6})-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/
const numbers: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
  '-0': -0,
}

/** A form that holds no value of its kind is no tag, but somebody's own object: then undefined. */
type ReadTag = (content: JsonValue, depth: number) => { readonly value: unknown } | undefined

const tags: Readonly<Record<string, ReadTag>> = {
  $date: (text) => (text === null ? { value: new Date(Number.NaN) } : readDate(text)),
  $bigint: (text) =>
    typeof text === 'string' && text.length <= maxBigintDigits && /^-?\d+$/.test(text) ? { value: BigInt(text) } : undefined,
  $binary: (text) => (typeof text === 'string' ? present(fromBase64(text)) : undefined),
  $number: (name) => (typeof name === 'string' && Object.hasOwn(numbers, name) ? { value: numbers[name] } : undefined),
  $undefined: (content) => (content === true ? { value: undefined } : undefined),
  $set: (items, depth) => (Array.isArray(items) ? { value: new Set(items.map((item) => fromMapped(item, depth))) } : undefined),
  $map: readMap,
  $object: (fields, depth) => (isObject(fields) ? { value: readFields(fields, depth) } : undefined),
}

const present = <T>(value: T | undefined): { readonly value: T } | undefined => (value === undefined ? undefined : { value })

/**
 * A value as JSON text that any program can read, from which `parseMapped` makes the same value: dates, bigints, bytes, maps, sets, NaN,
 * infinities, -0 and `undefined` in lists are told by objects with one tagged field (docs/formats.md). A field that is undefined is left out, as
 * JSON does; an object with `toJSON` is what that gives.
 * @throws TypeError for what cannot be stored, with the path to it
 */
export const stringifyMapped = (value: unknown): string => JSON.stringify(toMapped(value))

/** @throws SyntaxError for what is no JSON. */
export const parseMapped = (text: string): unknown => fromMapped(JSON.parse(text) as JsonValue)

interface Place {
  readonly path: (string | number)[]
  /** The objects around this one: what is among them holds itself. */
  readonly open: Set<object>
}

/** What `stringifyMapped` writes, as JSON's own values. */
export function toMapped(value: unknown, place: Place = { path: [], open: new Set() }): JsonValue {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return value
    case 'number':
      return Number.isFinite(value) && !Object.is(value, -0) ? value : { $number: Object.is(value, -0) ? '-0' : String(value) }
    case 'bigint':
      return mapBigint(value, place)
    case 'object':
      return value === null ? null : mapInside(value, place)
    default:
      throw unstorable(place, value === undefined ? 'undefined, of which there is nothing to store' : `a ${typeof value}`)
  }
}

function mapBigint(value: bigint, place: Place): JsonValue {
  const text = value.toString()
  if (text.length > maxBigintDigits) throw unstorable(place, `a bigint of more than ${maxBigintDigits} digits`)
  return { $bigint: text }
}

function mapInside(value: object, place: Place): JsonValue {
  if (place.open.has(value)) throw unstorable(place, 'an object that holds itself')
  if (place.open.size >= maxDepth) throw unstorable(place, `nested deeper than ${maxDepth} levels`)
  place.open.add(value)
  const mapped = mapObject(value, place)
  place.open.delete(value)
  return mapped
}

function mapObject(value: object, place: Place): JsonValue {
  if (Array.isArray(value)) return mapItems(value, place)
  if (value instanceof Date) return { $date: Number.isNaN(value.getTime()) ? null : value.toISOString() }
  if (value instanceof Uint8Array) return { $binary: toBase64(value) }
  if (value instanceof Set) return { $set: mapItems([...value], place) }
  if (value instanceof Map) return { $map: [...value].map((pair) => mapItems(pair, place)) }
  if ('toJSON' in value && typeof value.toJSON === 'function') return toMapped(value.toJSON(), place)
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== null && prototype !== Object.prototype)
    throw unstorable(place, `a ${nameOf(value)}, which would come back as another thing`)
  return mapFields(value, place)
}

const nameOf = (value: object): string => value.constructor?.name || 'object of a class'

function mapItems(items: readonly unknown[], place: Place): JsonValue[] {
  // Not `map`: it passes over holes.
  return Array.from(items, (item, index) => (item === undefined ? { $undefined: true } : within(place, index, () => toMapped(item, place))))
}

function mapFields(fields: object, place: Place): JsonValue {
  const mapped: { [name: string]: JsonValue } = {}
  for (const [name, field] of Object.entries(fields)) {
    if (field !== undefined)
      setField(
        mapped,
        name,
        within(place, name, () => toMapped(field, place)),
      )
  }
  return tagOf(mapped) === undefined ? mapped : { $object: mapped }
}

function within<T>(place: Place, step: string | number, act: () => T): T {
  place.path.push(step)
  const result = act()
  place.path.pop()
  return result
}

const unstorable = ({ path }: Place, what: string): TypeError =>
  new TypeError(
    `${path.length === 0 ? 'The value' : `The value at ${path.join('.')}`} is ${what}. Store data: plain objects, lists, maps, sets, dates, bytes, numbers, texts.`,
  )

/** The tag of an object that says what it is; undefined for any other object. */
function tagOf(fields: { readonly [name: string]: JsonValue }): string | undefined {
  const [name, second] = Object.keys(fields)
  return name !== undefined && second === undefined && Object.hasOwn(tags, name) ? name : undefined
}

/** What `JSON.parse` gave, with the tagged objects as what they stand for. What only looks like one stays as it is. */
export function fromMapped(json: JsonValue, depth = 0): unknown {
  // Deeper than what is ever written: left as it is, for `JSON.parse` takes more levels than the stack has.
  if (typeof json !== 'object' || json === null || depth > 2 * maxDepth) return json
  if (Array.isArray(json)) return json.map((item) => fromMapped(item, depth + 1))
  const tag = tagOf(json)
  const told = tag === undefined ? undefined : (tags[tag] as ReadTag)(json[tag] as JsonValue, depth + 1)
  return told === undefined ? readFields(json, depth) : told.value
}

function readFields(json: { readonly [name: string]: JsonValue }, depth: number): Record<string, unknown> {
  const fields: Record<string, unknown> = {}
  for (const [name, field] of Object.entries(json)) setField(fields, name, fromMapped(field, depth + 1))
  return fields
}

/** `__proto__` is a name like any other. */
function setField(fields: Record<string, unknown>, name: string, value: unknown): void {
  if (name === '__proto__') Object.defineProperty(fields, name, { value, enumerable: true, configurable: true, writable: true })
  else fields[name] = value
}

function readDate(text: JsonValue): { readonly value: Date } | undefined {
  if (typeof text !== 'string' || !isoDate.test(text)) return undefined
  const date = new Date(text)
  return Number.isNaN(date.getTime()) ? undefined : { value: date }
}

function readMap(pairs: JsonValue, depth: number): { readonly value: Map<unknown, unknown> } | undefined {
  if (!Array.isArray(pairs) || !pairs.every(isPair)) return undefined
  return { value: new Map(pairs.map(([key, value]) => [fromMapped(key, depth + 1), fromMapped(value, depth + 1)])) }
}

const isPair = (item: JsonValue): item is [JsonValue, JsonValue] => Array.isArray(item) && item.length === 2
const isObject = (json: JsonValue): json is { [name: string]: JsonValue } =>
  typeof json === 'object' && json !== null && !Array.isArray(json)
