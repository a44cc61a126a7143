import { truncate } from 'node:fs/promises'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { HoldfastError, throwIfCancelled } from '../base/errors.ts'
import { LmdbEnvironment } from './lmdb-environment.ts'
import type { RawChange } from './lmdb-raw-tables.ts'
import type { CompactionProgress } from './space-port.ts'
import type { WriteWatch } from './write-watch.ts'

/** Written in one commit: a few milliseconds of this thread. */
const sliceEntries = 2000
const sliceBytes = 2 * 1024 * 1024
/** So little is caught up while writers wait. */
const fewEntries = 2000
/** Where writers are faster than that, catching up ends with writers waiting. */
const mostRounds = 20
const flushTimeoutMs = 10 * 60_000

export interface CopyProgress extends CompactionProgress {
  /** Throws when what is still to be written would leave too little room on the disk. */
  readonly assertRoom: () => Promise<void>
}

/**
 * A copy of an environment that others write into meanwhile: written anew, table by table in key order, so that its pages are full and hold nothing that was
 * deleted. It holds no old state: each piece is read as it is then, and what was written behind that place is copied again.
 */
export class DatabaseCopy {
  readonly #source: LmdbEnvironment
  readonly #folder: string
  readonly #watch: WriteWatch & Disposable
  #copy: LmdbEnvironment

  private constructor(source: LmdbEnvironment, folder: string, copy: LmdbEnvironment) {
    this.#source = source
    this.#folder = folder
    this.#copy = copy
    this.#watch = source.watchWrites()
  }

  /** `folder` must not exist yet. The caller closes it, and removes the folder when it is not to be used. */
  static async begin(source: LmdbEnvironment, folder: string): Promise<DatabaseCopy> {
    return new DatabaseCopy(source, folder, await LmdbEnvironment.create(folder, source.state))
  }

  /** Of the copy. */
  get environment(): LmdbEnvironment {
    return this.#copy
  }

  /** Everything is in the copy, which was opened and read whole, but for what was written since. */
  async run(progress: CopyProgress): Promise<void> {
    await this.#copyTables(progress)
    await this.#reopen()
    const total = this.#copy.records.count
    const onWalked = (records: number) => progress.onProgress('walking', records, total)
    onWalked(0)
    await this.#copy.syncAndWalk({ signal: progress.signal, onWalked })
    await this.#walkOthers(progress.signal)
    for (let round = 0; round < mostRounds && this.#watch.size > fewEntries; round++) {
      progress.onProgress('catching-up', round, mostRounds)
      await progress.assertRoom()
      await this.#catchUp(() => true, progress.signal)
    }
  }

  /** The rest, while nobody writes into the source. Afterwards both hold the same, and the copy is on disk. */
  async finish(): Promise<void> {
    await this.#catchUp(() => true)
    await this.#copy.flushed(flushTimeoutMs)
    await this.#copy.syncFile()
    const { appliedSequence } = this.#copy.reloadState()
    const counts = ({ raw }: LmdbEnvironment) => raw.figures().map(({ name, entries }) => `${name} ${entries}`)
    const isSame = counts(this.#copy).join() === counts(this.#source).join() && appliedSequence === this.#source.state.appliedSequence
    if (!isSame) throw notTheSame()
  }

  /** Where it does not become the live one. */
  async close(): Promise<void> {
    this.stopWatching()
    await this.#copy.close()
  }

  stopWatching(): void {
    this.#watch[Symbol.dispose]()
  }

  async #copyTables({ signal, onProgress, assertRoom }: CopyProgress): Promise<void> {
    const { tables, usedBytes } = this.#source.pages
    const empty = new Set(this.#copy.raw.figures().flatMap(({ name, entries }) => (entries === 0 ? [name] : [])))
    const total = tables.reduce((sum, { entries }) => sum + entries, 0)
    const copied = new Set<string>()
    let done = 0
    for (const table of this.#source.raw.names) {
      for (let after: Buffer | undefined, more = true; more; ) {
        throwIfCancelled(signal)
        await assertRoom()
        const { entries, last } = this.#source.raw.slice(table, after, { limit: sliceEntries, maxBytes: sliceBytes })
        await this.#copy.raw.apply(
          entries.map(({ key, value }) => ({ table, key, value })),
          { inOrder: empty.has(table) },
        )
        done += entries.length
        after = last ?? after
        more = last !== undefined
        // What lies ahead is copied when its turn comes.
        const isCopied = (of: string, key: Buffer) =>
          copied.has(of) || (of === table && (!more || (after !== undefined && Buffer.compare(key, after) <= 0)))
        await this.#catchUp(isCopied, signal)
        onProgress('copying', Math.min(usedBytes, Math.round((done / Math.max(1, total)) * usedBytes)), usedBytes)
        await nextTurn()
      }
      copied.add(table)
    }
  }

  /** Every table besides the records has the entries that it counts. */
  async #walkOthers(signal: AbortSignal): Promise<void> {
    const { raw } = this.#copy
    for (const { name, entries } of raw.figures().filter((table) => table.name !== 'records')) {
      let found = 0
      for (let after: Buffer | undefined, more = true; more; await nextTurn()) {
        throwIfCancelled(signal)
        const slice = raw.slice(name, after, { limit: sliceEntries, maxBytes: sliceBytes })
        found += slice.entries.length
        after = slice.last
        more = after !== undefined
      }
      if (found !== entries) throw notTheSame()
    }
  }

  /** Room that was taken for commits to come is given back, and headers, branches and the list of free pages are looked at. */
  async #reopen(): Promise<void> {
    await this.#copy.flushed(flushTimeoutMs)
    const { file, pages } = this.#copy
    await this.#copy.close()
    await truncate(file, (pages.lastPage + 1) * pages.pageBytes)
    this.#copy = LmdbEnvironment.open(this.#folder, { isWalkedAfterwards: true })
  }

  /** Copies again what was written, as far as it has been copied, and reads it back. */
  async #catchUp(isCopied: (table: string, key: Buffer) => boolean, signal?: AbortSignal): Promise<void> {
    const written = this.#watch.take().filter(({ table, key }) => isCopied(table, key))
    for (let from = 0; from < written.length; ) {
      throwIfCancelled(signal)
      const changes: RawChange[] = []
      this.#source.raw.refresh()
      for (let bytes = 0; from < written.length && changes.length < sliceEntries && bytes < sliceBytes; from++) {
        const { table, key } = written[from] as (typeof written)[number]
        const value = this.#source.raw.get(table, key) ?? null
        changes.push({ table, key, value })
        bytes += key.length + (value?.length ?? 0)
      }
      await this.#copy.raw.apply(changes, { inOrder: false })
      this.#copy.raw.refresh()
      for (const { table, key, value } of changes) {
        const found = this.#copy.raw.get(table, key)
        if (value === null ? found !== undefined : !found?.equals(value)) throw notTheSame()
      }
      await nextTurn()
    }
  }
}

function notTheSame(): HoldfastError {
  return new HoldfastError(
    'conflict',
    'The copy of the database does not hold what the database holds, so it was thrown away and nothing was changed. Check the disk of the database.',
  )
}
