import { Literal, Members } from './json-tree.ts'

export type NodeKind = 'object' | 'array' | 'string' | 'number' | 'word' | 'bytes' | 'time' | 'tagged'

/** One line of a decoded value. */
export interface TreeNode {
  readonly id: number
  /** Of a member, or the place in an array; undefined for the whole. */
  readonly name: string | undefined
  readonly kind: NodeKind
  /** A plain value, cut when it is long; empty for what has children. */
  readonly text: string
  /** How many children it has; for strings and bytes how long it is. */
  readonly size: number
  readonly isOpenable: boolean
}

/** Gives the number and the content of a value that has one; knows the classes of the decoders. */
type TaggedOf = (value: unknown) => { readonly tag: number; readonly value: unknown } | undefined

const shownCharacters = 400
const shownBytes = 32

/** A decoded value, of which lines are made as far as somebody looks: a value of a million members costs what is seen of it. */
export class ValueTree {
  readonly #values: unknown[]
  readonly #taggedOf: TaggedOf

  constructor(root: unknown, taggedOf: TaggedOf = () => undefined) {
    this.#values = [root]
    this.#taggedOf = taggedOf
  }

  root(): TreeNode {
    return this.#node(0, undefined, this.#values[0])
  }

  /** The children of a node from a place on. */
  children(id: number, from: number, count: number): readonly TreeNode[] {
    return this.#slice(this.#values[id], from, from + count).map(([name, value]) => {
      this.#values.push(value)
      return this.#node(this.#values.length - 1, name, value)
    })
  }

  #slice(value: unknown, from: number, end: number): readonly (readonly [string, unknown])[] {
    if (Array.isArray(value)) return value.slice(from, end).map((item, place) => [String(from + place), item])
    if (value instanceof Members) return value.list.slice(from, end).map(([name, item]) => [nameText(name), item])
    const tagged = this.#taggedOf(value)
    if (tagged) return from === 0 ? [[String(tagged.tag), tagged.value]] : []
    if (isPlainObject(value)) return Object.entries(value).slice(from, end)
    return []
  }

  #node(id: number, name: string | undefined, value: unknown): TreeNode {
    const container = (kind: NodeKind, size: number): TreeNode => ({ id, name, kind, text: '', size, isOpenable: size > 0 })
    const plain = (kind: NodeKind, text: string, size = 0): TreeNode => ({ id, name, kind, text, size, isOpenable: false })
    if (Array.isArray(value)) return container('array', value.length)
    if (value instanceof Members) return container('object', value.list.length)
    if (value instanceof Literal) return plain(/^[-\d]/.test(value.text) ? 'number' : 'word', cut(value.text))
    if (value instanceof Uint8Array) return plain('bytes', hexOf(value), value.length)
    if (value instanceof Date) return plain('time', Number.isNaN(value.getTime()) ? 'NaN' : value.toISOString())
    if (typeof value === 'string') return plain('string', cut(value), value.length)
    if (typeof value === 'number' || typeof value === 'bigint') return plain('number', Object.is(value, -0) ? '-0' : String(value))
    if (this.#taggedOf(value)) return container('tagged', 1)
    if (isPlainObject(value)) return container('object', Object.keys(value).length)
    return plain('word', String(value))
  }
}

const isPlainObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' &&
  value !== null &&
  (Object.getPrototypeOf(value) === Object.prototype || Object.getPrototypeOf(value) === null)

const cut = (text: string): string => (text.length > shownCharacters ? `${text.slice(0, shownCharacters)}…` : text)

function hexOf(bytes: Uint8Array): string {
  const pairs = Array.from(bytes.subarray(0, shownBytes), (byte) => byte.toString(16).padStart(2, '0')).join(' ')
  return bytes.length > shownBytes ? `${pairs} …` : pairs
}

/** Names of CBOR maps are any values. */
function nameText(name: unknown): string {
  if (typeof name === 'string') return cut(name)
  if (name instanceof Uint8Array) return hexOf(name)
  if (typeof name === 'object' && name !== null) return Array.isArray(name) ? `[${name.length}]` : '{…}'
  return String(name)
}
