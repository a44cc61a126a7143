import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../base/clock.ts'
import { HoldfastError } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import { type GenerationPointer, writePointer } from './generation-pointer.ts'
import type { LmdbEnvironment } from './lmdb-environment.ts'
import type { Hold } from './space-port.ts'

/** Neither the new pointer nor the old one could be made sure of: which database the next start finds is not known. */
export class PointerUncertain extends HoldfastError {
  constructor(cause: unknown) {
    const sentence =
      'The disk failed while another database was put in place, so the store only reads. Check the disk, then start Holdfast again.'
    super('read_only', sentence, { cause })
  }
}

/** The database that is live, who reads it, and how another takes its place. */
export class LiveGeneration {
  readonly #databaseFolder: string
  readonly #log: Log
  readonly #clock: Clock
  readonly #holds = new Map<string, Hold[]>()
  readonly #whenReleased = new Map<string, (() => void)[]>()
  /** Closing and removing of what was live before. */
  readonly #leaving = new Set<Promise<void>>()
  readonly #onDamage: (damage: HoldfastError) => void
  #environment: LmdbEnvironment
  #pointer: GenerationPointer
  /** What the pointer on disk may name instead. */
  #mayBeLive: string | undefined
  #isClosing = false

  constructor(deps: {
    databaseFolder: string
    pointer: GenerationPointer
    environment: LmdbEnvironment
    onDamage: (damage: HoldfastError) => void
    clock: Clock
    log: Log
  }) {
    this.#clock = deps.clock
    this.#databaseFolder = deps.databaseFolder
    this.#pointer = deps.pointer
    this.#environment = deps.environment
    this.#onDamage = deps.onDamage
    this.#environment.onDamage(this.#onDamage)
    this.#log = deps.log
  }

  get environment(): LmdbEnvironment {
    return this.#environment
  }

  get pointer(): GenerationPointer {
    return this.#pointer
  }

  folderOf(id: string): string {
    return join(this.#databaseFolder, id)
  }

  /** Keeps the live generation from being closed or deleted until the returned function is called. */
  hold(holder: Hold['holder']): () => void {
    const { live } = this.#pointer
    const hold = { holder, sinceMs: this.#clock.wallMs() }
    this.#holds.set(live, [...(this.#holds.get(live) ?? []), hold])
    let isHeld = true
    return () => {
      if (isHeld) this.#release(live, hold)
      isHeld = false
    }
  }

  /** Who holds the live one, the longest first. */
  get holds(): readonly Hold[] {
    return this.#holds.get(this.#pointer.live) ?? []
  }

  /**
   * Makes `environment` the live one. Writing the pointer is the commit point: a crash before it leaves the old one live, after it the new one. Throws
   * what the disk says with everything as it was, or `PointerUncertain`.
   */
  async replace(next: GenerationPointer, environment: LmdbEnvironment): Promise<void> {
    const old = this.#pointer
    await this.#movePointer(next)
    const oldEnvironment = this.#environment
    this.#environment = environment
    environment.onDamage(this.#onDamage)
    this.#pointer = next
    const isNamed = (id: string) => id === next.live || id === next.previous?.id
    this.#whenUnheld(old.live, async () => {
      await oldEnvironment.close()
      if (!isNamed(old.live)) await this.#remove(old.live)
    })
    const lost = old.previous?.id
    if (lost !== undefined && !isNamed(lost)) this.#whenUnheld(lost, () => this.#remove(lost))
  }

  /** Forgets what an undo would bring back, and waits until it and everything else that was live before is gone. */
  async dropOld(): Promise<void> {
    const { previous, ...pointer } = this.#pointer
    if (previous !== null) {
      const next = { ...pointer, previous: null }
      await this.#movePointer(next)
      this.#pointer = next
      this.#whenUnheld(previous.id, () => this.#remove(previous.id))
    }
    await Promise.all(this.#leaving)
  }

  /** Removes a generation that nothing names. */
  async discard(id: string): Promise<void> {
    if (id === this.#pointer.live || id === this.#pointer.previous?.id || id === this.#mayBeLive) {
      throw new HoldfastError('conflict', 'This generation of the database is in use.', { details: { generation: id } })
    }
    await this.#remove(id)
  }

  /** Who still holds a generation reads on through an environment of their own. */
  async close(): Promise<void> {
    this.#isClosing = true
    for (const acts of this.#whenReleased.values()) for (const act of acts) act()
    this.#whenReleased.clear()
    await Promise.all(this.#leaving)
    await this.#environment.close()
  }

  async #movePointer(next: GenerationPointer): Promise<void> {
    const old = this.#pointer
    try {
      await writePointer(this.#databaseFolder, next)
    } catch (error) {
      // It may have been replaced all the same, and only the sync of the folder failed.
      await writePointer(this.#databaseFolder, old).catch((cause) => {
        this.#mayBeLive = next.live
        throw new PointerUncertain(cause)
      })
      throw error
    }
  }

  async #remove(id: string): Promise<void> {
    // Somebody may still read it; the next start removes what nothing names.
    if (this.#isClosing) return
    await rm(this.folderOf(id), { recursive: true, force: true })
  }

  #whenUnheld(generation: string, act: () => Promise<void>): void {
    const run = () => {
      const done: Promise<void> = act()
        .catch((error) => this.#log.warn({ err: error }, 'An old generation could not be closed or removed; the next start does it.'))
        .finally(() => this.#leaving.delete(done))
      this.#leaving.add(done)
    }
    if (this.#holds.has(generation)) this.#whenReleased.set(generation, [...(this.#whenReleased.get(generation) ?? []), run])
    else run()
  }

  #release(generation: string, hold: Hold): void {
    const left = (this.#holds.get(generation) ?? []).filter((one) => one !== hold)
    if (left.length > 0) {
      this.#holds.set(generation, left)
      return
    }
    this.#holds.delete(generation)
    for (const act of this.#whenReleased.get(generation) ?? []) act()
    this.#whenReleased.delete(generation)
  }
}
