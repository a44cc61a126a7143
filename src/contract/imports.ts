import { z } from 'zod'
import { maxImportErrors, maxListedImportErrors } from './limits.ts'

/** What an import does with a key that has a record: replaces the record, leaves it and goes on, or ends there. */
export const existingSchema = z.enum(['overwrite', 'skip', 'stop'])
export type Existing = z.infer<typeof existingSchema>

/**
 * A piece of NDJSON. Over HTTP the body itself is the NDJSON, of any length, and the other fields are the query; over IPC pieces of at
 * most 4 MiB, cut at line ends. With `dryRun` nothing is written: the report says what would have been.
 */
export const importInput = z.object({
  ndjson: z.string(),
  /** The number of the first line, for reports. */
  firstLine: z.number().int().min(1).default(1),
  existing: existingSchema.default('overwrite'),
  dryRun: z.boolean().default(false),
  /** How many failed lines are listed; all are counted. */
  maxErrors: z.number().int().min(0).max(maxListedImportErrors).default(maxImportErrors),
})
export type ImportOptions = Omit<z.infer<typeof importInput>, 'ndjson'>

/** `imported` lines were taken: `created` made a new record, `replaced` another's value; the rest say that a key holds nothing any more. */
export const importOutput = z.object({
  imported: z.number().int(),
  created: z.number().int(),
  replaced: z.number().int(),
  /** Lines left out because their key had a record (`existing: "skip"`). */
  skipped: z.number().int(),
  failed: z.number().int(),
  errors: z.array(z.object({ line: z.number().int(), code: z.string(), detail: z.string() })),
})
export type ImportReport = z.infer<typeof importOutput>
