import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { StoredRecord, WriteOperation } from '../persistence/record-store.ts'

/** A record as it was before a change. */
export interface RecordBefore {
  readonly version: string
  readonly contentType: string
  readonly expiresAtMs: number | null
  readonly value: Uint8Array
}

/** What a change makes of a record: `digest` names its value, type and expiry. */
export interface RecordAfter {
  readonly digest: string
  readonly expiresAtMs: number | null
}

/** One record of an act: as it was, and as the act leaves it. Null: absent. */
export interface KeptChange {
  readonly key: string
  readonly before: RecordBefore | null
  readonly after: RecordAfter | null
}

type Content = Pick<RecordBefore, 'contentType' | 'expiresAtMs' | 'value'>

export const digestOf = ({ contentType, expiresAtMs, value }: Content): string =>
  createHash('sha256')
    .update(`${contentType}\n${expiresAtMs ?? 0}\n`)
    .update(value)
    .digest('base64')

export const beforeOf = ({ meta, value }: StoredRecord): RecordBefore => ({
  version: meta.version,
  contentType: meta.contentType,
  expiresAtMs: meta.expiresAtMs,
  value,
})

export const afterOf = (operation: WriteOperation): RecordAfter | null =>
  operation.kind === 'put' ? { digest: digestOf(operation), expiresAtMs: operation.expiresAtMs } : null

const listSchema = z.array(
  z.object({
    key: z.string(),
    before: z
      .object({ version: z.string(), contentType: z.string(), expiresAtMs: z.number().nullable(), size: z.number().int().min(0) })
      .nullable(),
    after: z.object({ digest: z.string(), expiresAtMs: z.number().nullable() }).nullable(),
  }),
)

/** The content of a `kept` frame: u32 bytes of a JSON list, the list, and the values one after the other. */
export function encodeKept(changes: readonly KeptChange[]): Buffer {
  const list = changes.map(({ key, before, after }) => {
    if (before === null) return { key, before, after }
    const { value, ...facts } = before
    return { key, before: { ...facts, size: value.byteLength }, after }
  })
  const json = Buffer.from(JSON.stringify(list))
  const length = Buffer.alloc(4)
  length.writeUInt32LE(json.length)
  return Buffer.concat([length, json, ...changes.flatMap(({ before }) => (before === null ? [] : [before.value]))])
}

/** Throws when the content is not of this form. */
export function decodeKept(content: Buffer): KeptChange[] {
  const jsonEnd = 4 + content.readUInt32LE(0)
  let at = jsonEnd
  return listSchema.parse(JSON.parse(content.toString('utf8', 4, jsonEnd))).map(({ key, before, after }) => {
    if (before === null) return { key, before, after }
    const { size, ...facts } = before
    const value = content.subarray(at, at + size)
    at += size
    if (value.length !== size) throw new RangeError('A kept value is cut off.')
    return { key, before: { ...facts, value }, after }
  })
}
