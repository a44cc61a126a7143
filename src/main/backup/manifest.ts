import { z } from 'zod'
import { HoldfastError } from '../base/errors.ts'
import { archiveFormat, maxRawBytes } from './archive-format.ts'

const count = z.number().int().nonnegative()
/** What the records need of the host's own table: dictionaries, definitions. */
const systemEntrySchema = z.tuple([z.string().min(1), z.base64()])
const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/)

const entrySchema = z.object({
  name: z.string(),
  /** Where its content begins in the file, and how long it is; the tar header stands in the 512 bytes before. */
  offset: count,
  bytes: count,
  sha256: sha256Schema,
})

/** A chunk or a part of the index: what it is once decompressed, and which records it is about. */
const packedEntrySchema = entrySchema.extend({
  kind: z.enum(['chunk', 'index']),
  rawBytes: count.max(maxRawBytes),
  records: count.min(1),
  firstKey: z.string(),
  lastKey: z.string(),
})
export type PackedEntry = z.infer<typeof packedEntrySchema>

/** What is known when a backup begins. */
const beginningSchema = z.object({
  product: z.literal('holdfast'),
  format: z.number().int().min(1).max(archiveFormat),
  id: z.string().regex(/^[0-9a-zA-Z-]{1,40}$/),
  kind: z.literal('full'),
  storeId: z.string().min(1),
  nodeId: z.string().min(1),
  appVersion: z.string(),
  createdAt: z.iso.datetime(),
  timeline: z.string(),
  /** The journal position whose state the backup holds. */
  sequence: count,
  compression: z.object({ algorithm: z.literal('zstd'), level: z.number().int() }),
  /** Kept for later formats; a value in one of them means that a newer Holdfast is needed. */
  encryption: z.null(),
  blobs: z.null(),
  base: z.null(),
  signature: z.null(),
})
export const startManifestSchema = beginningSchema.extend({ part: z.literal('start') })
export type StartManifest = z.infer<typeof startManifestSchema>

const manifestSchema = beginningSchema.extend({
  part: z.literal('end'),
  finishedAt: z.iso.datetime(),
  durationMs: z.number().nonnegative(),
  records: count,
  /** Bytes of all keys and encoded records, before compression. */
  bytes: count,
  /** SHA-256 of the content of all chunks in order, without their headers. */
  contentSha256: sha256Schema,
  start: entrySchema,
  /** Since format 2. Values in base64. */
  system: z.array(systemEntrySchema).default([]),
  /** Chunks and parts of the index, as they follow each other in the file. */
  entries: z.array(packedEntrySchema),
})
/** The manifest at the end: everything about the backup. */
export type Manifest = z.infer<typeof manifestSchema>

const futureSchema = z.object({
  product: z.literal('holdfast'),
  format: z.number(),
  encryption: z.unknown(),
  blobs: z.unknown(),
  base: z.unknown(),
  signature: z.unknown(),
})

/** Undefined when it is no manifest of the end. Throws `newer_format`. */
export function parseManifest(text: string): Manifest | undefined {
  return manifestSchema.safeParse(parseForThisVersion(text)).data
}

/** The manifest at the beginning; undefined when it cannot be understood, as in a file that is damaged there too. */
export function parseStartManifest(text: string): StartManifest | undefined {
  return startManifestSchema.safeParse(parseJson(text)).data
}

function parseForThisVersion(text: string): unknown {
  const json = parseJson(text)
  const future = futureSchema.safeParse(json).data
  if (future === undefined) return json
  if (future.format > archiveFormat) throw newerArchive(future.format)
  const unknown = (['encryption', 'blobs', 'base', 'signature'] as const).find((field) => (future[field] ?? null) !== null)
  if (unknown !== undefined) throw newerArchive(future.format, unknown)
  return json
}

export function newerArchive(format: number, feature?: string): HoldfastError {
  const what = feature === undefined ? `format ${format}; this one knows ${archiveFormat}` : `it uses ${JSON.stringify(feature)}`
  return new HoldfastError('newer_format', `This backup was made by a newer Holdfast (${what}). Update Holdfast to use it.`, {
    details: { format, knownFormat: archiveFormat },
  })
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
