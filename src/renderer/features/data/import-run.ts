import type { ImportReport } from '../../../contract/index.ts'
import { maxImportLineBytes } from '../../../contract/limits.ts'
import { call } from '../../bridge/call.ts'
import { ndjsonPieces } from './ndjson-pieces.ts'

const pieceBytes = 1024 * 1024
/** More failed lines than this are counted, not listed. */
const maxListedErrors = 10_000

export interface ImportProgress extends ImportReport {
  readonly readBytes: number
}

type Send = (piece: { ndjson: string; firstLine: number }, signal: AbortSignal) => Promise<ImportReport>

const sendToHost: Send = (piece, signal) => call('records.import', piece, signal)

/** Imports a file piece by piece. What is imported before a cancel or a failure stays. */
export async function importFile(
  file: Blob,
  options: { onProgress: (progress: ImportProgress) => void; invalidText: string; send?: Send },
  signal: AbortSignal,
): Promise<ImportProgress> {
  const send = options.send ?? sendToHost
  let progress: ImportProgress = { imported: 0, failed: 0, errors: [], readBytes: 0 }
  for await (const piece of ndjsonPieces(chunksOf(file), { maxBytes: pieceBytes, maxLineBytes: maxImportLineBytes })) {
    const report = await send({ ndjson: piece.ndjson, firstLine: piece.firstLine }, signal)
    const invalid = piece.invalidLines.map((line) => ({ line, code: 'invalid_request', detail: options.invalidText }))
    const errors = [...report.errors, ...invalid].sort((one, other) => one.line - other.line)
    progress = {
      imported: progress.imported + report.imported,
      failed: progress.failed + report.failed + invalid.length,
      errors: [...progress.errors, ...errors].slice(0, maxListedErrors),
      readBytes: piece.readBytes,
    }
    options.onProgress(progress)
  }
  return progress
}

async function* chunksOf(file: Blob): AsyncGenerator<Uint8Array> {
  const reader = file.stream().getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) return
      yield value
    }
  } finally {
    await reader.cancel()
  }
}

/** The failed lines as tab-separated text: line, code, reason. */
export const errorReport = (errors: ImportReport['errors']): string =>
  ['line\tcode\treason', ...errors.map(({ line, code, detail }) => `${line}\t${code}\t${detail.replaceAll(/[\t\r\n]/g, ' ')}`), ''].join(
    '\n',
  )
