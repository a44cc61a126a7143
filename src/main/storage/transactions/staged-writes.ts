import { HoldfastError } from '../../base/errors.ts'
import type { WriteOperation } from '../../persistence/record-store.ts'

const maxWrites = 10_000
const maxBytes = 64 * 1024 * 1024

/** What a transaction has written and nobody else sees: the last write of each key, in the order in which the keys were first written. */
export class StagedWrites {
  readonly #writes = new Map<string, WriteOperation>()
  #bytes = 0

  get size(): number {
    return this.#writes.size
  }

  get bytes(): number {
    return this.#bytes
  }

  get(key: string): WriteOperation | undefined {
    return this.#writes.get(key)
  }

  /** Throws `too_large`; then nothing is staged. */
  add(write: WriteOperation): void {
    const before = this.#writes.get(write.key)
    const bytes = this.#bytes + bytesOf(write) - (before === undefined ? 0 : bytesOf(before))
    if (bytes > maxBytes || (before === undefined && this.#writes.size >= maxWrites)) throw tooManyWrites()
    this.#writes.set(write.key, write)
    this.#bytes = bytes
  }

  [Symbol.iterator](): IterableIterator<WriteOperation> {
    return this.#writes.values()
  }
}

const bytesOf = (write: WriteOperation): number => write.key.length + (write.kind === 'put' ? write.value.byteLength : 0)

function tooManyWrites(): HoldfastError {
  return new HoldfastError('too_large', `A transaction may write ${maxWrites} records and ${maxBytes / 2 ** 20} MiB. Split it.`, {
    details: { limit: maxWrites, limitBytes: maxBytes },
  })
}
