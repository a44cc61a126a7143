import type { FileHandle } from 'node:fs/promises'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { ImportSourceInput } from '../../contract/index.ts'
import { detectDialect } from '../../formats/csv-rows.ts'
import { ErrorsLayout } from '../../formats/errors-file.ts'
import { type FileItem, FileReader } from '../../formats/file-reader.ts'
import { guessCsvPlan, guessFormat, guessPlan } from '../../formats/guess-plan.ts'
import type { FileFormat, ImportPlan } from '../../formats/import-plan.ts'
import { parseTemplate } from '../../formats/key-template.ts'
import { UnreadableFile } from '../../formats/problem.ts'
import { describeProblem } from '../../formats/problem-texts.ts'
import { detectEncoding, type Encoding, type MakeDecoder, TextPieces } from '../../formats/text-pieces.ts'
import type { Clock } from '../base/clock.ts'
import { HoldfastError, throwIfCancelled } from '../base/errors.ts'
import { parseLine } from '../storage/ndjson-line.ts'
import type { ErrorsFormat, ImportSource, Position, SourceBatch, SourceFacts, SourceItem, SourceLimits } from './import-source.ts'
import { isRecordLines, LineItems, type PieceReader, type SizedItem } from './line-items.ts'
import { openRegularFile } from './regular-file.ts'
import { unreadable } from './unreadable.ts'

type FileInput = Extract<ImportSourceInput, { kind: 'file' }>

const sampleBytes = 256 * 1024
const pieceBytes = 256 * 1024
const batchBytes = 2 * 1024 * 1024
const makeDecoder: MakeDecoder = (encoding, options) => new TextDecoder(encoding, options)

interface OpenFile {
  readonly handle: FileHandle
  readonly sizeBytes: number
  readonly changedAtMs: number
  readonly encoding: Encoding
  readonly plan: ImportPlan
}

/** A file of the host: NDJSON, JSON or a table. A position counts its items; taken up, the file is read again up to there, which takes seconds a gigabyte. */
export class FileSource implements ImportSource {
  readonly #input: FileInput
  readonly #limits: SourceLimits
  readonly #clock: Clock
  #open: OpenFile | undefined
  #reader: FileReader | undefined

  constructor(input: FileInput, limits: SourceLimits, clock: Clock) {
    this.#input = input
    this.#limits = limits
    this.#clock = clock
  }

  async open(): Promise<SourceFacts> {
    const { path } = this.#input
    try {
      const { handle } = await openRegularFile(path)
      this.#open = await this.#look(handle).catch(async (error: unknown) => {
        await handle.close()
        throw error
      })
    } catch (error) {
      throw error instanceof HoldfastError ? error : unreadable(path, error)
    }
    return { unit: 'bytes', total: this.#open.sizeBytes, mayRepeat: false }
  }

  get errorsFormat(): ErrorsFormat {
    const { plan } = this.#opened
    const layout = new ErrorsLayout(plan)
    return {
      ending: plan.format,
      head: () => layout.head(this.#reader?.headerRow),
      item: (raw, reason) => layout.item(raw ?? '', reason),
      separator: layout.separator,
      tail: layout.tail,
    }
  }

  async *read(from: Position | undefined, signal: AbortSignal): AsyncGenerator<SourceBatch, void, undefined> {
    try {
      yield* this.#batches(from, signal)
    } catch (error) {
      // Items are read when they are taken, so this is where a file that cannot be read any further shows.
      throw error instanceof UnreadableFile ? this.#unreadableFrom(error) : error
    }
  }

  async *#batches(from: Position | undefined, signal: AbortSignal): AsyncGenerator<SourceBatch, void, undefined> {
    const file = this.#opened
    this.#refuseIfChanged(from)
    const reader = new FileReader(file.plan)
    this.#reader = reader
    let left = typeof from?.items === 'number' ? from.items : 0
    let passed = 0
    let batch: SourceItem[] = []
    let bytes = 0
    let done = 0
    const give = (): SourceBatch => {
      passed += batch.length
      const given = { items: batch, position: this.#positionAt(passed), done }
      batch = []
      bytes = 0
      return given
    }
    for await (const { items, end } of this.#pieces(this.#readerOf(reader))) {
      throwIfCancelled(signal)
      done = end
      for (const item of items) {
        if (left > 0) {
          left--
          passed++
          continue
        }
        batch.push(item)
        bytes += item.size
        if (batch.length >= this.#limits.batchRecords || bytes >= batchBytes) yield give()
      }
      await nextTurn()
    }
    if (batch.length > 0) yield give()
  }

  async close(): Promise<void> {
    await this.#open?.handle.close()
    this.#open = undefined
  }

  get #opened(): OpenFile {
    if (this.#open === undefined) throw new Error('The file is not open.')
    return this.#open
  }

  async #look(handle: FileHandle): Promise<OpenFile> {
    const facts = await handle.stat()
    const sample = Buffer.alloc(Math.min(sampleBytes, facts.size))
    await handle.read(sample, 0, sample.length, 0)
    const encoding = detectEncoding(sample, makeDecoder)
    const text = new TextPieces(encoding, makeDecoder).push(sample).text
    const plan = planOf(this.#input, text, facts.size <= sampleBytes)
    return { handle, sizeBytes: facts.size, changedAtMs: Math.round(facts.mtimeMs), encoding, plan }
  }

  /** Lines of records are taken as bytes: text would be made of them only to be made bytes again. */
  #readerOf(reader: FileReader): PieceReader {
    const { encoding, plan } = this.#opened
    const { maxValueBytes } = this.#limits
    if (encoding === 'utf-8' && isRecordLines(plan)) return new LineItems({ clock: this.#clock, maxValueBytes })
    const text = new TextPieces(encoding, makeDecoder)
    const toItems = (items: Iterable<FileItem>) => mapped(items, (item) => this.#toItem(item))
    return {
      push: (piece) => toItems(reader.push(text.push(piece))),
      end: () => toItems([...reader.push(text.end()), ...reader.end()]),
    }
  }

  async *#pieces(reader: PieceReader): AsyncGenerator<{ items: Iterable<SizedItem>; end: number }> {
    const { handle } = this.#opened
    let at = 0
    for (;;) {
      const piece = Buffer.allocUnsafe(pieceBytes)
      const bytesRead = await this.#fill(handle, piece, at)
      if (bytesRead === 0) break
      at += bytesRead
      yield { items: reader.push(piece.subarray(0, bytesRead)), end: at }
    }
    yield { items: reader.end(), end: at }
  }

  async #fill(handle: FileHandle, piece: Buffer, at: number): Promise<number> {
    try {
      return (await handle.read(piece, 0, piece.length, at)).bytesRead
    } catch (error) {
      throw unreadable(this.#input.path, error)
    }
  }

  #unreadableFrom(cause: UnreadableFile): HoldfastError {
    const { path } = this.#input
    const { line } = cause
    const sentence = `${path} cannot be read from line ${line} on: is it ${this.#opened.plan.format}? What came before is imported.`
    return new HoldfastError('source_unreadable', sentence, { details: { path, line }, cause })
  }

  #toItem(item: FileItem): SizedItem {
    const { line, raw } = item
    return { line, raw: () => raw, size: raw.length, outcome: this.#outcomeOf(item) }
  }

  #outcomeOf(item: FileItem): SourceItem['outcome'] {
    if ('problem' in item) return { problem: { code: 'invalid_request', detail: describeProblem(item.problem) } }
    try {
      const operation = parseLine(Buffer.from(item.ndjson, 'utf8'), this.#clock.wallMs(), this.#limits.maxValueBytes)
      if (operation !== undefined) return { operation }
      return { problem: { code: 'invalid_request', detail: 'There is nothing in it.' } }
    } catch (error) {
      if (!(error instanceof HoldfastError)) throw error
      return { problem: { code: error.code, detail: error.message } }
    }
  }

  #positionAt(items: number): Position {
    const { sizeBytes, changedAtMs } = this.#opened
    return { items, sizeBytes, changedAtMs }
  }

  #refuseIfChanged(from: Position | undefined): void {
    const { sizeBytes, changedAtMs } = this.#opened
    if (from === undefined || (from.sizeBytes === sizeBytes && from.changedAtMs === changedAtMs)) return
    const { path } = this.#input
    const sentence = `${path} has changed since it was imported up to record ${from.items}, so where to go on is not known. Import it anew: records that are there already are replaced by the same.`
    throw new HoldfastError('source_unreadable', sentence, { details: { path } })
  }
}

function* mapped<From, To>(items: Iterable<From>, map: (item: From) => To): Generator<To> {
  for (const item of items) yield map(item)
}

/** What the file's beginning speaks for, and over it what was asked for. Throws `invalid_request` for a key of columns that there are not. */
function planOf({ path, format: wanted, mapping, prefix }: FileInput, sample: string, isWhole: boolean): ImportPlan {
  const format: FileFormat = wanted ?? guessFormat(path, sample)
  const { key, delimiter, header } = mapping
  const dialect = detectDialect(sample)
  const plan =
    format === 'csv'
      ? guessCsvPlan(sample, isWhole, delimiter === undefined ? dialect : { ...dialect, delimiter }, header === undefined ? {} : { header })
      : guessPlan(format, sample, isWhole)
  const names = plan.format === 'csv' ? plan.columns.map(({ name }) => name) : undefined
  const parsed = key === undefined ? undefined : parseTemplate(key, names)
  if (parsed && 'problem' in parsed) {
    const expected = `columns in braces${names === undefined ? ', such as {id}' : `; there are ${names.join(', ')}`}`
    throw new HoldfastError('invalid_request', `source.mapping.key: expected ${expected}.`, {
      details: { field: 'source.mapping.key', expected },
    })
  }
  if (plan.format === 'csv') return { ...plan, key: key ?? plan.key, prefix }
  return { ...plan, key: key ?? plan.key, prefix, shape: key === undefined ? plan.shape : 'objects' }
}
