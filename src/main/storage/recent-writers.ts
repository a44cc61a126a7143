import type { Actor } from '../../contract/index.ts'
import type { OperationResult, WriteOperation } from '../persistence/record-store.ts'

/** Of so many transactions it is known who made them, and of so many deleted keys who deleted them. A key has at most 1 KiB, so this is at most some megabytes. */
const maxKept = 4096

interface Deletion {
  readonly actor: Actor
  readonly atMs: number
}

/**
 * Who wrote lately, in memory only: it answers "who was that?" when two people meet at a record. What is older, or was written before the
 * host started, is not known.
 */
export class RecentWriters {
  /** By version, which all records of one transaction share: so a large one costs no more than a small one. */
  readonly #writes = new Map<string, Actor>()
  readonly #deletions = new Map<string, Deletion>()

  note(operations: readonly WriteOperation[], results: readonly OperationResult[], actor: Actor, atMs: number): void {
    let noted: string | undefined
    for (let place = 0; place < operations.length; place++) {
      const { key } = operations[place] as WriteOperation
      const result = results[place]
      if (result === undefined || result.kind === 'absent') continue
      if (result.kind === 'deleted') putLast(this.#deletions, key, { actor, atMs })
      else {
        if (this.#deletions.size > 0) this.#deletions.delete(key)
        if (result.meta.version !== noted) putLast(this.#writes, result.meta.version, actor)
        noted = result.meta.version
      }
    }
  }

  /** Who made this state of a record. Null: not known. */
  writerOf(version: string): Actor | null {
    return this.#writes.get(version) ?? null
  }

  /** Who deleted the record, and when. Undefined: not known. */
  deletionOf(key: string): Deletion | undefined {
    return this.#deletions.get(key)
  }
}

function putLast<Kept>(map: Map<string, Kept>, name: string, kept: Kept): void {
  map.delete(name)
  map.set(name, kept)
  if (map.size > maxKept) map.delete(map.keys().next().value as string)
}
