import { z } from 'zod'

/** `unknown` is its own level: what is not measured is never called healthy. */
export const levelSchema = z.enum(['normal', 'warning', 'critical', 'unknown'])
export type Level = z.infer<typeof levelSchema>

/** One check: `reason` says what is, `action` what to do. Both are sentences in English; `code` lets a screen say them in its own language. */
export const checkSchema = z.object({
  id: z.enum(['store', 'performance', 'disk', 'integrity', 'backup']),
  level: levelSchema,
  code: z.string(),
  reason: z.string(),
  action: z.string().optional(),
  since: z.string().optional(),
  facts: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
})
export type Check = z.infer<typeof checkSchema>

/** `status` is the worst level of the checks. With no token over TCP only `{status:"up"}` is said. */
export const healthOutput = z.object({ status: z.union([levelSchema, z.literal('up')]), checks: z.array(checkSchema).optional() })
export type Health = z.infer<typeof healthOutput>

/** `running` takes reads and writes, `read-only` and `full` take reads, `stopped` takes neither. */
export const storeModeSchema = z.enum(['running', 'read-only', 'full', 'stopped'])

export const statusOutput = z.object({
  version: z.string(),
  pid: z.number().int(),
  hostname: z.string(),
  startedAt: z.string(),
  now: z.string(),
  dataFolder: z.string(),
  socket: z.string().nullable(),
  url: z.string().nullable(),
  store: z.object({
    mode: storeModeSchema,
    code: z.string().optional(),
    reason: z.string().optional(),
    timeline: z.string(),
    generation: z.string(),
    /** The newest journal position, and the newest that the database holds. */
    sequence: z.number().int(),
    appliedSequence: z.number().int(),
    records: z.number().int(),
    recordsExact: z.boolean(),
    overlayBytes: z.number().int(),
    databaseBytes: z.number().int(),
    journalBytes: z.number().int(),
    /** Of every value that was written into the database: its bytes, and those that it took there; by prefix, the largest first. */
    compression: z.object({
      valueBytes: z.number(),
      storedBytes: z.number(),
      savedShare: z.number().nullable(),
      prefixes: z.array(z.object({ prefix: z.string(), values: z.number(), valueBytes: z.number(), storedBytes: z.number() })),
    }),
  }),
  disk: z.object({ totalBytes: z.number(), freeBytes: z.number() }).nullable(),
  cache: z.object({ bytes: z.number(), maxBytes: z.number(), hits: z.number(), misses: z.number() }),
  /** The newest verified backup, and what has changed since. */
  lastBackup: z
    .object({
      id: z.string(),
      createdAt: z.string(),
      /** Transactions since, exactly. */
      changesSince: z.number().int(),
      /** Records changed since, from what was measured each second; a record that changed twice counts twice. Null where that is not known. */
      recordsChanged: z.number().int().nullable(),
      /** On the file system of the database: of no use when that disk dies. */
      onSameDisk: z.boolean(),
    })
    .nullable(),
  /** Present when a restore can be undone. */
  undo: z.object({ restoredAt: z.string(), backupId: z.string().nullable(), undoesUndo: z.boolean() }).nullable(),
  /** Keys of the configuration whose subsystem is not in effect yet, and similar. */
  notices: z.array(z.object({ code: z.string(), text: z.string() })),
  health: healthOutput,
})
export type Status = z.infer<typeof statusOutput>
