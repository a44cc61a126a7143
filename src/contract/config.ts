import { z } from 'zod'

/** A value as JSON. A path, a choice and a text are texts; a list is one of texts. */
const valueSchema = z.unknown()

/** What a form asks for to change a key. */
const formSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('number'), min: z.number(), max: z.number() }),
  z.object({ kind: z.literal('switch') }),
  z.object({ kind: z.literal('choice'), choices: z.array(z.string()) }),
  z.object({ kind: z.literal('text') }),
  z.object({ kind: z.literal('path') }),
  z.object({ kind: z.literal('list'), maxItems: z.number() }),
])

/** When a change of a key takes effect: as it is made, at the next start, or when the part that uses it exists. */
const appliesSchema = z.enum(['now', 'restart', 'later'])

const configEntrySchema = z.object({
  key: z.string(),
  /** What the running host works with. */
  value: valueSchema,
  /** What the file says, or the default: what will be in effect after a restart. */
  stored: valueSchema,
  default: valueSchema,
  unit: z.string().optional(),
  description: z.string(),
  /** What may stand there, in words that fit after "expected". */
  expected: z.string(),
  form: formSchema,
  /** `stored` differs from the default. */
  changed: z.boolean(),
  /** Shown hidden; it can be set but not read. */
  secret: z.boolean(),
  /** False: it is read and checked, and the part that uses it does not exist yet. */
  inEffect: z.boolean(),
  applies: appliesSchema,
  /** `stored` differs from `value`, until the host starts again. */
  needsRestart: z.boolean(),
  /** Present for a key that cannot be changed through Holdfast: why, and what to do instead. */
  byHand: z.string().optional(),
})

/** One mistake. `line`, counted from 1, where it stands in the file. */
const configMistakeSchema = z.object({ key: z.string(), expected: z.string(), line: z.number().int().optional() })

export const configOutput = z.object({
  /** The file that is there; null: there is none, all defaults hold. */
  file: z.string().nullable(),
  /** Where the file is, or would be. */
  path: z.string(),
  /** Names the content of the file; what `ifVersion` expects. */
  version: z.string(),
  /** Mistakes that were made in the file by hand since the start. Then `stored` is what runs. */
  mistakes: z.array(configMistakeSchema),
  /** What `config.undo` would take back. Null: nothing, or the file was edited since. */
  undo: z.object({ changedAt: z.string(), keys: z.array(z.string()), undoesUndo: z.boolean() }).nullable(),
  entries: z.array(configEntrySchema),
})
export type ConfigView = z.infer<typeof configOutput>

const changeSchema = z.object({ key: z.string(), from: valueSchema, to: valueSchema, applies: appliesSchema })

/**
 * `changes`: the new value of each key, null for its default (the key is removed from the file). `ifVersion`: only if the file is still
 * the one that was seen. `dryRun`: only check.
 */
export const configPatchInput = z.object({
  changes: z
    .record(z.string().max(200), valueSchema)
    .refine((changes) => Object.keys(changes).length <= 200, { message: 'expected at most 200 keys' }),
  ifVersion: z.string().max(100).optional(),
  dryRun: z.boolean().default(false),
})

/** The configuration as it is now, and what was done: a key without a difference is not among the changes. */
export const configChangeOutput = configOutput.extend({ changes: z.array(changeSchema) })
export type ConfigChange = z.infer<typeof changeSchema>
export type ConfigChangeReport = z.infer<typeof configChangeOutput>
