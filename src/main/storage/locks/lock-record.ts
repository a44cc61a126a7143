import { z } from 'zod'
import { lockModeSchema } from '../../../contract/index.ts'
import { lockPrefix } from '../../persistence/system-table.ts'

/** A grant as the system table keeps it (docs/formats.md): JSON under `lock/` and its id. */
const storedGrantSchema = z.object({
  format: z.literal(1),
  names: z.array(z.string()),
  mode: lockModeSchema,
  owner: z.string(),
  token: z.number().int(),
  leaseMs: z.number().int(),
  acquiredAtMs: z.number(),
})
export type StoredGrant = z.infer<typeof storedGrantSchema>

export const grantKey = (id: string): string => `${lockPrefix}${id}`
export const grantIdOf = (key: string): string => key.slice(lockPrefix.length)

export const encodeGrant = (grant: Omit<StoredGrant, 'format'>): Buffer => Buffer.from(JSON.stringify({ format: 1, ...grant }))

/** Undefined for what is none. */
export function decodeGrant(bytes: Uint8Array): StoredGrant | undefined {
  try {
    return storedGrantSchema.parse(JSON.parse(Buffer.from(bytes).toString()))
  } catch {
    return undefined
  }
}
