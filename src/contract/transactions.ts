import { z } from 'zod'
import { listPageInput } from './jobs.ts'
import { maxBatchOperations } from './limits.ts'
import { fencesSchema } from './locks.ts'
import {
  batchOperationSchema,
  batchResultSchema,
  durabilitySchema,
  encodingSchema,
  keySchema,
  listRecordsInput,
  listRecordsOutput,
  versionSchema,
} from './records.ts'

export const maxTransactionIdleMs = 300_000

const transactionIdSchema = z.string().min(1).max(64)
export const transactionIdInput = z.object({ id: transactionIdSchema })

/**
 * `idleMs`: rolled back when nothing was asked of it for so long. `bound`: rolled back when the connection on which it was begun closes; for clients that
 * keep one connection.
 */
export const beginTransactionInput = z.strictObject({
  idleMs: z.number().int().min(100).max(maxTransactionIdleMs).default(30_000),
  bound: z.boolean().default(false),
})

/** `reads`: keys and ranges that are checked at commit. `writes`, `bytes`: what is staged. Times are ISO 8601. */
export const transactionSchema = z.object({
  id: transactionIdSchema,
  startedAt: z.string(),
  expiresAt: z.string(),
  door: z.string().optional(),
  reads: z.number().int(),
  writes: z.number().int(),
  bytes: z.number().int(),
})
export type TransactionView = z.infer<typeof transactionSchema>
export const transactionListInput = listPageInput
export const transactionListOutput = z.object({ items: z.array(transactionSchema), next: z.string().nullable() })

export const transactionGetInput = z.strictObject({ id: transactionIdSchema, keys: z.array(keySchema).min(1).max(1000) })
/** In the order of `keys`. `version` null: there is no record; absent: it was written in this transaction. */
export const transactionGetOutput = z.object({
  items: z.array(
    z.object({
      key: z.string(),
      version: versionSchema.nullable().optional(),
      value: z.unknown().optional(),
      encoding: encodingSchema.optional(),
    }),
  ),
})

/** `next` goes into `after`. A page may have fewer records than asked for, or none, before the end. */
export const transactionScanInput = listRecordsInput.omit({ from: true, values: true }).extend({ id: transactionIdSchema })
export const transactionScanOutput = listRecordsOutput

export const transactionWriteInput = z.strictObject({
  id: transactionIdSchema,
  operations: z.array(batchOperationSchema).min(1).max(maxBatchOperations),
})

export const commitTransactionInput = z.strictObject({
  id: transactionIdSchema,
  durability: durabilitySchema.optional(),
  fences: fencesSchema.optional(),
})
/** One for each staged write, in the order in which their keys were first written. */
export const commitTransactionOutput = z.object({ results: z.array(batchResultSchema.extend({ key: z.string() })) })
