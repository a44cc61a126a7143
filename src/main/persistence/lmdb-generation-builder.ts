import { rm } from 'node:fs/promises'
import { LmdbEnvironment, type TableChange } from './lmdb-environment.ts'
import { expiryOf } from './record-codec.ts'
import { versionOf } from './record-header.ts'
import type { SystemChange } from './system-table.ts'
import { type HybridTime, laterOf } from './version-clock.ts'

const batchBytes = 8 * 1024 * 1024
const flushTimeoutMs = 10 * 60_000

/** What a new generation holds when it is finished. */
export interface BuiltGeneration {
  readonly records: number
  /** The highest version in it. */
  readonly version: HybridTime
}

/**
 * Fills a new generation beside the live one with encoded records in key order, and makes it durable. It becomes live by `switchGeneration`; until then
 * it is nobody's data, and `abort` removes it.
 */
export class LmdbGenerationBuilder {
  readonly #folder: string
  readonly #environment: LmdbEnvironment
  readonly #base: { readonly storeId: string; readonly timeline: string }
  #waiting: TableChange[] = []
  #waitingBytes = 0
  #records = 0
  #version: HybridTime = { ms: 0, counter: 0 }

  private constructor(folder: string, environment: LmdbEnvironment, base: { storeId: string; timeline: string }) {
    this.#folder = folder
    this.#environment = environment
    this.#base = base
  }

  /** `folder` must not exist yet. `storeId` is that of the store which will take it. */
  static async create(folder: string, base: { storeId: string; timeline: string }): Promise<LmdbGenerationBuilder> {
    const environment = await LmdbEnvironment.create(folder, { ...base, appliedSequence: 0, version: { ms: 0, counter: 0 } })
    return new LmdbGenerationBuilder(folder, environment, base)
  }

  /** Takes the next record; resolves when there is room for more. */
  async append(key: string, record: Buffer): Promise<void> {
    this.#waiting.push({ key, record, expiresAtMs: expiryOf(record) })
    this.#waitingBytes += record.length + key.length
    this.#records++
    this.#version = laterOf(this.#version, versionOf(record))
    if (this.#waitingBytes >= batchBytes) await this.#write()
  }

  /** The system table that belongs to the records. */
  async setSystem(entries: readonly SystemChange[]): Promise<void> {
    await this.#environment.apply([], [], { ...this.#base, appliedSequence: 0, version: this.#version }, entries)
  }

  /** Everything is on disk when it resolves; the environment is closed. */
  async finish(): Promise<BuiltGeneration> {
    await this.#write()
    await this.#environment.flushed(flushTimeoutMs)
    await this.#environment.syncFile()
    await this.#environment.close()
    return { records: this.#records, version: this.#version }
  }

  async abort(): Promise<void> {
    await this.#environment.close()
    await rm(this.#folder, { recursive: true, force: true })
  }

  async #write(): Promise<void> {
    const changes = this.#waiting
    this.#waiting = []
    this.#waitingBytes = 0
    await this.#environment.apply(changes, [], { ...this.#base, appliedSequence: 0, version: this.#version })
  }
}
