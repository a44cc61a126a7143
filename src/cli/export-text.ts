import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import type { RecordItem } from '../contract/index.ts'
import { collectColumns, type ExportFormat, exportFormats, exportWriter, maxColumns } from '../formats/export-format.ts'
import { CliFailure, exitCodes, UsageError } from './failure.ts'

const batchLines = 500

/** Throws `UsageError`. */
export function exportFormat(name = 'ndjson'): ExportFormat {
  const format = exportFormats.find((known) => known === name)
  if (format === undefined) throw new UsageError(`holdfast export: --format is ndjson, json or csv, not ${JSON.stringify(name)}.`)
  return format
}

/** The columns of a table, from a first pass over all lines of an export. Throws `CliFailure` when they are more than a table can have. */
export async function columnsOf(ndjson: Readable): Promise<string[]> {
  const columns = new Set<string>()
  for await (const items of batches(ndjson)) {
    if (collectColumns(columns, items)) continue
    const sentence = `A table has at most ${maxColumns} columns, and these records have more. Export them as ndjson or json, or fewer of them with --prefix.`
    throw new CliFailure('too_large', sentence, { exit: exitCodes.refused })
  }
  return [...columns]
}

/** The lines of an export in another format. */
export async function* exportText(ndjson: Readable, format: ExportFormat, columns: readonly string[]): AsyncGenerator<string> {
  const writer = exportWriter(format, columns)
  yield writer.begin()
  for await (const items of batches(ndjson)) yield writer.records(items)
  yield writer.end()
}

async function* batches(ndjson: Readable): AsyncGenerator<RecordItem[]> {
  let items: RecordItem[] = []
  // A connection that is cut must not look like the end.
  let failure: unknown
  ndjson.once('error', (error) => {
    failure = error
  })
  for await (const line of createInterface({ input: ndjson, crlfDelay: Number.POSITIVE_INFINITY })) {
    items.push(JSON.parse(line) as RecordItem)
    if (items.length < batchLines) continue
    yield items
    items = []
  }
  if (failure !== undefined || !ndjson.readableEnded) throw failure ?? new Error('cut off')
  if (items.length > 0) yield items
}
