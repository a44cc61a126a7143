/** Values as structured clone carries them, as text and back. */
export interface Codec {
  /** Throws a DataCloneError for what cannot be cloned (functions, symbols, elements). */
  encode(value: unknown): string
  decode(text: string): unknown
}

/**
 * Makes the codec. The function is complete in itself: its source text is put into pages, where nothing can be imported.
 * Objects are nodes in a list and refer to each other by index, so that shared and circular references survive.
 */
export function createCodec(): Codec {
  type Atom = null | string | boolean | number | { undefined: true } | { bigint: string } | { number: string } | { ref: number }
  type Node = [kind: string, ...content: unknown[]]
  type Binary = ArrayBuffer | ArrayBufferView

  function toBase64(bytes: Uint8Array): string {
    let text = ''
    for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192))
    return btoa(text)
  }

  const fromBase64 = (text: string) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0))

  function binaryNode(value: Binary): Node {
    if (value instanceof ArrayBuffer) return ['binary', 'ArrayBuffer', toBase64(new Uint8Array(value))]
    const name = value.constructor.name === 'Buffer' ? 'Uint8Array' : value.constructor.name
    return ['binary', name, toBase64(new Uint8Array(value.buffer, value.byteOffset, value.byteLength))]
  }

  function atomOf(value: unknown): Atom {
    if (value === undefined) return { undefined: true }
    if (typeof value === 'bigint') return { bigint: String(value) }
    if (typeof value !== 'number') return value as null | string | boolean
    if (Object.is(value, -0)) return { number: '-0' }
    return Number.isFinite(value) ? value : { number: String(value) }
  }

  function encode(value: unknown): string {
    const nodes: (Node | undefined)[] = []
    const known = new Map<object, number>()

    function nodeOf(object: object): Node {
      if (object instanceof Date) return ['date', object.getTime()]
      if (object instanceof RegExp) return ['regexp', object.source, object.flags]
      if (object instanceof Map) return ['map', [...object].map(([key, member]) => [visit(key), visit(member)])]
      if (object instanceof Set) return ['set', [...object].map(visit)]
      if (object instanceof Error) return ['error', object.name, object.message, object.stack]
      if (object instanceof ArrayBuffer || ArrayBuffer.isView(object)) return binaryNode(object)
      if (Array.isArray(object)) return ['array', object.map(visit)]
      return ['object', Object.entries(object).map(([key, member]) => [key, visit(member)])]
    }

    function visit(item: unknown): Atom {
      if (item === null || typeof item !== 'object') return atomOf(item)
      const seen = known.get(item)
      if (seen !== undefined) return { ref: seen }
      const id = nodes.push(undefined) - 1
      known.set(item, id)
      nodes[id] = nodeOf(item)
      return { ref: id }
    }

    const root = visit(structuredClone(value))
    return JSON.stringify([root, nodes])
  }

  function decode(text: string): unknown {
    const [root, nodes] = JSON.parse(text) as [Atom, Node[]]
    const made = new Map<number, unknown>()

    function restore(atom: Atom): unknown {
      if (atom === null || typeof atom !== 'object') return atom
      if ('undefined' in atom) return undefined
      if ('bigint' in atom) return BigInt(atom.bigint)
      if ('number' in atom) return Number(atom.number)
      return made.has(atom.ref) ? made.get(atom.ref) : build(atom.ref)
    }

    function keep<Value>(id: number, value: Value): Value {
      made.set(id, value)
      return value
    }

    function buildCollection(id: number, kind: string, content: unknown): unknown {
      if (kind === 'map') {
        const map = keep(id, new Map())
        for (const [key, member] of content as [Atom, Atom][]) map.set(restore(key), restore(member))
        return map
      }
      if (kind === 'set') {
        const set = keep(id, new Set())
        for (const member of content as Atom[]) set.add(restore(member))
        return set
      }
      if (kind === 'array') {
        const array = keep(id, [] as unknown[])
        for (const member of content as Atom[]) array.push(restore(member))
        return array
      }
      const object = keep(id, {} as Record<string, unknown>)
      for (const [key, member] of content as [string, Atom][]) object[key] = restore(member)
      return object
    }

    function buildError(name: string, message: string, stack: string | undefined): Error {
      const constructors: Record<string, ErrorConstructor> = { TypeError, RangeError, SyntaxError, ReferenceError, EvalError, URIError }
      const error = new (constructors[name] ?? Error)(message)
      if (stack !== undefined) error.stack = stack
      return error
    }

    function build(id: number): unknown {
      const [kind, ...content] = nodes[id] as Node
      const [first, second, third] = content as [string, string, string | undefined]
      if (kind === 'date') return keep(id, new Date((content[0] as number | null) ?? Number.NaN))
      if (kind === 'regexp') return keep(id, new RegExp(first, second))
      if (kind === 'error') return keep(id, buildError(first, second, third))
      if (kind !== 'binary') return buildCollection(id, kind, content[0])
      const bytes = fromBase64(second)
      if (first === 'ArrayBuffer') return keep(id, bytes.buffer)
      const View = (globalThis as unknown as Record<string, new (buffer: ArrayBuffer) => unknown>)[first]
      return keep(id, View ? new View(bytes.buffer) : bytes)
    }

    return restore(root)
  }

  return { encode, decode }
}
