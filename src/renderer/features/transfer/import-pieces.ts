import { type FileItem, FileReader } from '../../../formats/file-reader.ts'
import type { ImportPlan } from '../../../formats/import-plan.ts'
import type { RawItem } from '../../../formats/text-lines.ts'
import { type Encoding, type MakeDecoder, TextPieces } from '../../../formats/text-pieces.ts'
import type { ProblemItem } from './import-messages.ts'

/** A piece goes to the host when one of these is reached: a few turns of the host's writer, and often enough to see it move. */
const pieceChars = 1024 * 1024
const pieceItems = 10_000
const pieceProblems = 1000
const pieceReadBytes = 8 * 1024 * 1024

/** `raws` are the items of `ndjson`, a line each. */
export interface ImportPiece {
  readonly ndjson: string
  readonly raws: readonly RawItem[]
  readonly problems: readonly ProblemItem[]
  readonly readBytes: number
  readonly headerRow: string | undefined
}

export const makeDecoder: MakeDecoder = (encoding, options) => new TextDecoder(encoding, options)

/** Reads a file and gives what goes to the host, piece by piece, as fast as it is asked for. Throws `UnreadableFile`. */
export async function* importPieces(
  chunks: AsyncIterable<Uint8Array>,
  options: { plan: ImportPlan; encoding: Encoding },
): AsyncGenerator<ImportPiece> {
  const reader = new FileReader(options.plan)
  const text = new TextPieces(options.encoding, makeDecoder)
  let readBytes = 0
  let piece = new PieceMaker(0)
  const finish = () => {
    const made = piece.make(readBytes, reader.headerRow)
    piece = new PieceMaker(readBytes)
    return made
  }
  for await (const chunk of chunks) {
    readBytes += chunk.length
    for (const item of reader.push(text.push(chunk))) {
      piece.add(item)
      if (piece.isFull) yield finish()
    }
    if (readBytes - piece.begunAt >= pieceReadBytes) yield finish()
  }
  for (const item of reader.push(text.end())) piece.add(item)
  for (const item of reader.end()) piece.add(item)
  yield finish()
}

class PieceMaker {
  readonly begunAt: number
  readonly #lines: string[] = []
  readonly #raws: RawItem[] = []
  readonly #problems: ProblemItem[] = []
  #chars = 0

  constructor(begunAt: number) {
    this.begunAt = begunAt
  }

  get isFull(): boolean {
    return this.#chars >= pieceChars || this.#raws.length >= pieceItems || this.#problems.length >= pieceProblems
  }

  add(item: FileItem): void {
    const { line, raw } = item
    if ('problem' in item) {
      this.#problems.push({ line, raw, problem: item.problem })
      return
    }
    this.#lines.push(item.ndjson)
    this.#raws.push({ line, raw })
    this.#chars += item.ndjson.length
  }

  make(readBytes: number, headerRow: string | undefined): ImportPiece {
    return { ndjson: this.#lines.join('\n'), raws: this.#raws, problems: this.#problems, readBytes, headerRow }
  }
}
