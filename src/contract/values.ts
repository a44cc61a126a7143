import { z } from 'zod'
import { actorSchema } from './activity.ts'
import { maxPartBytes } from './limits.ts'
import { contentTypeSchema, keySchema, putRecordOutput, recordItemSchema, ttlSchema, versionSchema } from './records.ts'

/** `length` bytes from `offset` on. `ifVersion`: refuse when the record has another state, so that parts of two states are never put together. */
export const readPartInput = z.object({
  key: keySchema,
  offset: z.number().int().min(0).default(0),
  length: z
    .number()
    .int()
    .min(1)
    .max(maxPartBytes)
    .default(64 * 1024),
  ifVersion: versionSchema.optional(),
})

/** `size` is that of the whole value, `bytes` the part in base64, shorter at the end. `writtenBy` null: not known any more. */
export const readPartOutput = recordItemSchema.omit({ value: true, encoding: true }).extend({
  offset: z.number().int(),
  bytes: z.string(),
  writtenBy: actorSchema.nullable(),
})
export type RecordPart = z.infer<typeof readPartOutput>

/** What is absent stays. `ttlSeconds` null: it never expires. */
export const amendRecordInput = z
  .object({
    key: keySchema,
    ttlSeconds: ttlSchema.nullable().optional(),
    contentType: contentTypeSchema.optional(),
    ifVersion: versionSchema.optional(),
  })
  .refine(({ ttlSeconds, contentType }) => ttlSeconds !== undefined || contentType !== undefined, 'ttlSeconds or contentType')
export const amendRecordOutput = putRecordOutput.omit({ created: true })
