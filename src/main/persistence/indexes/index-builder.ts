import { setImmediate as nextTurn } from 'node:timers/promises'
import { HoldfastError, throwIfCancelled } from '../../base/errors.ts'
import type { Drain } from '../drain.ts'
import { hasExpired } from '../judge.ts'
import type { LmdbEnvironment } from '../lmdb-environment.ts'
import { endOfPrefix } from '../page-query.ts'
import type { PayloadMeans } from '../payload-codec.ts'
import { decodeRecord } from '../record-codec.ts'
import { stampOf } from '../record-header.ts'
import type { Catalogue } from './catalogue.ts'
import type { CollectionPlan, IndexedHead } from './collection-plan.ts'
import type { BuildOutcome, BuildProgress } from './collection-store.ts'
import { headsOf, type IndexPlan, keyOfEntry, spanOf } from './index-plan.ts'
import type { IndexWork, MarkerWish } from './index-upkeep.ts'

/** Read at once, in one turn, and written in one commit. */
const sliceRecords = 500
const sliceBytes = 1024 * 1024
const sliceKeys = 5000

export interface IndexBuilderDeps {
  readonly catalogue: Catalogue
  readonly environment: () => LmdbEnvironment
  readonly drain: Drain
  readonly means: PayloadMeans
  /** Everything that has been given a sequence so far is in the database when it resolves. */
  readonly drainAll: (signal: AbortSignal) => Promise<void>
  readonly wallMs: () => number
}

/**
 * Fills an index with what lies in the database already, while writes go on. From its definition on the drain keeps it up for everything that is written;
 * once what was written before that is drained, each record that has not changed since gets its entries here. The marker says in the same commit how far
 * it is, so that a build goes on where a killed one stopped; when it says `ready`, queries use the index.
 */
export class IndexBuilder {
  readonly #deps: IndexBuilderDeps

  constructor(deps: IndexBuilderDeps) {
    this.#deps = deps
  }

  /** Throws `not_found` when the index is not defined any more, `unique_violation`, `index_key_too_long`: then it is marked as failed. */
  async build(id: string, progress: BuildProgress): Promise<BuildOutcome> {
    await this.#deps.drainAll(progress.signal)
    const environment = this.#deps.environment()
    const run = new BuildRun({ ...this.#deps, database: environment }, id, progress)
    return run.run()
  }

  /** Takes away what the table has of indexes that are not defined. */
  async dropUnused(signal: AbortSignal): Promise<void> {
    const environment = this.#deps.environment()
    for (const id of environment.indexes.ids()) {
      while (this.#deps.catalogue.index(id) === undefined) {
        throwIfCancelled(signal)
        const removes = environment.indexes.keysOf(id, sliceKeys)
        if (removes.length === 0) break
        const work = { environment, adds: [], removes, markers: new Map() }
        if (!(await unlessAborted(this.#deps.drain.index(work), signal))) return
      }
    }
  }
}

type RunDeps = IndexBuilderDeps & { readonly database: LmdbEnvironment }

class BuildRun {
  readonly #deps: RunDeps
  readonly #id: string
  readonly #progress: BuildProgress
  #records = 0

  constructor(deps: RunDeps, id: string, progress: BuildProgress) {
    this.#deps = deps
    this.#id = id
    this.#progress = progress
  }

  async run(): Promise<BuildOutcome> {
    const database = this.#database
    const marker = database.indexes.marker(this.#id)
    if (marker?.state === 'ready') return { records: 0, entries: marker.entries }
    let after = marker?.state === 'building' ? marker.after : undefined
    if (after === undefined) {
      await this.#clear()
      await this.#write([], { state: 'building', after: '' })
      after = ''
    }
    await this.#walk(after)
    // What was written meanwhile may have come before what was walked.
    await this.#deps.drainAll(this.#progress.signal)
    const entries = await this.#countAndCompare()
    await this.#write([], { state: 'ready', entries })
    if (this.#database.indexes.marker(this.#id)?.state === 'failed') throw cutOff('A record came that it cannot take')
    return { records: this.#records, entries }
  }

  async #clear(): Promise<void> {
    for (;;) {
      throwIfCancelled(this.#progress.signal)
      this.#definition()
      const database = this.#database
      const removes = database.indexes.keysOf(this.#id, sliceKeys)
      if (removes.length === 0) return
      await this.#ask({ environment: database, adds: [], removes, markers: new Map([[this.#id, null]]) })
    }
  }

  async #walk(from: string): Promise<void> {
    const { collection } = this.#definition()
    const end = endOfPrefix(collection.stored.prefix)
    for (let after: string | undefined = from; after !== undefined; await nextTurn()) {
      throwIfCancelled(this.#progress.signal)
      const { collection: current, index } = this.#definition()
      const slice = await this.#failing(() => this.#readSlice(current, index, after as string, end))
      this.#records += slice.seen
      this.#progress.onSeen(this.#records)
      after = slice.last
      if (slice.adds.length > 0 || after !== undefined) await this.#write(slice.adds, { state: 'building', after: after ?? slice.reached })
      if (this.#database.indexes.marker(this.#id)?.state === 'failed') throw cutOff('A record came that it cannot take')
    }
  }

  #readSlice({ stored }: CollectionPlan, index: IndexPlan, after: string, end: string | undefined) {
    const database = this.#database
    const adds: { key: string; stamp: Buffer; heads: IndexedHead[] }[] = []
    const from = after === '' ? stored.prefix : after
    let bytes = 0
    let seen = 0
    let reached = after
    for (const { key, record } of database.records.range({ from, fromExclusive: after !== '', to: end }, false)) {
      seen++
      bytes += record.length
      reached = key
      const heads = this.#headsOf(index, key, record)
      if (heads.length > 0) adds.push({ key, stamp: Buffer.from(stampOf(record)), heads })
      if (seen >= sliceRecords || bytes >= sliceBytes) return { adds, seen, reached, last: key }
    }
    return { adds, seen, reached, last: undefined }
  }

  /** A damaged record has no entries: a query that meets it says so. */
  #headsOf(index: IndexPlan, key: string, record: Buffer): IndexedHead[] {
    const { collection } = this.#definition()
    try {
      const { meta, value } = decodeRecord(key, record, this.#deps.means)
      return headsOf(index, key, collection.documentOf(meta.contentType, value)).map((head) => ({ index, head }))
    } catch (error) {
      if (error instanceof HoldfastError && error.code === 'record_damaged') return []
      throw error
    }
  }

  /** How many entries there are. Of a unique index no two records may have the same: then it fails. */
  async #countAndCompare(): Promise<number> {
    const { index } = this.#definition()
    const { to } = spanOf(index)
    let { from } = spanOf(index)
    let entries = 0
    let before: { head: string; key: string } | undefined
    for (;;) {
      throwIfCancelled(this.#progress.signal)
      let last: string | undefined
      for (const { entry, headBytes } of this.#database.indexes.range(from, to, false, sliceKeys)) {
        entries++
        last = entry
        if (!index.stored.unique) continue
        const here = { head: entry.slice(0, headBytes), key: keyOfEntry(entry, headBytes) }
        const twice = before
        if (twice?.head === here.head) await this.#failing(() => this.#refuseTwice(index, twice.key, here.key, here.head))
        before = here
      }
      if (last === undefined) return entries
      from = `${last}\0`
      await nextTurn()
    }
  }

  /** An entry may be stale, or of a record that has expired. */
  #refuseTwice(index: IndexPlan, one: string, other: string, head: string): void {
    const database = this.#database
    const { wallMs, means } = this.#deps
    const isHeld = (key: string): boolean => {
      const record = database.records.get(key)
      if (record === undefined) return false
      const { meta } = decodeRecord(key, record, means)
      return !hasExpired(meta, wallMs()) && this.#headsOf(index, key, record).some((held) => held.head === head)
    }
    if (!isHeld(one) || !isHeld(other)) return
    const fields = index.stored.fields.map(({ path }) => path).join(', ')
    throw new HoldfastError(
      'unique_violation',
      `The records ${JSON.stringify(one)} and ${JSON.stringify(other)} have the same ${fields}, so the index ${index.stored.name} cannot be unique. Change or delete one of them, then build it again.`,
      { details: { key: one, other, indexName: index.stored.name } },
    )
  }

  /** Marks the index as failed, with the sentence, when the work throws it. */
  async #failing<Result>(work: () => Result): Promise<Result> {
    try {
      return work()
    } catch (error) {
      if (error instanceof HoldfastError && (error.code === 'unique_violation' || error.code === 'index_key_too_long')) {
        await this.#write([], { state: 'failed', problem: error.message })
      }
      throw error
    }
  }

  /** Throws `conflict` once another took its place: it may be closed by now. */
  get #database(): LmdbEnvironment {
    const { database, environment } = this.#deps
    if (environment() !== database) throw cutOff(replaced)
    return database
  }

  #definition() {
    const found = this.#deps.catalogue.index(this.#id)
    if (found === undefined) throw new HoldfastError('not_found', 'The index is not defined any more.')
    return found
  }

  #write(adds: IndexWork['adds'], wish: MarkerWish): Promise<void> {
    return this.#ask({ environment: this.#deps.database, adds, removes: [], markers: new Map([[this.#id, wish]]) })
  }

  async #ask(work: IndexWork): Promise<void> {
    if (!(await unlessAborted(this.#deps.drain.index(work), this.#progress.signal))) throw cutOff(replaced)
  }
}

/** The drain may stand still, on a full disk for as long as that is full: nobody has to wait for it who wants to stop. */
function unlessAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(new HoldfastError('cancelled', 'Cancelled; what is done of the index stays.', { cause: signal.reason }))
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    void work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}

const replaced = 'Another database took the place of the one that it is for'
const cutOff = (why: string): HoldfastError => new HoldfastError('conflict', `The index was not built. ${why}; build it again.`)
