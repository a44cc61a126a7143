import { decode as decodeMessagePack, ExtData } from '@msgpack/msgpack'
import { decode as decodeAnyCbor, Tag } from 'cbor2'
import { Members } from './json-tree.ts'

/** One MessagePack value, whole. Throws an `Error` that says what is wrong with the bytes. */
export function decodePacked(bytes: Uint8Array): unknown {
  // Integers of 64 bits come as bigint, so that no digit is lost.
  return decodeMessagePack(bytes, { useBigInt64: true, mapKeyConverter: (key) => (typeof key === 'number' ? key : String(key)) })
}

/** One CBOR item, whole. Tags are shown and not acted upon: whoever wrote the bytes does not get to make objects here. */
export function decodeCbor(bytes: Uint8Array): unknown {
  return decodeAnyCbor(bytes, { ignoreGlobalTags: true, createObject: (pairs) => new Members(pairs.map(([name, value]) => [name, value])) })
}

/** A value with a number that says what it stands for: a tag of CBOR, an extension of MessagePack. */
export function taggedOf(value: unknown): { readonly tag: number; readonly value: unknown } | undefined {
  if (value instanceof ExtData) return { tag: value.type, value: value.data }
  if (value instanceof Tag) return { tag: Number(value.tag), value: value.contents }
  return undefined
}
