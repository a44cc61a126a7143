import { z } from 'zod'
import { defaultPageSize, maxBatchOperations, maxKeyBytes, maxPageSize, maxTtlSeconds } from './limits.ts'
import { fencesSchema } from './locks.ts'

const utf8Length = (text: string): number => {
  let bytes = 0
  for (const character of text) {
    const point = character.codePointAt(0) as number
    bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4
  }
  return bytes
}

/** A record's key: 1 to 1,024 bytes of well-formed UTF-8. Keys are ordered by their UTF-8 bytes. */
export const keySchema = z
  .string()
  .min(1, 'a key has at least one character')
  .refine((key) => key.isWellFormed(), 'a key is well-formed Unicode')
  .refine((key) => utf8Length(key) <= maxKeyBytes, `a key has at most ${maxKeyBytes} bytes of UTF-8`)

export const prefixSchema = z
  .string()
  .refine((prefix) => prefix.isWellFormed(), 'a prefix is well-formed Unicode')
  .refine((prefix) => utf8Length(prefix) <= maxKeyBytes, `a prefix has at most ${maxKeyBytes} bytes`)

/** How `value` is written in JSON: `json` (the value itself), `text` (UTF-8), `base64` (any bytes). */
export const encodingSchema = z.enum(['json', 'text', 'base64'])
export type ValueEncoding = z.infer<typeof encodingSchema>

/** Any JSON value, null too, but not nothing. */
const valueSchema = z.unknown().refine((value) => value !== undefined, 'a value is missing')

/** An opaque, ordered name of one state of one record. */
export const versionSchema = z.string().min(1).max(64)
export const ttlSchema = z.number().int().min(1).max(maxTtlSeconds)
export const contentTypeSchema = z
  .string()
  .min(1)
  .max(255)
  .regex(/^[\x20-\x7e]+$/, 'a content type is printable ASCII')
export const durabilitySchema = z.enum(['durable', 'committed'])
export type Durability = z.infer<typeof durabilitySchema>

/** Times are ISO 8601 in UTC with milliseconds. `size` in bytes. */
export const recordItemSchema = z.object({
  key: z.string(),
  version: versionSchema,
  contentType: z.string(),
  size: z.number().int(),
  createdAt: z.string(),
  updatedAt: z.string(),
  expiresAt: z.string().optional(),
  value: z.unknown().optional(),
  encoding: encodingSchema.optional(),
})
export type RecordItem = z.infer<typeof recordItemSchema>

export const getRecordInput = z.object({ key: keySchema })
export const recordOutput = recordItemSchema.extend({ value: z.unknown(), encoding: encodingSchema })
export type RecordWithValue = z.infer<typeof recordOutput>

export const putRecordInput = z.object({
  key: keySchema,
  value: valueSchema,
  encoding: encodingSchema.default('json'),
  contentType: contentTypeSchema.optional(),
  ttlSeconds: ttlSchema.optional(),
  ifVersion: versionSchema.optional(),
  ifAbsent: z.boolean().optional(),
  durability: durabilitySchema.optional(),
})
export const putRecordOutput = z.object({ key: z.string(), version: versionSchema, created: z.boolean() })

export const createRecordInput = z.object({
  key: keySchema,
  value: valueSchema,
  contentType: contentTypeSchema.optional(),
  ttlSeconds: ttlSchema.optional(),
})

/** False: nothing is kept to undo this with. */
const undoSchema = z.boolean().optional()

export const deleteRecordInput = z.object({ key: keySchema, ifVersion: versionSchema.optional(), undo: undoSchema })
export const deletePrefixInput = z.object({ prefix: prefixSchema, dryRun: z.boolean().default(false), undo: undoSchema })

const cursorSchema = z
  .string()
  .refine((key) => key.isWellFormed(), 'a key is well-formed Unicode')
  .refine((key) => utf8Length(key) <= maxKeyBytes, `a key has at most ${maxKeyBytes} bytes of UTF-8`)

/** `from`: keys before it are passed over. `after`: and so are those up to it (reversed: from it on). */
export const listRecordsInput = z.object({
  prefix: prefixSchema.default(''),
  from: cursorSchema.optional(),
  after: cursorSchema.optional(),
  limit: z.number().int().min(1).max(maxPageSize).default(defaultPageSize),
  reverse: z.boolean().default(false),
  values: z.boolean().default(false),
})
export type ListRecordsInput = z.infer<typeof listRecordsInput>
export const listRecordsOutput = z.object({ items: z.array(recordItemSchema), next: z.string().nullable() })

export const batchOperationSchema = z.strictObject({
  op: z.enum(['put', 'get', 'delete']),
  key: keySchema,
  value: z.unknown().optional(),
  encoding: encodingSchema.optional(),
  contentType: contentTypeSchema.optional(),
  ifVersion: versionSchema.optional(),
  ttlSeconds: ttlSchema.optional(),
})
export type BatchOperation = z.infer<typeof batchOperationSchema>
export const batchInput = z.object({
  atomic: z.boolean().default(true),
  operations: z.array(batchOperationSchema).max(maxBatchOperations),
  durability: durabilitySchema.optional(),
  /** Refused as `lock_lost` unless each lock is held with its token. */
  fences: fencesSchema.optional(),
  undo: undoSchema,
})
export const batchResultSchema = z.object({
  status: z.number().int(),
  version: versionSchema.optional(),
  value: z.unknown().optional(),
  encoding: encodingSchema.optional(),
  error: z.object({ code: z.string(), detail: z.string() }).optional(),
})
export type BatchResult = z.infer<typeof batchResultSchema>
export const batchOutput = z.object({ results: z.array(batchResultSchema) })

/**
 * One line of an import, and of an export. `encoding` says how `value` is written; `contentType` absent: the usual one of the encoding.
 * `expiresAt` (ISO 8601) or `ttlSeconds`, not both. A moment that has passed leaves no record under the key.
 */
export const importLineSchema = z
  .object({
    key: keySchema,
    value: valueSchema,
    encoding: encodingSchema.default('json'),
    contentType: contentTypeSchema.optional(),
    ttlSeconds: ttlSchema.optional(),
    expiresAt: z.iso.datetime({ offset: true }).optional(),
  })
  .refine((line) => line.ttlSeconds === undefined || line.expiresAt === undefined, 'a line has ttlSeconds or expiresAt, not both')
