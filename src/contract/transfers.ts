import { z } from 'zod'
import { existingSchema } from './imports.ts'
import { jobIdInput } from './jobs.ts'
import { maxPartBytes } from './limits.ts'
import { prefixSchema } from './records.ts'

const maxPathLength = 4096

/** A path of the host's own machine. */
const hostPathSchema = z
  .string()
  .min(1)
  .max(maxPathLength)
  .refine((path) => /^(\/|[A-Za-z]:[\\/]|\\\\)/.test(path) && !path.includes('\0'), 'an absolute path on the host')

/** Every field but `path` is found out from the beginning of the file where it is absent. */
export const fileSourceSchema = z.strictObject({
  kind: z.literal('file'),
  path: hostPathSchema,
  format: z.enum(['ndjson', 'json', 'csv']).optional(),
  mapping: z
    .strictObject({
      /** What each key is made of: text with columns in braces. */
      key: z.string().min(1).max(1024).optional(),
      delimiter: z.string().length(1).optional(),
      header: z.boolean().optional(),
    })
    .default({}),
  prefix: prefixSchema.default(''),
})

/** `url`: redis:// or, over TLS, rediss://, with user, password and database number where they are needed. `match`: a pattern of Redis. */
export const redisSourceSchema = z.strictObject({
  kind: z.literal('redis'),
  url: z.url({ protocol: /^rediss?$/, hostname: /./, error: 'a redis:// or rediss:// URL' }).max(2048),
  match: z.string().min(1).max(1024).optional(),
  /** The certificates that a rediss:// server is checked against; absent: those of the system. */
  caFile: hostPathSchema.optional(),
  prefix: prefixSchema.default(''),
})

/** `table` absent: the main one. */
export const lmdbSourceSchema = z.strictObject({
  kind: z.literal('lmdb'),
  path: hostPathSchema,
  table: z.string().min(1).max(500).optional(),
  prefix: prefixSchema.default(''),
})

export const importSourceSchema = z.discriminatedUnion('kind', [fileSourceSchema, redisSourceSchema, lmdbSourceSchema])
export type ImportSourceInput = z.infer<typeof importSourceSchema>

export const startImportInput = z.object({
  source: importSourceSchema,
  existing: existingSchema.default('overwrite'),
  dryRun: z.boolean().default(false),
})

/**
 * A file of the caller's own, with the fields of a file of the host. Over HTTP the body itself is the file, of any length and format, and the other fields
 * are the query; over IPC it is small. `name` is what the file is called there: its ending tells the format where `format` does not.
 */
export const uploadImportInput = z.object({
  /** In base64. */
  bytes: z.base64().max(Math.ceil(maxPartBytes / 3) * 4),
  name: z.string().min(1).max(255).default('file'),
  format: fileSourceSchema.shape.format,
  key: z.string().min(1).max(1024).optional(),
  delimiter: z.string().length(1).optional(),
  header: z.boolean().optional(),
  prefix: prefixSchema.default(''),
  existing: existingSchema.default('overwrite'),
  dryRun: z.boolean().default(false),
})
export type UploadWish = Omit<z.output<typeof uploadImportInput>, 'bytes'>

/** `id`: of a job of an import that did not come to its end. `password`: that of the Redis again, since it is kept nowhere. */
export const resumeImportInput = jobIdInput.extend({ password: z.string().max(1024).optional() })

/**
 * A plain copy: keys and values of one table, nothing of Holdfast's own. `path`: a folder that is not there yet, or is empty. `format`: `0.9` for nearly
 * every program and the tools of LMDB, `node` for the package lmdb of Node.
 */
export const startExportInput = z.object({
  kind: z.literal('lmdb'),
  path: hostPathSchema,
  prefix: prefixSchema.default(''),
  format: z.enum(['0.9', 'node']).default('0.9'),
})

/** A part of the file of what could not be imported. */
export const readImportErrorsInput = jobIdInput.extend({
  offset: z.number().int().min(0).default(0),
  length: z.number().int().min(1).max(maxPartBytes).default(maxPartBytes),
})
export const readImportErrorsOutput = z.object({
  /** What to call the file. */
  name: z.string(),
  size: z.number().int(),
  offset: z.number().int(),
  bytes: z.string(),
})
