import type { Existing, ImportReport, InputOf } from '../../../contract/index.ts'
import { maxListedImportErrors } from '../../../contract/limits.ts'
import { ErrorsFile } from '../../../formats/errors-file.ts'
import type { ImportPlan } from '../../../formats/import-plan.ts'
import type { Problem } from '../../../formats/problem.ts'
import type { RawItem } from '../../../formats/text-lines.ts'
import type { Encoding } from '../../../formats/text-pieces.ts'
import { asCallError, CallError, call } from '../../bridge/call.ts'
import type { FromWorker } from './import-messages.ts'

/** Failed items in the dialog; the file of them has all for which there is room. */
const listedFailures = 1000

export interface Failure {
  readonly line: number
  readonly reason: string
}

/** `items` of the file so far, and what became of them. */
export interface ImportFigures {
  items: number
  imported: number
  created: number
  replaced: number
  skipped: number
  failed: number
  readBytes: number
}

export const noFigures: Readonly<ImportFigures> = { items: 0, imported: 0, created: 0, replaced: 0, skipped: 0, failed: 0, readBytes: 0 }

export interface ImportResult {
  readonly figures: Readonly<ImportFigures>
  readonly failures: readonly Failure[]
  /** The pieces of the file of failed items; empty where nothing failed. */
  readonly errorsFile: readonly string[]
}

/** The reading side: a worker, or what a test puts there. */
export interface PieceSource {
  start(what: { file: Blob; plan: ImportPlan; encoding: Encoding }): void
  /** The next piece. `refused`: places of the last one's items that the host refused, which come back as they stand in the file. */
  next(refused: readonly number[]): Promise<FromWorker>
  close(): void
}

type Send = (input: InputOf<'records.import'>, signal: AbortSignal) => Promise<ImportReport>

export interface ImportWish {
  readonly file: Blob
  readonly plan: ImportPlan
  readonly encoding: Encoding
  readonly existing: Existing
  readonly dryRun: boolean
}

export interface ImportDeps {
  readonly source: PieceSource
  readonly reasonOf: (problem: Problem) => string
  readonly onProgress: (figures: Readonly<ImportFigures>) => void
  /** The host cannot take it now: resolves when a person wants it tried again. */
  readonly onTrouble: (error: CallError) => Promise<void>
  readonly send?: Send
}

const sendToHost: Send = (input, signal) => call('records.import', input, signal)

/**
 * Imports one file, or with `dryRun` says what that would do. At most two pieces are in memory, whatever the size of the file. What was
 * imported before a cancel or a failure stays, and is in `result` of the `ImportStopped` that is thrown.
 */
export async function runImport(wish: ImportWish, deps: ImportDeps, signal: AbortSignal): Promise<ImportResult> {
  const run = new Run(wish, deps, signal)
  try {
    await run.all()
    return run.result()
  } catch (error) {
    throw new ImportStopped(signal.aborted ? undefined : asCallError(error), run.result())
  } finally {
    deps.source.close()
  }
}

/** `error` is undefined when a person cancelled. */
export class ImportStopped extends Error {
  readonly error: CallError | undefined
  readonly result: ImportResult

  constructor(error: CallError | undefined, result: ImportResult) {
    super(error?.message ?? 'cancelled', { cause: error })
    this.name = 'ImportStopped'
    this.error = error
    this.result = result
  }
}

class Run {
  readonly #wish: ImportWish
  readonly #deps: ImportDeps
  readonly #signal: AbortSignal
  readonly #errors: ErrorsFile
  readonly #failures: Failure[] = []
  #figures: Readonly<ImportFigures> = noFigures
  #headerRow: string | undefined

  constructor(wish: ImportWish, deps: ImportDeps, signal: AbortSignal) {
    this.#wish = wish
    this.#deps = deps
    this.#signal = signal
    this.#errors = new ErrorsFile(wish.plan)
  }

  result(): ImportResult {
    const errorsFile = this.#figures.failed === 0 ? [] : this.#errors.pieces(this.#headerRow)
    return { figures: this.#figures, failures: this.#failures, errorsFile }
  }

  async all(): Promise<void> {
    const { file, plan, encoding } = this.#wish
    const { source } = this.#deps
    let refusals: ImportReport['errors'] = []
    source.start({ file, plan, encoding })
    for (;;) {
      const message = await source.next(refusals.map(({ line }) => line - 1))
      this.#signal.throwIfAborted()
      if (message.kind === 'unreadable')
        throw new CallError({ code: message.code, message: message.code, retryable: false, details: { line: message.line } })
      if (message.kind === 'failed') throw new CallError({ code: 'unavailable', message: message.message, retryable: false })
      for (const [place, item] of message.refused.entries()) {
        this.#fail(item, this.#deps.reasonOf({ code: 'refused', detail: refusals[place]?.detail ?? '' }))
      }
      if (message.kind === 'end') return
      this.#headerRow = message.headerRow
      for (const item of message.problems) this.#fail(item, this.#deps.reasonOf(item.problem))
      refusals = await this.#take(message)
    }
  }

  async #take(piece: Extract<FromWorker, { kind: 'piece' }>): Promise<ImportReport['errors']> {
    const report = piece.ndjson === '' ? undefined : await this.#send(piece.ndjson)
    const { items, failed } = this.#figures
    this.#figures = {
      ...this.#figures,
      items: items + piece.items,
      failed: failed + piece.problems.length,
      readBytes: piece.readBytes,
    }
    this.#add(report ?? {})
    this.#deps.onProgress(this.#figures)
    return report?.errors ?? []
  }

  /** A refusal in the middle of a piece says in its details what was taken before. */
  #add(report: { [Name in Exclude<keyof ImportReport, 'errors'>]?: unknown }): void {
    const figures = { ...this.#figures }
    for (const name of ['imported', 'created', 'replaced', 'skipped', 'failed'] as const) {
      const more = report[name]
      if (typeof more === 'number') figures[name] += more
    }
    this.#figures = figures
  }

  async #send(ndjson: string): Promise<ImportReport> {
    const { existing, dryRun } = this.#wish
    const send = this.#deps.send ?? sendToHost
    for (;;) {
      try {
        return await send({ ndjson, existing, dryRun, maxErrors: maxListedImportErrors }, this.#signal)
      } catch (failure) {
        const error = asCallError(failure)
        if (this.#signal.aborted || !error.retryable) {
          this.#add(error.details)
          throw error
        }
        await this.#deps.onTrouble(error)
        this.#signal.throwIfAborted()
      }
    }
  }

  #fail(item: RawItem, reason: string): void {
    this.#errors.add(item, reason)
    if (this.#failures.length < listedFailures) this.#failures.push({ line: item.line, reason })
  }
}
