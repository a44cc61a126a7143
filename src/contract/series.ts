import { z } from 'zod'

/** What is measured over time, and in which unit: rates are per second, latencies in milliseconds, ratios from 0 to 1. */
export const seriesUnits = {
  reads_per_second: 'per_second',
  writes_per_second: 'per_second',
  errors_per_second: 'per_second',
  read_p50_ms: 'ms',
  read_p99_ms: 'ms',
  write_p50_ms: 'ms',
  write_p99_ms: 'ms',
  cache_hit_ratio: 'ratio',
  disk_free_bytes: 'bytes',
  database_bytes: 'bytes',
  journal_bytes: 'bytes',
  process_memory_bytes: 'bytes',
  /** Share of reads, of writes, that failed and not by their caller's doing. */
  read_error_ratio: 'ratio',
  write_error_ratio: 'ratio',
  /** Share of the transactions that the store should have committed and did. */
  transactions_committed_ratio: 'ratio',
  disk_used_ratio: 'ratio',
  records: 'count',
  /** Syncs of the journal: what a durable write waits for. */
  sync_p50_ms: 'ms',
  sync_p99_ms: 'ms',
  /** How full the overlay is: what is in the journal and not in the database yet. Writers wait when it is full. */
  overlay_fill_ratio: 'ratio',
  /** Writers that had to wait for room in the overlay, and how long 99 of 100 of them waited. */
  writes_delayed_per_second: 'per_second',
  write_wait_p99_ms: 'ms',
  /** Share of the bytes of values that compression saves, over everything that was written into the database. */
  compression_saved_ratio: 'ratio',
  /** Of the bytes of records that had expired when a sweep began, the share that it reclaimed within its interval; nothing where none had. */
  expiry_reclaimed_ratio: 'ratio',
  /** Pages of the database file that hold something; the rest of the file is used again. */
  database_used_bytes: 'bytes',
  /** Free pages that cannot be used again while somebody reads an old state, and how many commits behind the oldest reader is. */
  pinned_bytes: 'bytes',
  reader_behind_commits: 'count',
  /** Of the records and index entries that queries looked at, the share that fitted; nothing where none was asked. */
  query_efficiency_ratio: 'ratio',
} as const
export type SeriesName = keyof typeof seriesUnits

export const maxSeriesPoints = 2000

/**
 * `names` is a list separated by commas; absent: all. `from`, `to`: ISO 8601, `from` also `oldest`; absent: the last 15 minutes. Without
 * `points` the answer has every second of the last hour that was measured; with it, at most so many means of equally long spans, from what
 * is kept finest of the whole time: seconds for an hour, minutes for a week, hours for two years.
 */
export const seriesInput = z.object({
  names: z.string().optional(),
  from: z.string().optional(),
  to: z.string().optional(),
  points: z.number().int().min(1).max(maxSeriesPoints).optional(),
})

/** Something that happened and explains a bend in a line. `kind` may be one that a newer host knows. */
export const annotationSchema = z.object({
  /** Milliseconds since 1970. */
  at: z.number(),
  kind: z.string(),
  /** What it was about: the id of a backup, a reason. */
  subject: z.string().optional(),
})
export type Annotation = z.infer<typeof annotationSchema>
export const annotationKinds = [
  'host_started',
  'host_stopped',
  /** The host was killed or lost its power: it is noted at the next start, at the last moment that was measured. */
  'host_cut_off',
  'backup_made',
  'backup_failed',
  'restored',
  'restore_failed',
  'restore_undone',
  'writes_refused',
  'writes_resumed',
  'clock_set',
] as const
export type AnnotationKind = (typeof annotationKinds)[number]

const nullableNumbers = z.array(z.number().nullable())

export const seriesOutput = z.object({
  /** Of one point. */
  stepSeconds: z.number(),
  /** The span that was asked for, and the oldest moment of which anything is kept; milliseconds since 1970. */
  fromMs: z.number(),
  toMs: z.number(),
  oldestMs: z.number().nullable(),
  series: z.array(
    z.object({
      name: z.string(),
      unit: z.string(),
      /** [milliseconds since 1970, value or null where nothing was measured] */
      points: z.array(z.tuple([z.number(), z.number().nullable()])),
      /** The least and the greatest second behind each point; there when `points` was asked for. */
      min: nullableNumbers.optional(),
      max: nullableNumbers.optional(),
    }),
  ),
  /** Oldest first, the newest 500 of the span. */
  annotations: z.array(annotationSchema),
})
export type SeriesOutput = z.infer<typeof seriesOutput>
