import { z } from 'zod'

export const jobStateSchema = z.enum(['queued', 'running', 'succeeded', 'failed', 'cancelled'])
export const jobKindSchema = z.enum([
  'backup',
  'verify',
  'restore',
  'undo-restore',
  'delete-prefix',
  'sample-data',
  'undo',
  'count',
  'search',
  'bulk-check',
  'bulk-delete',
  'bulk-ttl',
  'encryption',
  'import',
  'export',
  'compaction',
  'space-measure',
  'index-build',
  'collection-migrate',
])
export type JobKind = z.infer<typeof jobKindSchema>

/** Long work. `done` and `total` count `unit`; `total` is null while it is not known. Times are ISO 8601. */
export const jobSchema = z.object({
  id: z.string(),
  kind: jobKindSchema,
  state: jobStateSchema,
  /** What it works on, for people: a prefix, a backup's id. */
  subject: z.string().optional(),
  phase: z.string(),
  /** While queued: the job that has to end first. */
  waitingFor: z.string().optional(),
  done: z.number(),
  total: z.number().nullable(),
  unit: z.enum(['records', 'bytes', 'steps']),
  ratePerSecond: z.number().optional(),
  etaSeconds: z.number().optional(),
  createdAt: z.string(),
  startedAt: z.string().optional(),
  finishedAt: z.string().optional(),
  /** `details` are the facts of the sentence `detail`, for a client that says it in another language. */
  error: z
    .object({ code: z.string(), detail: z.string(), details: z.record(z.string(), z.union([z.string(), z.number()])).optional() })
    .optional(),
  result: z.record(z.string(), z.unknown()).optional(),
})
export type Job = z.infer<typeof jobSchema>

export const jobIdInput = z.object({ id: z.string().min(1).max(64) })
export const listPageInput = z.object({ after: z.string().optional(), limit: z.number().int().min(1).max(1000).default(100) })
export const jobListOutput = z.object({ items: z.array(jobSchema), next: z.string().nullable() })
