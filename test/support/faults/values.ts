/** Values that say of themselves which write they come from, so that an oracle can tell a whole one from a torn or a foreign one. */

/** Names one write of one client: `<run>.<client>.<number>.<bytes>`. */
export type ValueId = string

export const valueId = (run: string, client: number, number: number, bytes: number): ValueId => `${run}.${client}.${number}.${bytes}`

/** `id|` and a filling that only this id has, of exactly the length that the id says (or of the id's own, if that is longer). */
export function valueFor(id: ValueId): Buffer {
  const head = Buffer.from(`${id}|`)
  const bytes = Math.max(Number(id.slice(id.lastIndexOf('.') + 1)), head.length)
  const value = Buffer.alloc(bytes, head)
  head.copy(value)
  return value
}

/** The id of a value that is whole; undefined for any other bytes. */
export function idOf(value: Buffer): ValueId | undefined {
  const end = value.subarray(0, 100).indexOf('|')
  if (end < 0) return undefined
  const id = value.toString('latin1', 0, end)
  return valueFor(id).equals(value) ? id : undefined
}
