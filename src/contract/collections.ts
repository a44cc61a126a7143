import { z } from 'zod'
import { encodingSchema, keySchema, prefixSchema, recordItemSchema, ttlSchema } from './records.ts'

export const maxCollections = 256
export const maxIndexesPerCollection = 32
export const maxIndexFields = 8
export const maxSavedQueries = 1000
/** Of the JSON Schema of a collection, as compact JSON. */
export const maxSchemaBytes = 64 * 1024
export const maxQueryLimit = 1000
/** Records that one query looks at. */
export const maxExaminedRecords = 100_000

/** Of a collection, an index, a saved query: letters and digits of any script, dots, dashes and underscores; letters that look the same are the same. */
export const definitionNameSchema = z
  .string()
  .normalize('NFC')
  .max(64)
  .regex(
    /^[\p{L}\p{N}][\p{L}\p{M}\p{N}._-]*$/u,
    'a name has letters, digits, dots, dashes and underscores, and begins with a letter or digit',
  )

/** Where a field stands in a value: names of members, dots between them. It does not lead into lists. */
export const fieldPathSchema = z
  .string()
  .min(1)
  .max(256)
  .refine((path) => path.isWellFormed(), 'a path is well-formed Unicode')
  .refine((path) => path.split('.').length <= 16, 'a path has at most 16 members')
  .refine((path) => path.split('.').every((member) => member !== '' && member !== '__proto__'), 'a path names a member between its dots')

export const fieldOrderSchema = z.strictObject({ path: fieldPathSchema, descending: z.boolean().default(false) })
export type FieldOrder = z.infer<typeof fieldOrderSchema>

/**
 * `unique`: no two records have the same values in its fields. `multi`: its first field is a list, of which each element has an entry, for `$contains`.
 * `sparse`: records that lack one of its fields have no entry, and are not compared.
 */
export const indexDefinitionSchema = z.strictObject({
  name: definitionNameSchema,
  fields: z
    .array(fieldOrderSchema)
    .min(1)
    .max(maxIndexFields)
    .refine((fields) => new Set(fields.map(({ path }) => path)).size === fields.length, 'each field once'),
  unique: z.boolean().default(false),
  multi: z.boolean().default(false),
  sparse: z.boolean().default(false),
})
export type IndexDefinition = z.infer<typeof indexDefinitionSchema>

/** What is done to a record of the version before. `convert` leaves alone what it cannot convert. */
export const migrationStepSchema = z.union([
  z.strictObject({ rename: z.strictObject({ from: fieldPathSchema, to: fieldPathSchema }) }),
  z.strictObject({
    setDefault: z.strictObject({ path: fieldPathSchema, value: z.unknown().refine((value) => value !== undefined, 'a value is missing') }),
  }),
  z.strictObject({ remove: z.strictObject({ path: fieldPathSchema }) }),
  z.strictObject({ convert: z.strictObject({ path: fieldPathSchema, to: z.enum(['number', 'string', 'boolean', 'date']) }) }),
])
export type MigrationStep = z.infer<typeof migrationStepSchema>

/** From the version before `to` to it. A version without one is reached without a step. */
export const migrationSchema = z.strictObject({ to: z.number().int().min(2).max(10_000), steps: z.array(migrationStepSchema).max(64) })
export type Migration = z.infer<typeof migrationSchema>

const schemaSchema = z
  .record(z.string(), z.unknown())
  .refine((schema) => JSON.stringify(schema).length <= maxSchemaBytes, `a schema has at most ${maxSchemaBytes / 1024} KiB of JSON`)

const collectionFields = {
  /** The keys of its records begin with it; no other collection's do. */
  prefix: prefixSchema.min(1, 'the prefix of a collection has at least one character'),
  /** A record's key is the prefix and this field's text. */
  id: z.strictObject({ path: fieldPathSchema }).optional(),
  /** JSON Schema (draft 2020-12), which every record that is written has to fit. */
  schema: schemaSchema.optional(),
  schemaVersion: z.number().int().min(1).max(10_000).default(1),
  /** The field of a record that says its version; a record without it has the first one. */
  versionPath: fieldPathSchema.default('schemaVersion'),
  migrations: z
    .array(migrationSchema)
    .max(256)
    .refine((all) => new Set(all.map(({ to }) => to)).size === all.length, 'each version once')
    .default([]),
  indexes: z
    .array(indexDefinitionSchema)
    .max(maxIndexesPerCollection)
    .refine((all) => new Set(all.map(({ name }) => name)).size === all.length, 'each index has a name of its own')
    .default([]),
  /** Records that are written without a lifetime get this one. */
  defaultTtlSeconds: ttlSchema.optional(),
}

/** Records that share a prefix of their keys, with a declared shape and indexes. */
export const collectionDefinitionSchema = z.strictObject({ name: definitionNameSchema, ...collectionFields })
export type CollectionDefinition = z.infer<typeof collectionDefinitionSchema>
export type CollectionDefinitionInput = z.input<typeof collectionDefinitionSchema>

/** `building`: queries do not use it yet. `failed`: `problem` says why, in a sentence; nothing is refused on its account. */
export const indexStateSchema = z.enum(['building', 'ready', 'failed'])
export type IndexState = z.infer<typeof indexStateSchema>

export const indexSchema = indexDefinitionSchema.extend({
  state: indexStateSchema,
  problem: z.string().optional(),
  /** Of the job that builds it, while it does. */
  jobId: z.string().optional(),
  /** What is on disk of it; the records of the last moment come to it later. */
  entries: z.number().int(),
})
export type CollectionIndex = z.infer<typeof indexSchema>

/** `saved`: the share of the bytes of its values that compression saves; null where it is not counted for this prefix. Times are ISO 8601. */
export const collectionSchema = collectionDefinitionSchema.extend({
  version: z.string(),
  createdAt: z.string(),
  changedAt: z.string(),
  indexes: z.array(indexSchema),
  records: z.number().int(),
  /** False: `records` is an estimate. */
  recordsExact: z.boolean(),
  saved: z.number().nullable(),
})
export type Collection = z.infer<typeof collectionSchema>

export const collectionNameInput = z.object({ name: definitionNameSchema })
export const collectionListOutput = z.object({ items: z.array(collectionSchema) })

/**
 * `ifVersion`: only if the definition has this version; null: only if there is none. `acceptPlaintextIndex`: while data is encrypted an index keeps the
 * fields that it is of readable on disk, and is refused unless this says yes.
 */
export const collectionPutInput = z.strictObject({
  name: definitionNameSchema,
  ...collectionFields,
  ifVersion: z.string().max(64).nullable().optional(),
  acceptPlaintextIndex: z.boolean().default(false),
})

export const collectionRemoveInput = z.strictObject({ name: definitionNameSchema, ifVersion: z.string().max(64).optional() })
/** The records stay as they are: they are only no collection any more. `recordsKept`: counted up to 1,000, beyond that about. */
export const collectionRemoveOutput = z.object({ name: z.string(), prefix: z.string(), recordsKept: z.number().int() })

export const indexRebuildInput = z.strictObject({ name: definitionNameSchema, index: definitionNameSchema })

/**
 * `{field: value}`: equal. `{field: {$gt, $gte, $lt, $lte, $in, $prefix, $exists}}`: all of them. `{field: {$contains: value or these}}`: a list with such an
 * element. `$and`, `$or`: lists of such objects. Members of one object hold together.
 */
export const whereSchema = z.preprocess(refuseProto, z.record(z.string(), z.unknown())) as unknown as z.ZodRecord<z.ZodString, z.ZodUnknown>
export type Where = z.infer<typeof whereSchema>

// The parser of records passes over a member of this name, and a query without its only condition finds everything.
function refuseProto(where: unknown, context: z.core.$RefinementCtx): unknown {
  const isThere = typeof where === 'object' && where !== null && Object.hasOwn(where, '__proto__')
  if (isThere) context.addIssue({ code: 'custom', path: ['__proto__'], message: 'no condition on a member of this name' })
  return where
}

const queryFields = {
  where: whereSchema.optional(),
  sort: z.array(fieldOrderSchema).max(maxIndexFields).optional(),
  limit: z.number().int().min(1).max(maxQueryLimit).default(100),
  /** Only these fields of each value. */
  select: z.array(fieldPathSchema).min(1).max(64).optional(),
}

export const queryInput = z.strictObject({
  name: definitionNameSchema,
  ...queryFields,
  /** `next` of the page before, of the same query. */
  after: z.string().max(16_384).optional(),
  /** How many records fit, whatever the page holds of them. */
  count: z.boolean().default(false),
  explain: z.boolean().default(false),
})

/** What would make the query cheaper. `index`: the fields of the index that would help. */
export const queryWarningSchema = z.object({
  code: z.enum(['full_scan', 'sorted_in_memory', 'index_building', 'ended_early']),
  text: z.string(),
  index: z.array(fieldOrderSchema).optional(),
})
export type QueryWarning = z.infer<typeof queryWarningSchema>

/** How it was answered. `range`: what was read of the index or of the keys, for people. `returned` ÷ `examined` is the efficiency of the index. */
export const queryExplainSchema = z.object({
  plan: z.enum(['index', 'union', 'scan', 'nothing']),
  indexes: z.array(z.string()),
  range: z.string(),
  examined: z.number().int(),
  returned: z.number().int(),
  sorted: z.enum(['by index', 'in memory', 'not']),
  durationMs: z.number(),
})
export type QueryExplain = z.infer<typeof queryExplainSchema>

/** A record in the shape of the newest schema version, whatever it was written in. */
export const queryItemSchema = recordItemSchema.extend({ value: z.unknown(), encoding: encodingSchema })
export type QueryItem = z.infer<typeof queryItemSchema>

/** `id`: the record's key without the collection's prefix. */
export const collectionReadInput = z.strictObject({ name: definitionNameSchema, id: keySchema })

/** A page may have fewer records than asked for, or none, before the end, which `next` null says. */
export const queryOutput = z.object({
  items: z.array(queryItemSchema),
  next: z.string().nullable(),
  count: z.number().int().optional(),
  warnings: z.array(queryWarningSchema),
  explain: queryExplainSchema.optional(),
})
export type QueryOutput = z.infer<typeof queryOutput>

const savedQueryFields = { collection: definitionNameSchema, ...queryFields }

export const savedQuerySchema = z.object({ name: definitionNameSchema, ...savedQueryFields, changedAt: z.string() })
export type SavedQuery = z.infer<typeof savedQuerySchema>
export const savedQueryListOutput = z.object({ items: z.array(savedQuerySchema) })
export const savedQueryPutInput = z.strictObject({ name: definitionNameSchema, ...savedQueryFields })
export const savedQueryNameInput = z.object({ name: definitionNameSchema })
