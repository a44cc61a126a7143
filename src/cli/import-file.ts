import { type Existing, existingSchema, type ImportReport, maxImportErrors } from '../contract/index.ts'
import { type FileItem, FileReader } from '../formats/file-reader.ts'
import { guessFormat, guessPlan } from '../formats/guess-plan.ts'
import type { FileFormat, ImportPlan } from '../formats/import-plan.ts'
import { parseTemplate } from '../formats/key-template.ts'
import { UnreadableFile } from '../formats/problem.ts'
import { describeProblem } from '../formats/problem-texts.ts'
import { detectEncoding, type MakeDecoder, TextPieces } from '../formats/text-pieces.ts'
import type { ParsedCommand } from './command-line.ts'
import { CliFailure, exitCodes, UsageError } from './failure.ts'

const sampleBytes = 256 * 1024

export interface ImportWish {
  readonly format: FileFormat
  readonly key: string | undefined
  readonly prefix: string
  readonly existing: Existing | undefined
  readonly dryRun: boolean
  /** The file goes to the host as it stands. */
  readonly plain: boolean
}

/** Lines that made no record before the host saw them. */
export interface OwnFailures {
  count: number
  readonly first: ImportReport['errors']
}

const isFormat = (name: string): name is FileFormat => name === 'csv' || name === 'ndjson' || name === 'json'

/** Throws `UsageError`. */
export function importWish(name: string, { values, flags }: ParsedCommand): ImportWish {
  const { format = name === '-' ? 'ndjson' : guessFormat(name, '{}'), key, prefix = '' } = values
  if (!isFormat(format)) throw new UsageError(`holdfast import: --format is ndjson, json or csv, not ${JSON.stringify(format)}.`)
  const existing = existingSchema.optional().safeParse(values.existing)
  if (!existing.success) throw new UsageError('holdfast import: --existing is overwrite, skip or stop.')
  const parsed = key === undefined ? undefined : parseTemplate(key, undefined)
  if (parsed && 'problem' in parsed) throw new UsageError('holdfast import: --key has at least one column in braces, such as {id}.')
  const plain = format === 'ndjson' && key === undefined && prefix === ''
  return { format, key, prefix, existing: existing.data, dryRun: flags.has('dry-run'), plain }
}

const makeDecoder: MakeDecoder = (encoding, options) => new TextDecoder(encoding, options)

/**
 * The file's items as NDJSON for the host. A record of line n of a table is line n of the NDJSON, blank lines between, so that the host's
 * report names the lines of the file; of a JSON file elements are counted, since many may stand on one line.
 */
export async function* ndjsonOf(
  source: AsyncIterable<Uint8Array>,
  name: string,
  wish: ImportWish,
  own: OwnFailures,
): AsyncGenerator<string> {
  const { sample, rest } = await beginningOf(source)
  const encoding = detectEncoding(sample, makeDecoder)
  const plan = planOf(wish, new TextPieces(encoding, makeDecoder).push(sample).text, name, sample.length < sampleBytes)
  const reader = new FileReader(plan)
  const text = new TextPieces(encoding, makeDecoder)
  const lines = new LinedUp(plan.format === 'json', own)
  try {
    yield lines.of(reader.push(text.push(sample)))
    for await (const chunk of rest) yield lines.of(reader.push(text.push(chunk)))
    yield lines.of(reader.push(text.end())) + lines.of(reader.end())
  } catch (error) {
    if (!(error instanceof UnreadableFile)) throw error
    throw new CliFailure('unreadable', `${name} cannot be read from line ${error.line} on: is it ${wish.format}?`, {
      exit: exitCodes.failed,
      cause: error,
    })
  }
}

function planOf(wish: ImportWish, sample: string, name: string, isWhole: boolean): ImportPlan {
  const plan = guessPlan(wish.format, sample, isWhole)
  const names = plan.format === 'csv' ? plan.columns.map((column) => column.name) : undefined
  const parsed = wish.key === undefined ? undefined : parseTemplate(wish.key, names)
  if (parsed && 'problem' in parsed) {
    throw new UsageError(`holdfast import: ${name} has no column ${JSON.stringify(parsed.name)}; there are ${names?.join(', ')}.`)
  }
  const key = wish.key ?? plan.key
  if (plan.format === 'csv') return { ...plan, key, prefix: wish.prefix }
  return { ...plan, key, prefix: wish.prefix, shape: wish.key === undefined ? plan.shape : 'objects' }
}

/** Keeps the lines of the NDJSON where they are in the file. */
class LinedUp {
  readonly #byCount: boolean
  readonly #own: OwnFailures
  #next = 1
  #count = 0

  constructor(byCount: boolean, own: OwnFailures) {
    this.#byCount = byCount
    this.#own = own
  }

  of(items: Iterable<FileItem>): string {
    let text = ''
    for (const item of items) {
      const line = this.#byCount ? ++this.#count : item.line
      if ('problem' in item) {
        this.#own.count++
        const { first } = this.#own
        if (first.length < maxImportErrors) first.push({ line, code: 'invalid_request', detail: describeProblem(item.problem) })
        continue
      }
      text += `${'\n'.repeat(Math.max(0, line - this.#next))}${item.ndjson}\n`
      this.#next = Math.max(line, this.#next) + 1
    }
    return text
  }
}

async function beginningOf(source: AsyncIterable<Uint8Array>): Promise<{ sample: Uint8Array; rest: AsyncIterable<Uint8Array> }> {
  const iterator = source[Symbol.asyncIterator]()
  const chunks: Uint8Array[] = []
  let bytes = 0
  while (bytes < sampleBytes) {
    const next = await iterator.next()
    if (next.done) break
    chunks.push(next.value)
    bytes += next.value.length
  }
  return { sample: Buffer.concat(chunks), rest: { [Symbol.asyncIterator]: () => iterator } }
}
