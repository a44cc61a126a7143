import type { ImportSourceInput } from '../../contract/index.ts'
import { HoldfastError, throwIfCancelled } from '../base/errors.ts'
import type { ImportSource, Position, SourceBatch, SourceFacts, SourceItem, SourceLimits } from './import-source.ts'
import { type LmdbEntry, LmdbFile } from './lmdb-file.ts'
import { ndjsonErrors } from './ndjson-errors.ts'
import { failedItem, recordItem, sizeProblem } from './record-items.ts'

type LmdbInput = Extract<ImportSourceInput, { kind: 'lmdb' }>

const batchBytes = 2 * 1024 * 1024
/** Of a program that writes all the time, a batch at a time is read between two of its commits. */
const maxAttempts = 50

/** A table of another LMDB database, in the order of its keys: raw keys, raw values. */
export class LmdbSource implements ImportSource {
  readonly errorsFormat = ndjsonErrors
  readonly #input: LmdbInput
  readonly #limits: SourceLimits
  #file: LmdbFile | undefined

  constructor(input: LmdbInput, limits: SourceLimits) {
    this.#input = input
    this.#limits = limits
  }

  async open(): Promise<SourceFacts> {
    this.#file = await LmdbFile.open(this.#input.path)
    const { entries } = await this.#file.table(await this.#file.meta(), this.#input.table)
    return { unit: 'records', total: entries, mayRepeat: false }
  }

  async *read(from: Position | undefined, signal: AbortSignal): AsyncGenerator<SourceBatch, void, undefined> {
    let after: Buffer | undefined = typeof from?.key === 'string' ? Buffer.from(from.key, 'base64') : undefined
    let line = Number(from?.line ?? 0)
    for (;;) {
      const entries = await this.#batchAfter(after, signal)
      const last = entries.at(-1)
      if (last === undefined) return
      const items = entries.map((entry, place) => this.#toItem(entry, line + place + 1))
      line += entries.length
      after = last.key
      yield { items, position: { key: last.key.toString('base64'), line }, done: line }
    }
  }

  async close(): Promise<void> {
    await this.#file?.close()
    this.#file = undefined
  }

  /** Read again when somebody wrote over it meanwhile. */
  async #batchAfter(after: Buffer | undefined, signal: AbortSignal): Promise<LmdbEntry[]> {
    const file = this.#file
    if (file === undefined) throw new Error('The database is not open.')
    for (let attempt = 1; ; attempt++) {
      throwIfCancelled(signal)
      const meta = await file.meta()
      try {
        const entries = await this.#readBatch(file, meta, after)
        if (await file.isStillThere(meta)) return entries
      } catch (error) {
        const isDamage = error instanceof HoldfastError && error.code === 'source_unreadable'
        if (!isDamage || attempt === maxAttempts || (await file.isStillThere(meta))) throw error
      }
      if (attempt < maxAttempts) continue
      throw new HoldfastError(
        'source_unreadable',
        `${file.path} is written faster than it can be read. Stop what writes there, or import a copy.`,
        {
          details: { path: file.path },
        },
      )
    }
  }

  async #readBatch(file: LmdbFile, meta: Awaited<ReturnType<LmdbFile['meta']>>, after: Buffer | undefined): Promise<LmdbEntry[]> {
    const { maxValueBytes, batchRecords } = this.#limits
    const tree = await file.table(meta, this.#input.table)
    const entries: LmdbEntry[] = []
    let bytes = 0
    for await (const entry of file.entries(meta, tree, { after, maxValueBytes })) {
      entries.push(entry)
      bytes += entry.value?.length ?? 0
      if (entries.length >= batchRecords || bytes >= batchBytes) break
    }
    return entries
  }

  #toItem({ key, value, bytes }: LmdbEntry, line: number): SourceItem {
    if (value !== undefined) {
      return recordItem({ line, key, prefix: this.#input.prefix, value, expiresAtMs: null }, this.#limits.maxValueBytes)
    }
    const problem = sizeProblem(bytes, this.#limits.maxValueBytes)
    return failedItem(line, key, problem?.code ?? 'too_large', problem?.detail ?? '')
  }
}
