import { HoldfastError } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import { compareKeys } from './key-order.ts'

/** What the host itself must not forget, beside the records: definitions, dictionaries, locks. Null removes it. */
export interface SystemChange {
  readonly key: string
  readonly value: Uint8Array | null
}

/**
 * A small table of the host's own, held whole in memory. It goes through the journal like records do (JN6), belongs to the generation, and is in backups;
 * what begins with `lock/` belongs to the host instead, and lives on when another generation becomes the live one.
 */
export interface SystemTable {
  /** The caller must not write into it. */
  get(key: string): Uint8Array | undefined
  /** In key order. */
  entries(prefix: string): readonly (readonly [string, Uint8Array])[]
  /**
   * All changes or none, seen once they are durable. `sequence` is greater than any that was given before, over restarts and restores too. Refusals are
   * those of `RecordStore.commit`, and `too_large`.
   */
  write(changes: readonly SystemChange[], signal?: AbortSignal): Promise<{ readonly sequence: number }>
  /** Calls `listener` with the keys that changed; undefined: all may have. Returns how to stop. */
  onChanged(listener: (keys: readonly string[] | undefined) => void): () => void
}

export const lockPrefix = 'lock/'
const maxKeyBytes = 512
/** A dictionary is the largest thing in it. */
const maxValueBytes = 256 * 1024
const maxEntries = 100_000
const maxTableBytes = 64 * 1024 * 1024

/** The table as it is now, and who is told of its changes; where it is kept is the store's concern. */
export class SystemEntries {
  readonly #values = new Map<string, Uint8Array>()
  readonly #listeners = new Set<(keys: readonly string[] | undefined) => void>()
  readonly #log: Log
  #bytes = 0

  constructor(deps: { log: Log }) {
    this.#log = deps.log
  }

  get(key: string): Uint8Array | undefined {
    return this.#values.get(key)
  }

  entries(prefix: string): readonly (readonly [string, Uint8Array])[] {
    const found = [...this.#values].filter(([key]) => key.startsWith(prefix))
    return found.sort(([one], [other]) => compareKeys(one, other))
  }

  /** Throws `too_large` for what the table has no room for. */
  assertRoomFor(changes: readonly SystemChange[]): void {
    let bytes = this.#bytes
    for (const { key, value } of changes) {
      const isBounded = key.length > 0 && Buffer.byteLength(key) <= maxKeyBytes && (value?.byteLength ?? 0) <= maxValueBytes
      if (!isBounded) throw tooLarge()
      bytes += value?.byteLength ?? 0
    }
    if (bytes > maxTableBytes || this.#values.size + changes.length > maxEntries) throw tooLarge()
  }

  apply(changes: readonly SystemChange[]): void {
    for (const change of changes) this.#set(change)
    this.#tell(changes.map(({ key }) => key))
  }

  /** Another generation has become the live one. */
  replace(entries: Iterable<SystemChange>): void {
    this.#values.clear()
    this.#bytes = 0
    for (const entry of entries) this.#set(entry)
    this.#tell(undefined)
  }

  onChanged(listener: (keys: readonly string[] | undefined) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  #set({ key, value }: SystemChange): void {
    this.#bytes += (value?.byteLength ?? 0) - (this.#values.get(key)?.byteLength ?? 0)
    if (value === null) this.#values.delete(key)
    else this.#values.set(key, value)
  }

  #tell(keys: readonly string[] | undefined): void {
    for (const listener of this.#listeners) {
      try {
        listener(keys)
      } catch (error) {
        this.#log.error({ err: error }, 'A listener of the system table failed.')
      }
    }
  }
}

function tooLarge(): HoldfastError {
  return new HoldfastError('too_large', 'The host has no room for more definitions and locks. Remove some that are not used any more.')
}
