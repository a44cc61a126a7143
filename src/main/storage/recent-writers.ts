import type { Actor } from '../../contract/index.ts'
import type { OperationResult, WriteOperation } from '../persistence/record-store.ts'

/** Of so many keys it is known who wrote them last. A key has at most 1 KiB, so this is at most some megabytes. */
const maxKeys = 4096

interface LastWrite {
  /** Null: the record was deleted. */
  readonly version: string | null
  readonly actor: Actor
  readonly atMs: number
}

/**
 * Who wrote lately, in memory only: it answers "who was that?" when two people meet at a record. What is older, or was written before the
 * host started, is not known.
 */
export class RecentWriters {
  readonly #writes = new Map<string, LastWrite>()

  note(operations: readonly WriteOperation[], results: readonly OperationResult[], actor: Actor, atMs: number): void {
    // Of a large batch only the last ones would stay.
    for (let place = Math.max(0, operations.length - maxKeys); place < operations.length; place++) {
      const result = results[place]
      const operation = operations[place]
      if (operation === undefined || result === undefined || result.kind === 'absent') continue
      const version = result.kind === 'deleted' ? null : result.meta.version
      this.#writes.delete(operation.key)
      this.#writes.set(operation.key, { version, actor, atMs })
    }
    while (this.#writes.size > maxKeys) this.#writes.delete(this.#writes.keys().next().value as string)
  }

  /** Who made this state of the record. Null: not known. */
  writerOf(key: string, version: string): Actor | null {
    const write = this.#writes.get(key)
    return write?.version === version ? write.actor : null
  }

  /** Who deleted the record, and when. Undefined: not known. */
  deletionOf(key: string): { actor: Actor; atMs: number } | undefined {
    const write = this.#writes.get(key)
    return write?.version === null ? write : undefined
  }
}
