import type { Codec } from './codec.ts'

/** A value on its way between two worlds: functions are numbers of a table, plain containers are walked, everything else is cloned. */
export type Parcel = { function: number } | { array: Parcel[] } | { object: [string, Parcel][] } | { value: string }

export interface Marshal {
  pack(value: unknown): Parcel
  unpack(parcel: Parcel): unknown
  /** A function that was packed here. */
  functionAt(index: number): (...args: unknown[]) => unknown
}

/**
 * The rules by which `contextBridge` carries values. Complete in itself (its source text is put into pages).
 * `callOther` calls a function that the other world packed.
 */
export function createMarshal(codec: Codec, callOther: (index: number, args: unknown[]) => unknown): Marshal {
  const functions: ((...args: unknown[]) => unknown)[] = []

  function isPlain(value: unknown): value is Record<string, unknown> {
    if (value === null || typeof value !== 'object') return false
    const prototype = Object.getPrototypeOf(value)
    return prototype === Object.prototype || prototype === null
  }

  function pack(value: unknown): Parcel {
    if (typeof value === 'function') return { function: functions.push(value as () => unknown) - 1 }
    if (Array.isArray(value)) return { array: value.map(pack) }
    if (isPlain(value)) return { object: Object.entries(value).map(([key, member]) => [key, pack(member)]) }
    return { value: codec.encode(value) }
  }

  function unpack(parcel: Parcel): unknown {
    if ('function' in parcel) return (...args: unknown[]) => callOther(parcel.function, args)
    if ('array' in parcel) return parcel.array.map(unpack)
    if ('object' in parcel) return Object.fromEntries(parcel.object.map(([key, member]) => [key, unpack(member)]))
    return codec.decode(parcel.value)
  }

  return { pack, unpack, functionAt: (index) => functions[index] as () => unknown }
}
