import { z } from 'zod'
import { keySchema, prefixSchema, recordItemSchema, ttlSchema } from './records.ts'

/** Hits that one search keeps; it ends when it has found so many. */
export const maxSearchHits = 10_000
/** Keys that one bulk change names. More is said by a prefix or a search. */
export const maxBulkKeys = 10_000
export const maxDelimiters = 8

/** Each character of it ends a segment of a key. */
export const delimitersSchema = z
  .string()
  .min(1)
  .max(2 * maxDelimiters)
  .refine((text) => text.isWellFormed() && [...text].length <= maxDelimiters, `at most ${maxDelimiters} characters`)
  .default(':/')

const cursorSchema = z.string().refine((after) => after.isWellFormed(), 'a cursor is well-formed Unicode')

/** `delimiters`: each character of it ends a segment. `after`: the `id` of the last child of the page before. */
export const childrenInput = z.object({
  prefix: prefixSchema.default(''),
  delimiters: delimitersSchema,
  after: cursorSchema.optional(),
  limit: z.number().int().min(1).max(200).default(100),
})

/**
 * One step down from a prefix. With `prefix` it has records below it: `count` of them, `exact` or about. With `key` there is a record at
 * the name itself; of a branch the name without its delimiter. `id` is unique among its siblings.
 */
export const childSchema = z.object({
  id: z.string(),
  /** What comes after the parent's prefix; of a branch with the delimiter at its end. */
  name: z.string(),
  prefix: z.string().optional(),
  key: z.string().optional(),
  count: z.number().int(),
  exact: z.boolean(),
})
export type Child = z.infer<typeof childSchema>
export const childrenOutput = z.object({ items: z.array(childSchema), next: z.string().nullable() })

/** Where a key stands among the keys with a prefix, or which key stands at a rank; with neither only how many there are. */
export const positionInput = z.object({
  prefix: prefixSchema.default(''),
  key: keySchema.optional(),
  rank: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER).optional(),
})
/** `before`: keys with the prefix that come before `key`. While not `complete` the host is still counting, and figures are rough. */
export const positionOutput = z.object({
  key: z.string().nullable(),
  before: z.number().int(),
  total: z.number().int(),
  exact: z.boolean(),
  complete: z.boolean(),
})
export type Position = z.infer<typeof positionOutput>

export const countInput = z.strictObject({ prefix: prefixSchema.default('') })

export const searchModeSchema = z.enum(['contains', 'glob', 'regex'])
export type SearchMode = z.infer<typeof searchModeSchema>
/** `glob`: `*` stands for any characters, `?` for one; it matches the whole key. In values `contains` and `regex` only. */
export const searchInput = z
  .strictObject({
    text: z.string().min(1).max(1024),
    mode: searchModeSchema.default('contains'),
    in: z.enum(['keys', 'values']).default('keys'),
    caseSensitive: z.boolean().default(false),
    prefix: prefixSchema.default(''),
  })
  .refine((search) => search.in === 'keys' || search.mode !== 'glob', 'in values a search is "contains" or "regex"')
export type SearchInput = z.output<typeof searchInput>

export const searchHitsInput = z.object({
  id: z.string().min(1).max(64),
  /** Hits to pass over. */
  skip: z.number().int().min(0).max(maxSearchHits).default(0),
  limit: z.number().int().min(1).max(1000).default(200),
})
/** A hit as it was when it was found. `snippet`: the text around what was found in a value, at `[from, to)` of it. */
export const searchHitSchema = recordItemSchema.omit({ value: true, encoding: true }).extend({
  snippet: z.object({ text: z.string(), from: z.number().int(), to: z.number().int() }).optional(),
})
export type SearchHit = z.infer<typeof searchHitSchema>
/** `searched` of about `total` records so far. `full`: it ended because it had found the most that is kept. `problem`: why it failed, in a sentence. */
export const searchHitsOutput = z.object({
  items: z.array(searchHitSchema),
  found: z.number().int(),
  searched: z.number().int(),
  total: z.number().int(),
  state: z.enum(['running', 'done', 'stopped']),
  full: z.boolean(),
  problem: z.string().optional(),
})

/** Exactly one of `prefix`, `keys` and `searchId` says which records. `ttlSeconds` null: they no longer expire. */
export const bulkInput = z
  .strictObject({
    action: z.enum(['delete', 'ttl']),
    prefix: prefixSchema.optional(),
    keys: z.array(keySchema).min(1).max(maxBulkKeys).optional(),
    searchId: z.string().min(1).max(64).optional(),
    ttlSeconds: ttlSchema.nullable().optional(),
    dryRun: z.boolean().default(false),
  })
  .refine(
    ({ prefix, keys, searchId }) => [prefix, keys, searchId].filter((target) => target !== undefined).length === 1,
    'exactly one of prefix, keys and searchId',
  )
  .refine(({ action, ttlSeconds }) => (action === 'ttl') === (ttlSeconds !== undefined), 'ttlSeconds with the action ttl, and only there')
export type BulkInput = z.output<typeof bulkInput>
