import { z } from 'zod'

/** `verified`: read back whole and every checksum held. `unverified`: complete, not read since it was found. `damaged`: must not be relied on. */
export const backupStateSchema = z.enum(['verified', 'unverified', 'damaged'])

export const backupSchema = z.object({
  id: z.string(),
  kind: z.enum(['full']),
  state: backupStateSchema,
  file: z.string(),
  createdAt: z.string(),
  verifiedAt: z.string().optional(),
  /** Records in it. */
  records: z.number().int(),
  /** Bytes of the records before compression, and of the file. */
  bytes: z.number().int(),
  storedBytes: z.number().int(),
  /** The journal position whose state it holds. */
  sequence: z.number().int(),
  timeline: z.string(),
  /** Of the store that it was made of; empty where the file does not say. */
  storeId: z.string(),
  durationMs: z.number(),
  /** Set when damaged: what is wrong, in a sentence. */
  problem: z.string().optional(),
})
export type Backup = z.infer<typeof backupSchema>

/** Body absent or `{}`: the whole store, to the configured folder. */
export const createBackupInput = z.object({}).strict()
/** `latest` names the newest backup of this store that is not damaged; where there is none, the newest of another. */
export const backupIdInput = z.object({ id: z.string().min(1).max(64) })
export const restoreInput = backupIdInput.strict()
export const backupListOutput = z.object({ items: z.array(backupSchema), next: z.string().nullable() })
