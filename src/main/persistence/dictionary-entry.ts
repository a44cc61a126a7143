import { dictionaryOf } from './dictionary-maker.ts'
import type { PackMeans } from './pack-means.ts'
import type { Dictionary } from './payload-codec.ts'
import { unseal } from './record-sealer.ts'

/** Of the system table: `dictionary/<sha256>`. */
export const dictionaryPrefix = 'dictionary/'
const plain = 0
const sealed = 1
const headBytes = 9
const namePattern = /^dictionary\/[0-9a-f]{64}$/
const associated = Buffer.from('dictionary\0')

/** A dictionary, and the prefix of the keys whose values it is for. It is made of values, so it is encrypted where they are. */
export interface DictionaryEntry {
  readonly prefix: string
  readonly dictionary: Dictionary
}

/** u8 0 plain, 1 encrypted · u32 id of the master key or 0 · u32 bytes of the prefix · prefix · the bytes, or what the sealer made of them. */
export function encodeDictionary({ prefix, dictionary }: DictionaryEntry, { plan: { sealer } }: PackMeans): { key: string; value: Buffer } {
  const head = Buffer.alloc(headBytes)
  const prefixBytes = Buffer.from(prefix)
  head[0] = sealer === null ? plain : sealed
  head.writeUInt32LE(sealer?.master.id ?? 0, 1)
  head.writeUInt32LE(prefixBytes.length, 5)
  const body = sealer === null ? dictionary.bytes : sealer.seal(dictionary.bytes, associated)
  return { key: dictionaryPrefix + dictionaryOf(dictionary.bytes).sha256, value: Buffer.concat([head, prefixBytes, body]) }
}

/** Undefined when it cannot be opened, or its bytes are not those of its name: a wrong dictionary gives wrong values. */
export function decodeDictionary(key: string, value: Uint8Array, means: PackMeans): DictionaryEntry | undefined {
  const bytes = Buffer.from(value)
  if (bytes.length < headBytes) return undefined
  const bodyAt = headBytes + bytes.readUInt32LE(5)
  const body = bytes.subarray(bodyAt)
  const opened = bytes[0] === sealed ? openedWith(bytes.readUInt32LE(1), body, means) : body
  if (opened === undefined) return undefined
  const dictionary = dictionaryOf(opened)
  if (dictionaryPrefix + dictionary.sha256 !== key) return undefined
  return { prefix: bytes.toString('utf8', headBytes, bodyAt), dictionary }
}

function openedWith(keyId: number, body: Buffer, means: PackMeans): Buffer | undefined {
  const master = means.masterKey(keyId)
  if (master === undefined) return undefined
  try {
    return unseal(body, associated, master)
  } catch {
    return undefined
  }
}

/**
 * Those that entries of a system table hold, from outside of the store. An encrypted one is taken at its name: only who has the key can tell more, and its
 * records need that too.
 */
export function dictionaryIdsOf(entries: readonly (readonly [key: string, base64: string])[]): ReadonlySet<number> {
  const ids = new Set<number>()
  for (const [key, base64] of entries) {
    if (!key.startsWith(dictionaryPrefix)) continue
    const bytes = Buffer.from(base64, 'base64')
    const isSound =
      namePattern.test(key) && bytes.length >= headBytes && (bytes[0] === sealed || dictionaryPrefix + plainOf(bytes).sha256 === key)
    if (isSound) ids.add(Buffer.from(key.slice(dictionaryPrefix.length), 'hex').readUInt32LE(0) || 1)
  }
  return ids
}

const plainOf = (bytes: Buffer) => dictionaryOf(bytes.subarray(headBytes + bytes.readUInt32LE(5)))
