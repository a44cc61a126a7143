import type { Database } from 'lmdb'
import type { DamageWatch } from './damage-watch.ts'
import { type ByteText, bytesOf } from './indexes/index-order.ts'
import type { LmdbRoot } from './lmdb-root.ts'

/** How far an index is, in this database; absent: not begun. `after`: records up to this key have their entries. */
export type IndexMarker =
  | { readonly state: 'building'; readonly entries: number; readonly after: string }
  | { readonly state: 'ready'; readonly entries: number }
  | { readonly state: 'failed'; readonly entries: number; readonly problem: string }

/** What one commit does to the table. Everything is encoded before (DN3). */
export interface IndexChanges {
  readonly puts: readonly { readonly key: Buffer; readonly value: Buffer }[]
  readonly removes: readonly Buffer[]
}

export const noIndexChanges: IndexChanges = { puts: [], removes: [] }

/** An entry, and how much of it stands before the record's key. */
export interface IndexTableEntry {
  readonly entry: ByteText
  readonly headBytes: number
}

const idBytes = 8

/**
 * The table of all indexes: `id · values · key of the record` with the bytes before the key as a number, and for each index its marker under the id alone.
 * It can be made again from the records, so it is in no backup.
 */
export class LmdbIndexTable {
  readonly #table: Database<Buffer, Buffer>
  readonly #watch: DamageWatch

  constructor(root: LmdbRoot, watch: DamageWatch) {
    this.#table = root.binaryTable('indexes')
    this.#watch = watch
  }

  get leafPages(): number {
    return (this.#table.getStats() as { treeLeafPageCount: number }).treeLeafPageCount
  }

  has(entry: ByteText): boolean {
    return this.#watch.look(() => this.#table.get(bytesOf(entry))) !== undefined
  }

  /** `id`: 16 hex digits. */
  marker(id: string): IndexMarker | undefined {
    const bytes = this.#watch.look(() => this.#table.get(Buffer.from(id, 'hex')))
    return bytes === undefined ? undefined : (JSON.parse(bytes.toString()) as IndexMarker)
  }

  /** Entries from `from` on and before `to`; reversed those after `from`. To be used up at once, without an await. */
  *range(from: ByteText, to: ByteText, reverse: boolean, limit?: number): Generator<IndexTableEntry> {
    const [start, end] = reverse ? [to, from] : [from, to]
    const options = { start: bytesOf(start), end: bytesOf(end), reverse, ...(limit !== undefined && { limit }) }
    for (const { key, value } of this.#watch.walk(() => this.#table.getRange(options))) {
      const entry = key.toString('latin1')
      if (entry.length > idBytes && !(reverse && entry >= to)) yield { entry, headBytes: value.readUInt16LE(0) }
    }
  }

  /** The ids that have anything in the table, markers included. */
  ids(): string[] {
    const found: string[] = []
    for (let from = Buffer.alloc(idBytes); ; ) {
      const [key] = this.#watch.look(() => [...this.#table.getKeys({ start: from, limit: 1 })])
      if (key === undefined) return found
      found.push(key.toString('hex', 0, idBytes))
      from = Buffer.alloc(idBytes)
      from.writeBigUInt64BE(key.readBigUInt64BE(0) + 1n)
    }
  }

  /** Some keys of an index, its marker the last of them. */
  keysOf(id: string, limit: number): Buffer[] {
    const start = Buffer.from(id, 'hex')
    const range = { start: Buffer.concat([start, Buffer.from([1])]), end: Buffer.concat([start, Buffer.from([255])]), limit }
    return this.#watch.look(() => {
      const entries = [...this.#table.getKeys(range)]
      if (entries.length < limit && this.#table.get(start) !== undefined) entries.push(start)
      return entries
    })
  }

  /** Inside of a commit. */
  issue({ puts, removes }: IndexChanges): void {
    for (const key of removes) this.#table.remove(key)
    for (const { key, value } of puts) this.#table.put(key, value)
  }
}

export const encodeMarker = (id: string, marker: IndexMarker): { key: Buffer; value: Buffer } => ({
  key: Buffer.from(id, 'hex'),
  value: Buffer.from(JSON.stringify(marker)),
})
