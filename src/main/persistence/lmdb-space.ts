import type { Clock } from '../base/clock.ts'
import { HoldfastError } from '../base/errors.ts'
import type { Drain } from './drain.ts'
import type { LiveGeneration } from './live-generation.ts'
import type { LmdbEnvironment } from './lmdb-environment.ts'
import { hasSoundHeader, valueBytesOf } from './record-header.ts'
import { assertRoomForRewrite, rewriteDatabase, roomForRewrite } from './rewrite-database.ts'
import type { CompactionOutcome, CompactionProgress, DatabasePages, RecordSize, SizeQuery, SpaceFigures, StoreSpace } from './space-port.ts'
import type { SweepFigures } from './sweep-figures.ts'
import type { VersionClock } from './version-clock.ts'

export interface LmdbSpaceDeps {
  readonly generation: LiveGeneration
  readonly drain: Drain
  readonly versions: VersionClock
  readonly clock: Clock
  readonly sweep: () => SweepFigures | null
  /** What must stay free on the disk for the store itself. */
  readonly reserveBytes: () => number
  /** Throws why nothing can be read, or written. */
  readonly refuseReads: () => void
  readonly refuse: () => void
}

/** So many records are looked at to say what one takes. */
const sampleRecords = 200

export class LmdbSpace implements StoreSpace {
  readonly #deps: LmdbSpaceDeps
  #running: { readonly controller: AbortController; readonly over: Promise<unknown> } | undefined

  constructor(deps: LmdbSpaceDeps) {
    this.#deps = deps
  }

  figures(): SpaceFigures {
    const { generation, sweep } = this.#deps
    const { usedBytes } = this.#environment.pages
    return { fileBytes: this.#environment.fileBytes, usedBytes, pinned: this.#environment.pinned, holds: generation.holds, sweep: sweep() }
  }

  pages(): DatabasePages {
    return this.#environment.pages
  }

  expired(): { records: number; bytes: number } {
    const nowMs = this.#deps.clock.wallMs()
    const sizes = this.#environment.expiries.until(nowMs, sampleRecords).map(({ key }) => bytesIn(this.#environment, key))
    const records = sizes.length < sampleRecords ? sizes.length : this.#environment.expiries.countUntil(nowMs)
    const sum = sizes.reduce((total, bytes) => total + bytes, 0)
    return { records, bytes: records === 0 ? 0 : Math.round((sum / sizes.length) * records) }
  }

  sizes({ every, limit, ...bounds }: SizeQuery): { sizes: readonly RecordSize[]; last: string | undefined } {
    const sizes: RecordSize[] = []
    for (const { key, head } of this.#environment.records.sampleHeads(bounds, every)) {
      const isSound = hasSoundHeader(head.head, head.bytes)
      sizes.push({
        key,
        bytes: Buffer.byteLength(key) + head.bytes,
        valueBytes: isSound ? valueBytesOf(head.head) : head.bytes,
        updatedAtMs: isSound ? head.head.readUIntLE(30, 6) : 0,
      })
      if (sizes.length >= limit) return { sizes, last: key }
    }
    return { sizes, last: undefined }
  }

  roomForCompaction(): number {
    return roomForRewrite(this.#deps)
  }

  async assertCanCompact(): Promise<void> {
    this.#assertNotRunning()
    this.#deps.refuse()
    await assertRoomForRewrite(this.#deps)
  }

  async compact(progress: CompactionProgress): Promise<CompactionOutcome> {
    this.#assertNotRunning()
    const controller = new AbortController()
    const signal = AbortSignal.any([controller.signal, progress.signal])
    const rewriting = rewriteDatabase(this.#deps, { ...progress, signal })
    this.#running = { controller, over: rewriting.catch(() => undefined) }
    try {
      return await rewriting
    } finally {
      this.#running = undefined
    }
  }

  /** Ends what is being written anew, unless it is as good as done: something graver comes. */
  async stop(): Promise<void> {
    this.#running?.controller.abort(new HoldfastError('conflict', 'The database is needed for something else.'))
    await this.#running?.over
  }

  #assertNotRunning(): void {
    if (this.#running !== undefined)
      throw new HoldfastError('conflict', 'The database is being written anew already. Wait until that is done.')
  }

  get #environment(): LmdbEnvironment {
    this.#deps.refuseReads()
    return this.#deps.generation.environment
  }
}

/** What a record takes in the database. */
export const bytesIn = (environment: LmdbEnvironment, key: string): number => {
  const head = environment.records.getHead(key)
  return head === undefined ? 0 : Buffer.byteLength(key) + head.bytes
}
