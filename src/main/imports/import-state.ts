import { readFile, rm } from 'node:fs/promises'
import { z } from 'zod'
import { existingSchema, importSourceSchema } from '../../contract/index.ts'
import { writeFileDurably } from '../base/durable-file.ts'

const countsSchema = z.object({
  imported: z.number().int(),
  created: z.number().int(),
  replaced: z.number().int(),
  skipped: z.number().int(),
  failed: z.number().int(),
})
export type Counts = z.infer<typeof countsSchema>

export const noCounts: Counts = { imported: 0, created: 0, replaced: 0, skipped: 0, failed: 0 }

const stateSchema = z.object({
  format: z.literal(1),
  /** Without its password. */
  source: importSourceSchema,
  needsPassword: z.boolean(),
  existing: existingSchema,
  dryRun: z.boolean(),
  /** Milliseconds since 1970. */
  startedAtMs: z.number(),
  /** Everything before it is in the store, durably, and in the counts. Absent: nothing yet. */
  position: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
  counts: countsSchema,
  errors: z.object({
    ending: z.enum(['ndjson', 'json', 'csv']),
    bytes: z.number().int(),
    items: z.number().int(),
    leftOut: z.number().int(),
  }),
  /** The newest version that this import had written when the position was noted. */
  lastVersion: z.string(),
  /** The same when the source was last read from its beginning. */
  passVersion: z.string(),
})
/** How far an import is: what it needs to go on after a crash, and to count right. */
export type ImportState = z.infer<typeof stateSchema>

export async function saveState(path: string, state: ImportState): Promise<void> {
  await writeFileDurably(path, `${JSON.stringify(state)}\n`)
}

/** Undefined when there is none, or none that can be understood. */
export async function readState(path: string): Promise<ImportState | undefined> {
  try {
    return stateSchema.parse(JSON.parse(await readFile(path, 'utf8')))
  } catch {
    return undefined
  }
}

export const removeState = (path: string): Promise<void> => rm(path, { force: true })
