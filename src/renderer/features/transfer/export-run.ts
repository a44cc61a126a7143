import type { OutputOf, RecordItem } from '../../../contract/index.ts'
import { maxPageSize } from '../../../contract/limits.ts'
import { collectColumns, type ExportFormat, exportWriter, maxColumns } from '../../../formats/export-format.ts'
import { CallError, call } from '../../bridge/call.ts'

export interface ExportFigures {
  /** `columns`: a first pass over the records for the columns of a table. */
  readonly phase: 'columns' | 'writing'
  readonly records: number
  readonly bytes: number
}

/** Records by prefix, or only those with the keys. */
export interface ExportScope {
  readonly prefix: string
  readonly keys?: readonly string[]
}

/** So many records are asked for one by one at a time. */
const keysAtOnce = 8

type ListWithValues = (after: string | undefined, signal: AbortSignal) => Promise<OutputOf<'records.list'>>

const listFromHost =
  (prefix: string): ListWithValues =>
  (after, signal) =>
    call('records.list', { prefix, limit: maxPageSize, values: true, ...(after === undefined ? {} : { after }) }, signal)

export interface ExportWish {
  readonly scope: ExportScope
  readonly format: ExportFormat
  readonly write: (piece: Uint8Array<ArrayBuffer>) => Promise<void>
  readonly onProgress: (figures: ExportFigures) => void
  readonly list?: ListWithValues
}

/** Writes records page by page, in key order, and waits for the writer: memory stays small, however many there are. */
export async function runExport(wish: ExportWish, signal: AbortSignal): Promise<ExportFigures> {
  const columns = wish.format === 'csv' ? await findColumns(wish, signal) : []
  const writer = exportWriter(wish.format, columns)
  const encoder = new TextEncoder()
  let figures: ExportFigures = { phase: 'writing', records: 0, bytes: 0 }
  const put = async (text: string, records: number) => {
    const piece = encoder.encode(text)
    if (piece.length > 0) await wish.write(piece)
    figures = { phase: 'writing', records: figures.records + records, bytes: figures.bytes + piece.length }
    wish.onProgress(figures)
  }
  await put(writer.begin(), 0)
  for await (const items of pagesOf(wish, signal)) await put(writer.records(items), items.length)
  await put(writer.end(), 0)
  return figures
}

async function findColumns(wish: ExportWish, signal: AbortSignal): Promise<string[]> {
  const columns = new Set<string>()
  let records = 0
  for await (const items of pagesOf(wish, signal)) {
    if (!collectColumns(columns, items)) {
      throw new CallError({
        code: 'too_large',
        message: `These records have more than ${maxColumns} different members, too many for one table. Export a narrower prefix, or NDJSON.`,
        retryable: false,
      })
    }
    records += items.length
    wish.onProgress({ phase: 'columns', records, bytes: 0 })
  }
  return [...columns]
}

async function* pagesOf({ scope, list = listFromHost(scope.prefix) }: ExportWish, signal: AbortSignal): AsyncGenerator<RecordItem[]> {
  if (scope.keys) {
    for (let at = 0; at < scope.keys.length; at += keysAtOnce) {
      const found = await Promise.all(scope.keys.slice(at, at + keysAtOnce).map((key) => recordOf(key, signal)))
      yield found.filter((item) => item !== undefined)
    }
    return
  }
  let after: string | undefined
  for (;;) {
    const { items, next } = await list(after, signal)
    yield items
    if (next === null) return
    after = next
  }
}

/** Undefined when it was deleted meanwhile. */
async function recordOf(key: string, signal: AbortSignal): Promise<RecordItem | undefined> {
  try {
    return await call('records.get', { key }, signal)
  } catch (error) {
    if (error instanceof CallError && error.code === 'not_found') return undefined
    throw error
  }
}
