import type { Database } from 'lmdb'
import type { DamageWatch } from './damage-watch.ts'
import type { LmdbRoot } from './lmdb-root.ts'

const present = Buffer.from([1])
const prefixBytes = 6
/** Counting more would take a while. */
const mostCounted = 100_000

export interface ExpiryEntry {
  readonly expiresAtMs: number
  readonly key: string
}

/** When which record expires: the moment (6 bytes, milliseconds) and the key, in this order. */
export class LmdbExpiryTable {
  readonly #table: Database<Buffer, Buffer>
  readonly #watch: DamageWatch

  constructor(root: LmdbRoot, watch: DamageWatch) {
    this.#table = root.binaryTable('expiry')
    this.#watch = watch
  }

  get isEmpty(): boolean {
    return (this.#table.getStats() as { entryCount: number }).entryCount === 0
  }

  /** Entries up to a moment, the earliest first. They may be stale: the record says when it really expires. */
  until(untilMs: number, limit: number): ExpiryEntry[] {
    const range = { start: Buffer.alloc(0), end: encode({ expiresAtMs: untilMs + 1, key: '' }), limit }
    return this.#watch.look(() =>
      [...this.#table.getKeys(range)].map((bytes) => ({
        expiresAtMs: bytes.readUIntBE(0, prefixBytes),
        key: bytes.toString('utf8', prefixBytes),
      })),
    )
  }

  /** How many there are up to a moment; from `mostCounted` on, that number. */
  countUntil(untilMs: number): number {
    const range = { start: Buffer.alloc(0), end: encode({ expiresAtMs: untilMs + 1, key: '' }) }
    return this.#watch.look(() => {
      const isMore = [...this.#table.getKeys({ ...range, offset: mostCounted, limit: 1 })].length > 0
      return isMore ? mostCounted : this.#table.getKeysCount(range)
    })
  }

  /** Encodes what a commit does to the table; what it gives may not throw inside of the commit (DN3). */
  prepare(added: readonly ExpiryEntry[], removed: readonly ExpiryEntry[]): () => void {
    const [puts, removes] = [added.map(encode), removed.map(encode)]
    return () => {
      for (const key of removes) this.#table.remove(key)
      for (const key of puts) this.#table.put(key, present)
    }
  }
}

function encode({ expiresAtMs, key }: ExpiryEntry): Buffer {
  const bytes = Buffer.allocUnsafe(prefixBytes + Buffer.byteLength(key))
  bytes.writeUIntBE(expiresAtMs, 0, prefixBytes)
  bytes.write(key, prefixBytes)
  return bytes
}
