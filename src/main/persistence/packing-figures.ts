import { prefixOf } from './key-prefix.ts'
import { storedBytesOf } from './pack-record.ts'
import { valueBytesOf } from './record-header.ts'

/** More prefixes than these are counted together. */
const mostPrefixes = 200
const others = ''

/** What came of values when they were stored: their number, their bytes, and what these took. */
export interface PackedTotals {
  readonly values: number
  readonly valueBytes: number
  readonly storedBytes: number
}

type Counts = { -readonly [K in keyof PackedTotals]: PackedTotals[K] }

export const nothingPacked = { values: 0, valueBytes: 0, storedBytes: 0, prefixes: [] } as const

const noCounts = (): Counts => ({ values: 0, valueBytes: 0, storedBytes: 0 })

/**
 * Counts every value that is written to a database, by the prefix of its key; kept in the database itself. A value that is stored again in another way
 * takes the place of its first count. Deleted and replaced ones stay counted: it says what packing saves, not what lies there.
 */
export class PackingFigures {
  readonly #prefixes = new Map<string, Counts>()
  /** Records come in key order, so most have the prefix of the one before. */
  #last: { readonly prefix: string; readonly counts: Counts } | undefined

  /** What `encode` gave; anything else counts from nothing. */
  static decode(bytes: Buffer | undefined): PackingFigures {
    const figures = new PackingFigures()
    for (const [prefix, values, valueBytes, storedBytes] of rowsOf(bytes))
      figures.#prefixes.set(prefix, { values, valueBytes, storedBytes })
    return figures
  }

  encode(): Buffer {
    const rows = [...this.#prefixes].map(([prefix, { values, valueBytes, storedBytes }]) => [prefix, values, valueBytes, storedBytes])
    return Buffer.from(JSON.stringify(rows))
  }

  /** `instead`: the same record as it was stored before. */
  add(key: string, record: Buffer, instead?: Buffer): void {
    const counts = this.#countsOf(key)
    counts.storedBytes += storedBytesOf(record)
    if (instead !== undefined) {
      counts.storedBytes = Math.max(0, counts.storedBytes - storedBytesOf(instead))
      return
    }
    counts.values++
    counts.valueBytes += valueBytesOf(record)
  }

  get total(): PackedTotals {
    const total = noCounts()
    for (const { values, valueBytes, storedBytes } of this.#prefixes.values()) {
      total.values += values
      total.valueBytes += valueBytes
      total.storedBytes += storedBytes
    }
    return total
  }

  /** By prefix, the largest first; what has none, or came when there were too many, is below the empty one. */
  get prefixes(): (PackedTotals & { readonly prefix: string })[] {
    return [...this.#prefixes].map(([prefix, counts]) => ({ prefix, ...counts })).sort((one, other) => other.valueBytes - one.valueBytes)
  }

  #countsOf(key: string): Counts {
    // Without one a key may begin like any other.
    if (this.#last !== undefined && this.#last.prefix !== others && key.startsWith(this.#last.prefix)) return this.#last.counts
    const prefix = prefixOf(key)
    const counts = this.#of(prefix)
    this.#last = { prefix, counts }
    return counts
  }

  #of(prefix: string): Counts {
    const known = this.#prefixes.get(prefix)
    if (known !== undefined) return known
    if (this.#prefixes.size >= mostPrefixes && prefix !== others) return this.#of(others)
    const counts = noCounts()
    this.#prefixes.set(prefix, counts)
    return counts
  }
}

type Row = [prefix: string, values: number, valueBytes: number, storedBytes: number]

function rowsOf(bytes: Buffer | undefined): Row[] {
  try {
    const rows: unknown = JSON.parse(bytes?.toString() ?? '[]')
    return Array.isArray(rows) ? rows.filter(isRow) : []
  } catch {
    return []
  }
}

const isRow = (row: unknown): row is Row =>
  Array.isArray(row) && row.length === 4 && typeof row[0] === 'string' && row.slice(1).every((count) => Number.isSafeInteger(count))

/** The share of the bytes of values that storing them saves; null where there are none. */
export const savedShare = ({ valueBytes, storedBytes }: Pick<PackedTotals, 'valueBytes' | 'storedBytes'>): number | null =>
  valueBytes > 0 ? 1 - storedBytes / valueBytes : null
