import { z } from 'zod'
import { delimitersSchema } from './browse.ts'
import { prefixSchema } from './records.ts'

/** Prefixes that one measurement of what takes how much lists at most; the rest is summed up. */
export const maxSpaceItems = 200
/** Prefixes that can be asked for by name, such as those of all collections. */
export const maxSpacePrefixes = 1000

/** Something of the data folder that takes room. `previous`: the database before the last restore, `undo`: what was kept so that changes can be undone. */
export const spacePartSchema = z.enum(['database', 'previous', 'journal', 'backups', 'undo', 'logs', 'series', 'other'])
export type SpacePart = z.infer<typeof spacePartSchema>

/** Who is known to hold an old state of the database. `other`: something else in this host; `process`: another program has the file open. */
export const readerHolderSchema = z.enum(['backup', 'compaction', 'other', 'process'])

/** All sizes in bytes. What is not measured is null, never 0. */
export const spaceOutput = z.object({
  measuredAt: z.string(),
  /** Of the disk of the database. */
  disk: z.object({ totalBytes: z.number(), freeBytes: z.number() }).nullable(),
  /** What lies where, the largest first. */
  parts: z.array(z.object({ part: spacePartSchema, folder: z.string(), bytes: z.number().nullable() })),
  database: z.object({
    generation: z.string(),
    fileBytes: z.number(),
    /** Of pages that hold something, and of those that hold nothing and are used again: together they are the file. */
    usedBytes: z.number(),
    freeBytes: z.number(),
    pageBytes: z.number().int(),
    /** Each table of the database, the largest first. */
    tables: z.array(z.object({ name: z.string(), entries: z.number(), bytes: z.number() })),
  }),
  /** What can be freed, and how. */
  reclaimable: z.object({
    /**
     * `bytes` is what compaction wins at least; it makes pages fuller too, which is not known before. `neededBytes` must be free on the disk meanwhile; where it
     * is not, `possible` is false.
     */
    compaction: z.object({ bytes: z.number(), neededBytes: z.number(), possible: z.boolean() }),
    /** Records that have expired and are not deleted yet; their bytes are about. The next sweep deletes them. */
    expiry: z.object({ records: z.number(), bytes: z.number() }),
    /** What is kept for undo, of changes and of the last restore. It goes by itself when its time is over. */
    undo: z.object({ bytes: z.number().nullable(), previousBytes: z.number().nullable() }),
  }),
  /**
   * Readers of old states: pages that were given up since the oldest of them began cannot be used again, so the file grows. `behind` counts commits since.
   * `holders` says who holds one, as far as that is known, and since when.
   */
  readers: z.object({
    count: z.number().int(),
    behind: z.number(),
    pinnedBytes: z.number().nullable(),
    holders: z.array(z.object({ holder: readerHolderSchema, since: z.string().nullable(), processId: z.number().int().optional() })),
  }),
  /** The last sweep over expired records: bytes that were reclaimable when it began, and what of them was reclaimed within its interval. */
  sweep: z
    .object({ at: z.string(), intervalSeconds: z.number(), reclaimableBytes: z.number(), reclaimedBytes: z.number(), paused: z.boolean() })
    .nullable(),
})
export type SpaceReport = z.infer<typeof spaceOutput>

const usageFields = {
  /** Only records whose key begins with it. */
  prefix: prefixSchema.default(''),
  /** What is told apart: each character ends a segment, and the next segment below `prefix` is one item. */
  delimiters: delimitersSchema,
  /** Instead of segments: an item for each of these prefixes, such as those of collections. They must not overlap. */
  prefixes: z.array(prefixSchema).min(1).max(maxSpacePrefixes).optional(),
  /** The largest so many items. */
  limit: z.number().int().min(1).max(maxSpaceItems).default(50),
}

export const spaceUsageInput = z.strictObject(usageFields)
export type SpaceUsageInput = z.output<typeof spaceUsageInput>

const amountSchema = z.object({
  records: z.number(),
  /** Of keys and records as they are stored, compressed where it pays; without what the pages of the database cost. */
  bytes: z.number(),
  /** Of their values as they were written. */
  valueBytes: z.number(),
})

/** Records below a prefix. `rest`: those directly below it, without a further segment. */
export const spaceItemSchema = amountSchema.extend({ prefix: z.string(), rest: z.boolean() })
export type SpaceItem = z.infer<typeof spaceItemSchema>

/** Records that were last changed at least `fromSeconds` ago and less than `toSeconds` (null: any time before). */
export const spaceAgeSchema = amountSchema.extend({ fromSeconds: z.number().int(), toSeconds: z.number().int().nullable() })
export type SpaceAge = z.infer<typeof spaceAgeSchema>

/**
 * `exact`: every record was looked at, else one of `every`, and each stands for so many: small items may be missing, and figures are about. Records that are
 * written while it is measured may be in it or not.
 */
export const spaceUsageSchema = z.object({
  measuredAt: z.string(),
  prefix: z.string(),
  exact: z.boolean(),
  every: z.number().int(),
  lookedAt: z.number(),
  total: amountSchema,
  /** The largest first. `others`: what `limit` left out, or lies in none of the prefixes. */
  items: z.array(spaceItemSchema),
  others: amountSchema.extend({ items: z.number().int() }),
  /** The youngest first. */
  ages: z.array(spaceAgeSchema),
})
export type SpaceUsage = z.infer<typeof spaceUsageSchema>
