import { z } from 'zod'
import { listPageInput } from './jobs.ts'

/** Names that one call locks together. */
export const maxLockNames = 64
export const maxLeaseMs = 3_600_000
export const maxLockWaitMs = 60_000

const nameSchema = z
  .string()
  .min(1, 'a lock has a name')
  .max(256, 'the name of a lock has at most 256 characters')
  .refine((name) => name.isWellFormed(), 'the name of a lock is well-formed Unicode')

export const lockModeSchema = z.enum(['exclusive', 'shared'])
export type LockMode = z.infer<typeof lockModeSchema>

/** A number that only grows. Given with a write, the write is refused unless the lock is still held with it. */
export const fencingTokenSchema = z.number().int().min(1)
export const fenceSchema = z.strictObject({ lock: nameSchema, token: fencingTokenSchema })
/** The header by which a single write carries tokens: `name=token`, several behind commas, names percent-encoded. */
export const fenceHeader = 'holdfast-fence'
export type Fence = z.infer<typeof fenceSchema>
export const fencesSchema = z.array(fenceSchema).max(maxLockNames)

/** All names or none. `waitMs`: how long to stand in the queue; 0: not at all. `owner` is for people: who holds it, and what for. */
export const acquireLocksInput = z.strictObject({
  names: z
    .array(nameSchema)
    .min(1)
    .max(maxLockNames)
    .refine((names) => new Set(names).size === names.length, 'each name once'),
  mode: lockModeSchema.default('exclusive'),
  owner: z.string().max(200).default(''),
  leaseMs: z.number().int().min(1000).max(maxLeaseMs).default(30_000),
  waitMs: z.number().int().min(0).max(maxLockWaitMs).default(0),
})

const grantIdSchema = z.string().min(1).max(64)

/** What was acquired with one call: `id` renews and releases it, `token` fences writes. Times are ISO 8601. */
export const lockGrantSchema = z.object({
  id: grantIdSchema,
  names: z.array(z.string()),
  mode: lockModeSchema,
  owner: z.string(),
  token: fencingTokenSchema,
  leaseMs: z.number().int(),
  acquiredAt: z.string(),
  /** When it ends unless it is renewed. */
  expiresAt: z.string(),
})
export type LockGrant = z.infer<typeof lockGrantSchema>

/** `waitedMs`: from when the request arrived until the lease began; what is left of it by then does not depend on how long the answer took. */
export const acquiredLockSchema = lockGrantSchema.extend({ waitedMs: z.number().int().min(0) })
export type AcquiredLock = z.infer<typeof acquiredLockSchema>

export const lockIdInput = z.object({ id: grantIdSchema })
export const renewLocksInput = z.strictObject({ id: grantIdSchema, leaseMs: z.number().int().min(1000).max(maxLeaseMs).optional() })

/** Of the queue for one lock so many are listed by name. */
export const maxListedWaiters = 10
/** `since`: ISO 8601. */
export const lockWaiterSchema = z.object({ names: z.array(z.string()), mode: lockModeSchema, owner: z.string(), since: z.string() })
export type LockWaiter = z.infer<typeof lockWaiterSchema>

/** `waiting`: how many stand in the queue for one of its names; `queue`: the first of them, in their order. */
export const heldLockSchema = lockGrantSchema.extend({ waiting: z.number().int(), queue: z.array(lockWaiterSchema) })
export type HeldLock = z.infer<typeof heldLockSchema>
export const lockListInput = listPageInput
export const lockListOutput = z.object({ items: z.array(heldLockSchema), next: z.string().nullable() })
