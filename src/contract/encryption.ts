import { z } from 'zod'

/** `rotate`: another key, with which everything is encrypted anew. */
export const encryptionActionSchema = z.enum(['enable', 'disable', 'rotate'])
export type EncryptionAction = z.infer<typeof encryptionActionSchema>

export const encryptionInput = z.object({ action: encryptionActionSchema }).strict()

export const encryptionOutput = z.object({
  /**
   * `enabling`, `disabling`: what is written is stored in the new way, what lies there not all yet. `key_missing`: the data is encrypted, and its key is not on
   * this host.
   */
  state: z.enum(['off', 'on', 'enabling', 'disabling', 'key_missing']),
  /** Of the key that new records are encrypted with. */
  keyId: z.string().nullable(),
  since: z.string().nullable(),
  /** Where the keys lie. Whoever has this file and a copy of the data can read it; without it nobody can. */
  keyFile: z.string(),
  /** How many keys are there, old ones included: a backup may need one. */
  keys: z.number().int(),
  problem: z.string().optional(),
})
export type EncryptionReport = z.infer<typeof encryptionOutput>
