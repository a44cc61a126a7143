import { statfsSync } from 'node:fs'
import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../base/clock.ts'
import { HoldfastError } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import type { PackMeans } from '../persistence/pack-means.ts'
import type { RecordStore } from '../persistence/record-store.ts'
import type { PlannedAct } from '../storage/undo-port.ts'
import { judgeOutcome } from './plan-undo.ts'
import { type SafetyContents, SafetyFile, type SafetyHeader } from './safety-file.ts'
import { notKept, SafetyPoint } from './safety-point.ts'

const suffix = '.hfu'
/** More than these are never kept: the oldest that hold a single record go first. */
const maxPoints = 5000
/** Stays free on the disk for the store itself. */
const reserveBytes = 64 * 1024 * 1024

export interface SafetyLimits {
  readonly keepMs: number
  readonly maxBytes: number
}

export interface SafetyPointsDeps {
  readonly folder: string
  readonly store: Pick<RecordStore, 'get' | 'getMeta'>
  readonly clock: Clock
  readonly log: Log
  readonly limits: SafetyLimits
  /** Where data is encrypted, what is kept is too. */
  readonly means?: PackMeans
}

/** What is known of a safety point without opening it. */
export interface PointFacts {
  readonly header: SafetyHeader
  readonly records: number
  readonly bytes: number
  readonly undoneBy: string | undefined
}

/** The safety points of a data folder: made, found again, swept when their time is over. */
export class SafetyPoints {
  readonly #deps: SafetyPointsDeps
  readonly #facts = new Map<string, PointFacts>()
  readonly #open = new Map<string, SafetyPoint>()
  /** Read by an undo at this moment; a sweep leaves them. */
  readonly #held = new Set<string>()

  private constructor(deps: SafetyPointsDeps) {
    this.#deps = deps
  }

  /**
   * Finds what was left. `interrupted`: acts that the last end of the host cut off. Their last part is settled now, before anybody can write, from
   * what the records say.
   */
  static async open(deps: SafetyPointsDeps): Promise<{ points: SafetyPoints; interrupted: readonly PointFacts[] }> {
    await mkdir(deps.folder, { recursive: true, mode: 0o700 })
    const points = new SafetyPoints(deps)
    const interrupted: PointFacts[] = []
    for (const name of (await readdir(deps.folder)).filter((found) => found.endsWith(suffix)).sort()) {
      try {
        const found = await points.#find(join(deps.folder, name))
        if (found?.isInterrupted) interrupted.push(found.facts)
      } catch (error) {
        deps.log.error({ err: error, file: name }, 'A safety point cannot be read; it is left as it is')
      }
    }
    return { points, interrupted }
  }

  get(id: string): PointFacts | undefined {
    return this.#facts.get(id)
  }

  /** Milliseconds since 1970 from which on it cannot be undone. */
  untilMs(facts: PointFacts): number {
    return facts.header.atMs + this.#deps.limits.keepMs
  }

  isExpired(facts: PointFacts): boolean {
    return this.untilMs(facts) <= this.#deps.clock.wallMs()
  }

  /** Throws `undo_not_kept`. `beyondRoom`: for an undo, which must not fail for the sake of its own undo. */
  async begin(header: SafetyHeader, { bytes }: Pick<PlannedAct, 'bytes'>, beyondRoom = false): Promise<SafetyPoint> {
    await this.sweep()
    const checkRoom = (more: number) => beyondRoom || this.#checkRoom(more)
    checkRoom(bytes)
    if (this.#facts.size + this.#open.size >= maxPoints) await this.#dropOldestSingle()
    try {
      const file = await SafetyFile.create(join(this.#deps.folder, `${header.id}${suffix}`), header, this.#deps.means)
      const { store, log } = this.#deps
      const point = new SafetyPoint({ id: header.id, file, store, log, checkRoom, onEnd: (ended) => this.#end(ended, header) })
      this.#open.set(header.id, point)
      return point
    } catch (error) {
      throw notKept(`the disk says ${(error as NodeJS.ErrnoException).code ?? 'no'}`, error)
    }
  }

  /** Opens one to read it back. Undefined when it is gone. The caller calls `release`. */
  async hold(id: string): Promise<{ file: SafetyFile; contents: SafetyContents; release: () => Promise<void> } | undefined> {
    if (!this.#facts.has(id)) return undefined
    this.#held.add(id)
    const found = await SafetyFile.open(join(this.#deps.folder, `${id}${suffix}`), this.#deps.means).catch((error: unknown) => {
      this.#held.delete(id)
      throw error
    })
    const release = async () => {
      this.#held.delete(id)
      await found?.file.close()
    }
    if (found !== undefined) return { ...found, release }
    await release()
    return undefined
  }

  /** Durable in the point itself, unless nothing can be written there: then the activity list alone knows it. */
  async markUndone(id: string, file: SafetyFile, contents: SafetyContents, by: string): Promise<void> {
    const facts = this.#facts.get(id)
    if (facts !== undefined) this.#facts.set(id, { ...facts, undoneBy: by })
    try {
      if (!contents.isDamaged) await file.noteUndone(by, this.#deps.clock.wallMs())
    } catch (error) {
      this.#deps.log.warn({ err: error, id }, 'That an act was undone could not be noted in its safety point')
    }
  }

  /** Removes all that were kept before now, of acts that are over. Throws what the disk says. */
  async dropAll(): Promise<void> {
    for (const id of [...this.#facts.keys()]) {
      if (this.#held.has(id)) throw new HoldfastError('conflict', 'Something is being undone. Ask again when that is done.')
      await rm(join(this.#deps.folder, `${id}${suffix}`), { force: true })
      this.#facts.delete(id)
    }
  }

  /** Removes what is past its time. Never throws. */
  async sweep(): Promise<void> {
    for (const [id, facts] of this.#facts) {
      if (this.isExpired(facts) && !this.#held.has(id)) await this.#remove(id)
    }
  }

  async #find(path: string): Promise<{ facts: PointFacts; isInterrupted: boolean } | undefined> {
    const found = await SafetyFile.open(path, this.#deps.means)
    if (found === undefined) {
      this.#deps.log.error({ file: path }, 'A safety point cannot be understood; it is left as it is')
      return undefined
    }
    const { file, contents } = found
    try {
      const records = await this.#settle(file, contents)
      const facts: PointFacts = { header: contents.header, records, bytes: file.bytes, undoneBy: contents.undone?.by }
      if (records === 0 && !contents.isDamaged) await rm(path, { force: true })
      else this.#facts.set(contents.header.id, facts)
      return { facts, isInterrupted: !contents.isEnded && records > 0 }
    } finally {
      await file.close()
    }
  }

  /** Decides of the parts whose outcome was not noted, and notes it. Gives how many records the act changed. */
  async #settle(file: SafetyFile, { kept, outcomes, isEnded, isDamaged }: SafetyContents): Promise<number> {
    const { store, clock } = this.#deps
    let records = 0
    for (const [frame, place] of kept.entries()) {
      let known = outcomes.get(frame)
      if (known === undefined) {
        const changes = (await file.readKept(place)) ?? []
        known = changes.map((change) => judgeOutcome(change, store.get(change.key), clock.wallMs()))
        if (!isDamaged) await file.noteChanged(frame, known)
      }
      records += known.filter((outcome) => outcome !== false).length
    }
    if (!isEnded && !isDamaged) await file.noteEnded()
    return records
  }

  async #end(point: SafetyPoint, header: SafetyHeader): Promise<void> {
    this.#open.delete(point.id)
    try {
      if (!point.isWorthKeeping) return await point.file.remove()
      this.#facts.set(point.id, { header, records: point.changed, bytes: point.file.bytes, undoneBy: undefined })
      await point.file.noteEnded()
      await point.file.close()
    } catch (error) {
      this.#deps.log.warn({ err: error, id: point.id }, 'A safety point could not be closed; the next start does it')
    }
  }

  #checkRoom(more: number): void {
    const { limits, folder } = this.#deps
    let used = 0
    for (const { bytes } of this.#facts.values()) used += bytes
    for (const { file } of this.#open.values()) used += file.bytes
    if (used + more > limits.maxBytes) {
      throw notKept(`it needs up to ${megabytes(more)}, and ${megabytes(Math.max(0, limits.maxBytes - used))} of undo.max_mb are left`)
    }
    const { bavail, bsize } = statfsSync(folder)
    if (bavail * bsize < more + Math.min(reserveBytes, more))
      throw notKept(`it needs up to ${megabytes(more)}, and the disk is nearly full`)
  }

  async #dropOldestSingle(): Promise<void> {
    const oldest = [...this.#facts.entries()]
      .filter(([id, { records }]) => records <= 1 && !this.#held.has(id))
      .sort(([, one], [, other]) => one.header.atMs - other.header.atMs)[0]
    if (oldest === undefined) throw notKept(`there are ${maxPoints} acts that can be undone already`)
    await this.#remove(oldest[0])
  }

  async #remove(id: string): Promise<void> {
    try {
      await rm(join(this.#deps.folder, `${id}${suffix}`), { force: true })
      this.#facts.delete(id)
    } catch (error) {
      this.#deps.log.warn({ err: error, id }, 'A safety point that is past its time could not be removed')
    }
  }
}

const megabytes = (bytes: number): string => `${Math.ceil(bytes / 1_000_000)} MB`
