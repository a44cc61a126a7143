import type { Database } from 'lmdb'
import type { CommitSize } from './database-room.ts'
import type { LmdbRoot } from './lmdb-root.ts'
import { tables } from './lmdb-tree-walk.ts'
import type { TablePages } from './space-port.ts'

const commitTimeoutMs = 120_000

/** An entry of a table as it lies there. */
export interface RawEntry {
  readonly key: Buffer
  readonly value: Buffer
}

export interface RawChange {
  readonly table: string
  readonly key: Buffer
  /** Null removes it. */
  readonly value: Buffer | null
}

interface TableStats {
  readonly entryCount: number
  readonly pageSize: number
  readonly treeBranchPageCount: number
  readonly treeLeafPageCount: number
  readonly overflowPages: number
}

/** All tables of an environment, whatever they hold: for copying them, and for saying what they take. */
export class LmdbRawTables {
  readonly #root: LmdbRoot
  readonly #takeRoom: (size: CommitSize) => Promise<void>
  readonly #tables: ReadonlyMap<string, Database<Buffer, Buffer>>

  constructor(root: LmdbRoot, takeRoom: (size: CommitSize) => Promise<void>) {
    this.#root = root
    this.#takeRoom = takeRoom
    this.#tables = new Map(tables.map((name) => [name, root.rawTable(name)]))
  }

  get names(): readonly string[] {
    return tables
  }

  figures(): TablePages[] {
    return [...this.#tables].map(([name, table]) => {
      const stats = table.getStats() as TableStats
      const pages = stats.treeBranchPageCount + stats.treeLeafPageCount + stats.overflowPages
      return { name, entries: stats.entryCount, bytes: pages * stats.pageSize }
    })
  }

  /** What is read from now on is what is committed now. */
  refresh(): void {
    this.#root.refresh()
  }

  get(table: string, key: Buffer): Buffer | undefined {
    return this.#of(table).get(key)
  }

  /** Entries after a key, in key order, until they are `limit` or have `maxBytes`; `last` is undefined where the table ends. */
  slice(table: string, after: Buffer | undefined, { limit, maxBytes }: { limit: number; maxBytes: number }) {
    this.refresh()
    const entries: RawEntry[] = []
    let bytes = 0
    const range = after === undefined ? {} : { start: after, exclusiveStart: true }
    for (const { key, value } of this.#of(table).getRange(range)) {
      entries.push({ key, value })
      bytes += key.length + value.length
      if (entries.length >= limit || bytes >= maxBytes) return { entries, bytes, last: key }
    }
    return { entries, bytes, last: undefined }
  }

  /** All changes in one commit; the tables have at least what they say afterwards. `inOrder`: each is put behind what its table holds. */
  async apply(changes: readonly RawChange[], { inOrder }: { inOrder: boolean }): Promise<void> {
    const leafPages = this.figures().reduce((sum, { bytes }) => sum + bytes, 0) / this.#root.figures.pageSize
    await this.#takeRoom({ leafPages, inOrder, recordBytes: changes.map(({ key, value }) => key.length + (value?.length ?? 0)) })
    const issued = changes.map(({ table, key, value }) => ({ table: this.#of(table), key, value }))
    await this.#root.commit(() => {
      for (const { table, key, value } of issued) {
        if (value === null) table.remove(key)
        else table.put(key, value)
      }
    }, commitTimeoutMs)
  }

  #of(name: string): Database<Buffer, Buffer> {
    const table = this.#tables.get(name)
    if (table === undefined) throw new Error(`There is no table ${name}.`)
    return table
  }
}
