import { setImmediate as nextTurn } from 'node:timers/promises'
import { type ImportReport, type ImportOptions as ImportWish, maxImportErrors, maxImportLineBytes } from '../../contract/index.ts'
import type { Clock } from '../base/clock.ts'
import { HoldfastError, throwIfCancelled } from '../base/errors.ts'
import type { WriteOperation } from '../persistence/record-store.ts'
import { type ImportDeps as CommitDeps, commitEntries, type ImportEntry, type ImportTally } from './import-commit.ts'
import { parseLine } from './ndjson-line.ts'
import { type Line, LineSplitter } from './ndjson-lines.ts'
import { PlainLines } from './plain-lines.ts'

const groupBytes = 2 * 1024 * 1024
export interface ImportDeps extends CommitDeps {
  readonly clock: Clock
  readonly maxValueBytes: number
  /** Lines of one transaction, which is judged and encoded in one go: few enough that other requests do not notice, many enough to be worth a sync. */
  readonly batchRecords: number
  /** Why a record does not fit its collection. */
  readonly problemOf?: (operation: WriteOperation) => HoldfastError | undefined
}

/** What is absent is as the contract's defaults say. */
export interface ImportOptions extends Partial<ImportWish> {
  /** The number of the first line, for reports: a long import over IPC comes in pieces. */
  readonly firstLine: number
  /** Told after each transaction how many records are in. */
  readonly onProgress?: (imported: number) => void
}

/** The longest line of an import: every value that is allowed fits, as base64 too. */
export function importLineLimit(maxValueBytes: number): number {
  return Math.max(maxImportLineBytes, Math.ceil(maxValueBytes / 3) * 4 + 64 * 1024)
}

/**
 * Reads NDJSON of any length and writes it in transactions of up to `batchRecords` lines, the next of which is read while one is being
 * made durable: never more than two of them and one line are in memory, and a slow store slows the reading. Good lines stay, bad
 * ones are counted, the first of them (`maxErrors`) with their numbers; a later line of the same key wins, unless existing records are
 * to be left.
 *
 * Throws what ends it early (`disk_full`, `cancelled` …) with the report of what was imported until then as details.
 */
export class NdjsonImport {
  readonly #deps: ImportDeps
  readonly #options: ImportOptions
  readonly #lines: LineSplitter
  readonly #plainLines = new PlainLines()
  readonly #errors: ImportReport['errors'] = []
  readonly #tally: ImportTally = { imported: 0, created: 0, replaced: 0, skipped: 0 }
  #failed = 0
  #group: ImportEntry[] = []
  #groupBytes = 0
  /** The transaction under way; its error, when it has one, is what it resolves to. */
  #underWay: Promise<unknown> = Promise.resolve()

  constructor(deps: ImportDeps, options: ImportOptions) {
    this.#deps = deps
    this.#options = options
    this.#lines = new LineSplitter({ firstLine: options.firstLine, maxLineBytes: importLineLimit(deps.maxValueBytes) })
  }

  async run(source: AsyncIterable<Uint8Array>, signal?: AbortSignal): Promise<ImportReport> {
    try {
      for await (const chunk of source) {
        throwIfCancelled(signal)
        await this.#takeAll(this.#lines.push(chunk), signal)
      }
      await this.#takeAll(this.#lines.end(), signal)
      await this.#commitGroup(signal)
      await this.#settle()
      return this.#report()
    } catch (error) {
      await this.#underWay
      throw this.#withReport(error, signal)
    }
  }

  async #takeAll(lines: Iterable<Line>, signal: AbortSignal | undefined): Promise<void> {
    for (const line of lines) {
      this.#take(line)
      if (this.#group.length < this.#deps.batchRecords && this.#groupBytes < groupBytes) continue
      await this.#commitGroup(signal)
      await nextTurn()
    }
  }

  #take({ number, bytes }: Line): void {
    try {
      if (bytes === undefined)
        throw new HoldfastError('too_large', `The line is longer than ${importLineLimit(this.#deps.maxValueBytes)} bytes.`)
      const operation = parseLine(bytes, this.#deps.clock.wallMs(), this.#deps.maxValueBytes, this.#plainLines)
      if (operation === undefined) return
      const problem = this.#deps.problemOf?.(operation)
      if (problem !== undefined) throw problem
      this.#group.push({ line: number, operation })
      this.#groupBytes += operation.kind === 'put' ? operation.value.byteLength : 0
    } catch (error) {
      if (!(error instanceof HoldfastError)) throw error
      this.#fail(number, error)
    }
  }

  #fail(line: number, { code, message }: HoldfastError): void {
    this.#failed++
    const { maxErrors = maxImportErrors } = this.#options
    if (this.#errors.length < maxErrors) this.#errors.push({ line, code, detail: message })
  }

  /** Hands the group over once the one before it is in: so the order of the lines is the order of the commits. */
  async #commitGroup(signal: AbortSignal | undefined): Promise<void> {
    await this.#settle()
    const group = this.#group
    if (group.length === 0) return
    this.#group = []
    this.#groupBytes = 0
    this.#underWay = this.#commit(group, signal).then(
      () => undefined,
      (error: unknown) => error,
    )
  }

  async #settle(): Promise<void> {
    const error = await this.#underWay
    if (error !== undefined) throw error
  }

  async #commit(group: readonly ImportEntry[], signal: AbortSignal | undefined): Promise<void> {
    const { existing = 'overwrite', dryRun = false } = this.#options
    const deps = { ...this.#deps, refused: ({ line }: ImportEntry, error: HoldfastError) => this.#fail(line, error) }
    await commitEntries(deps, group, { existing, dryRun }, this.#tally, signal)
    this.#options.onProgress?.(this.#tally.imported)
  }

  #report(): ImportReport {
    return { ...this.#tally, failed: this.#failed, errors: this.#errors }
  }

  #withReport(error: unknown, signal: AbortSignal | undefined): unknown {
    const gone = `${this.#tally.imported} lines were imported before and stay.`
    if (error instanceof HoldfastError && error.code !== 'cancelled') {
      return new HoldfastError(error.code, `${error.message} ${gone}`, { details: { ...error.details, ...this.#report() }, cause: error })
    }
    if (!signal?.aborted && !(error instanceof HoldfastError)) return error
    return new HoldfastError('cancelled', `Cancelled. ${gone}`, { details: this.#report(), cause: error })
  }
}
