import { UnreadableFile } from '../../../formats/problem.ts'
import type { FromWorker, ToWorker } from './import-messages.ts'
import { type ImportPiece, importPieces } from './import-pieces.ts'

// Reading, decoding and mapping of a file, off the thread that draws. One worker reads one file.

const answer = (message: FromWorker): void => self.postMessage(message)

let pieces: AsyncGenerator<ImportPiece> | undefined
let ahead: Promise<IteratorResult<ImportPiece>> | undefined
let sent: ImportPiece | undefined

self.addEventListener('message', ({ data }: MessageEvent<ToWorker>) => {
  void take(data).catch((error: unknown) => {
    if (error instanceof UnreadableFile) answer({ kind: 'unreadable', code: error.code, line: error.line })
    else answer({ kind: 'failed', message: error instanceof Error ? error.message : String(error) })
  })
})

async function take(message: ToWorker): Promise<void> {
  if (message.kind === 'start') {
    pieces = importPieces(message.file.stream(), message)
    prepare()
    return
  }
  const refused = message.refused.flatMap((place) => sent?.raws[place] ?? [])
  const next = await ahead
  if (!next || next.done) {
    answer({ kind: 'end', refused })
    return
  }
  sent = next.value
  const { ndjson, raws, problems, readBytes, headerRow } = sent
  answer({ kind: 'piece', ndjson, items: raws.length + problems.length, problems, readBytes, headerRow, refused })
  prepare()
}

/** Makes the next piece ready while the host writes the last one; what goes wrong is told when it is asked for. */
function prepare(): void {
  ahead = pieces?.next()
  ahead?.catch(() => undefined)
}
