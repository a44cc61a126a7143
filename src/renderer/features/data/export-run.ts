import type { OutputOf, RecordItem } from '../../../contract/index.ts'
import { maxPageSize } from '../../../contract/limits.ts'
import { call } from '../../bridge/call.ts'

export interface ExportProgress {
  readonly records: number
  readonly bytes: number
}

type ListWithValues = (after: string | undefined, signal: AbortSignal) => Promise<OutputOf<'records.list'>>

const listFromHost =
  (prefix: string): ListWithValues =>
  (after, signal) =>
    call('records.list', { prefix, limit: maxPageSize, values: true, ...(after === undefined ? {} : { after }) }, signal)

/** What an import takes a value for that comes without a content type. */
const usualType = { json: 'application/json', text: 'text/plain; charset=utf-8', base64: 'application/octet-stream' } as const

/** One line of an export: the same members in the same order as `GET /api/export` writes. */
function exportLine({ key, value, encoding = 'json', contentType, expiresAt }: RecordItem): string {
  const type = contentType === usualType[encoding] ? {} : { contentType }
  return JSON.stringify({ key, value, encoding, ...type, ...(expiresAt === undefined ? {} : { expiresAt }) })
}

/** Writes all records of a prefix in key order, page by page; waits for the writer, so that memory stays small. */
export async function exportRecords(
  options: {
    prefix: string
    write: (piece: Uint8Array<ArrayBuffer>) => Promise<void>
    onProgress: (progress: ExportProgress) => void
    list?: ListWithValues
  },
  signal: AbortSignal,
): Promise<ExportProgress> {
  const list = options.list ?? listFromHost(options.prefix)
  const encoder = new TextEncoder()
  let progress: ExportProgress = { records: 0, bytes: 0 }
  let after: string | undefined
  for (;;) {
    const { items, next } = await list(after, signal)
    const piece = encoder.encode(items.map((item) => `${exportLine(item)}\n`).join(''))
    await options.write(piece)
    progress = { records: progress.records + items.length, bytes: progress.bytes + piece.length }
    options.onProgress(progress)
    if (next === null) return progress
    after = next
  }
}
