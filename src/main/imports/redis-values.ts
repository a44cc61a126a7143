import { isUtf8 } from 'node:buffer'

export const redisTypes = ['string', 'hash', 'list', 'set', 'zset', 'stream'] as const
export type RedisType = (typeof redisTypes)[number]

/** Reads all of a key. */
export const readCommands: Record<RedisType, (key: Buffer) => [string, ...(string | Buffer)[]]> = {
  string: (key) => ['GET', key],
  hash: (key) => ['HGETALL', key],
  list: (key) => ['LRANGE', key, '0', '-1'],
  set: (key) => ['SMEMBERS', key],
  zset: (key) => ['ZRANGE', key, '0', '-1', 'WITHSCORES'],
  stream: (key) => ['XRANGE', key, '-', '+'],
}

/** A name that JSON cannot say; the sentence says which. */
export class UnsayableName extends Error {
  override readonly name = 'UnsayableName'
}

/** The bytes of the record: a string as it is, everything else as JSON. `answer` is what the command of its type gave. */
export function recordValueOf(type: RedisType, answer: unknown): Buffer {
  if (type === 'string') return answer as Buffer
  return Buffer.from(JSON.stringify(jsonOf(type, answer as readonly Buffer[])), 'utf8')
}

function jsonOf(type: Exclude<RedisType, 'string'>, answer: readonly unknown[]): unknown {
  switch (type) {
    case 'hash':
      return objectOf(answer as Buffer[])
    case 'list':
      return (answer as Buffer[]).map(member)
    case 'set':
      // Redis gives them in any order; two readings of one set shall be one value.
      return (answer as Buffer[]).toSorted(Buffer.compare).map(member)
    case 'zset':
      return pairsOf(answer as Buffer[]).map(([name, score]) => ({ member: member(name), score: scoreOf(score) }))
    case 'stream':
      return (answer as [Buffer, Buffer[]][]).map(([id, fields]) => ({ id: id.toString('latin1'), fields: fieldsOf(fields) }))
    default:
      return type satisfies never
  }
}

/** Bytes that are no text stand as {"base64": …}. */
const member = (bytes: Buffer): unknown => (isUtf8(bytes) ? bytes.toString('utf8') : { base64: bytes.toString('base64') })

/** JSON has no infinity. */
function scoreOf(bytes: Buffer): number | string {
  const text = bytes.toString('latin1')
  const score = Number(text)
  return Number.isFinite(score) ? score : text
}

const pairsOf = (flat: readonly Buffer[]): [Buffer, Buffer][] =>
  Array.from({ length: flat.length / 2 }, (_, place) => [flat[place * 2] as Buffer, flat[place * 2 + 1] as Buffer])

function objectOf(flat: readonly Buffer[]): Record<string, unknown> {
  const members = pairsOf(flat).map(([name, value]): [string, unknown] => [nameOf(name), member(value)])
  // Sorted, since Redis gives the fields of a large hash in any order. `__proto__` is a name like any other.
  return Object.fromEntries(members.sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0)))
}

/** An entry of a stream may have a name twice; then all of them stand in a list of pairs. */
function fieldsOf(flat: readonly Buffer[]): unknown {
  const pairs = pairsOf(flat).map(([name, value]): [string, unknown] => [nameOf(name), member(value)])
  return new Set(pairs.map(([name]) => name)).size === pairs.length ? Object.fromEntries(pairs) : pairs
}

function nameOf(bytes: Buffer): string {
  if (isUtf8(bytes)) return bytes.toString('utf8')
  throw new UnsayableName(`It has a field whose name is not UTF-8 (base64 ${bytes.toString('base64')}).`)
}
