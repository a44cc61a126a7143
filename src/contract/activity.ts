import { z } from 'zod'

/** Who acted. `host`: Holdfast itself, on nobody's behalf. */
export const actorKindSchema = z.enum(['person', 'program', 'host'])
/** By which door a request came; `desktop`, `browser` and `command` are what our own clients say of themselves, in `Holdfast-Client`. */
export const doorSchema = z.enum(['desktop', 'browser', 'command', 'socket', 'http'])
export const actorSchema = z.object({ kind: actorKindSchema, door: doorSchema.optional() })
export type Actor = z.infer<typeof actorSchema>
export type Door = z.infer<typeof doorSchema>

/** The header by which our own clients tell that a person sits before them. Without it a request is a program's. */
export const clientHeader = 'holdfast-client'
/** The header `false` of which asks a single write to keep nothing for undo. */
export const undoHeader = 'holdfast-undo'

/** Codes that are told today. A list, not an enum: a client must not refuse an entry whose code is newer than itself. */
export const activityActions = [
  'record.created',
  'record.changed',
  'record.ttlChanged',
  'record.deleted',
  'records.changed',
  'records.deletedByPrefix',
  'records.deleted',
  'records.ttlChanged',
  'records.imported',
  'records.exported',
  'records.sampleLoaded',
  'backup.made',
  'backup.verified',
  'encryption.changed',
  'store.compacted',
  'backup.restored',
  'undo.records',
  'undo.restore',
  'configuration.changed',
  'lock.forced',
  'transaction.rolledBack',
  'collection.changed',
  'collection.removed',
  'collection.migrated',
  'index.built',
  'host.started',
  'host.startedAfterKill',
  'host.stopped',
] as const
export type ActivityAction = (typeof activityActions)[number]

export const outcomeSchema = z.enum(['succeeded', 'failed', 'cancelled', 'interrupted'])

/** What was acted upon, as far as it has a name. */
export const activityTargetSchema = z.object({
  key: z.string().optional(),
  prefix: z.string().optional(),
  backupId: z.string().optional(),
  name: z.string().optional(),
})
export type ActivityTarget = z.infer<typeof activityTargetSchema>

/**
 * `possible` until `until` (absent: until the next restore). `records`: how many an undo would put back at most. `by`: the entry that undid it.
 */
export const undoStateSchema = z.object({
  state: z.enum(['possible', 'undone', 'expired']),
  records: z.number().int().optional(),
  until: z.string().optional(),
  by: z.string().optional(),
})
export type UndoState = z.infer<typeof undoStateSchema>

/** One act. `facts` are counts and names for people, such as `deleted`; `undo` is absent where there never was one. Times are ISO 8601. */
export const activityEntrySchema = z.object({
  id: z.string(),
  at: z.string(),
  actor: actorSchema,
  action: z.string(),
  target: activityTargetSchema.optional(),
  outcome: outcomeSchema,
  error: z.object({ code: z.string(), detail: z.string() }).optional(),
  facts: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
  undo: undoStateSchema.optional(),
  /** The entry that this one undid. */
  undoes: z.string().optional(),
})
export type ActivityEntry = z.infer<typeof activityEntrySchema>

/** `action` is a code or the beginning of one up to a dot: `record`, `backup.made`. `after` is the id of the last entry of the page before. */
export const listActivityInput = z.object({
  after: z.string().max(64).optional(),
  limit: z.number().int().min(1).max(1000).default(100),
  actor: actorKindSchema.optional(),
  action: z.string().min(1).max(64).optional(),
  undoable: z.boolean().default(false),
})
export const listActivityOutput = z.object({ items: z.array(activityEntrySchema), next: z.string().nullable() })
export const undoInput = z.object({ id: z.string().min(1).max(64) })
