import {
  cellOfRow,
  encodeRow,
  fileBytes,
  isEmptyRow,
  isSameShape,
  maxColumns,
  type RingShape,
  rowBytes,
  rowHeadBytes,
  timeOfRow,
  timeOfSoundRow,
} from './ring-layout.ts'

/** One row as it was put: its time, and how to read its cells. */
export interface RingRow {
  readonly atMs: number
  /** `part` 0 is the value or the mean, then least, greatest, seconds. Null where nothing was measured. */
  cell(column: number, part?: number): number | null
}

const rowsAtOnce = 2000

/** Rows are kept with seven digits; more would be noise. */
export const sevenDigits = (value: number): number => (Number.isInteger(value) ? value : Number(value.toPrecision(7)))

/**
 * Rows of measurements, one for each span of time, in a ring: the row of a moment has one place, found from the moment alone. So a clock that jumps
 * away and comes back costs the rows that were written meanwhile and no others, and nothing has to say where the ring begins.
 */
export class Ring {
  readonly shape: RingShape
  readonly #rows: Buffer
  /** The same bytes as numbers: every machine that Node runs on has them little endian, as the file does. */
  readonly #floats: Float32Array
  readonly #rowBytes: number
  readonly #places: ReadonlyMap<string, number>
  /** Slots that a file does not hold yet. */
  readonly #dirty = new Set<number>()

  constructor(shape: RingShape) {
    this.shape = shape
    this.#rowBytes = rowBytes(shape)
    // Zeros that are never touched take no memory.
    this.#rows = Buffer.alloc(shape.slots * this.#rowBytes)
    this.#floats = new Float32Array(this.#rows.buffer, this.#rows.byteOffset, this.#rows.length / 4)
    this.#places = new Map(shape.columns.map((name, place) => [name, place]))
  }

  /**
   * A ring of the wanted shape with the rows of a file's bytes, whatever figures and however many rows that has: figures are found by their names, and those
   * that are not known are kept. Step and cells must be the same. `isAsFiled`: the file need not be written anew.
   */
  static async from(wanted: RingShape, filed: RingShape, bytes: Buffer): Promise<{ ring: Ring; isAsFiled: boolean }> {
    const columns = [...new Set([...filed.columns, ...wanted.columns])].slice(0, maxColumns)
    const ring = new Ring({ ...wanted, columns })
    const length = rowBytes(filed)
    const isSame = isSameShape(ring.shape, filed)
    for (let slot = 0; slot < filed.slots; slot++) {
      const at = slot * length
      if (at + length > bytes.length) break
      if (isEmptyRow(bytes, at)) continue
      const row = bytes.subarray(at, at + length)
      // Two years of rows take 20 ms to check: others get their turn in between.
      if (slot % rowsAtOnce === rowsAtOnce - 1) await new Promise(setImmediate)
      const atMs = timeOfSoundRow(row)
      if (atMs === null) continue
      if (isSame) ring.#take(row, slot, atMs)
      else ring.put(atMs, ring.#rearranged(row, filed))
    }
    return { ring, isAsFiled: isSame && bytes.length >= fileBytes(filed) - fileBytes({ ...filed, slots: 0 }) }
  }

  get stepMs(): number {
    return this.shape.stepSeconds * 1000
  }

  columnOf(name: string): number | undefined {
    return this.#places.get(name)
  }

  /** Replaces whatever lay in the place of that moment. `cells` as the shape says, all columns one behind the other. */
  put(atMs: number, cells: Float32Array): void {
    const slot = this.#slotOf(atMs)
    encodeRow(this.#row(slot), atMs, cells)
    this.#dirty.add(slot)
  }

  /** The row of the span in which the moment lies. */
  at(atMs: number): RingRow | undefined {
    const slot = this.#slotOf(atMs)
    const time = timeOfRow(this.#row(slot))
    if (time === 0 || Math.floor(time / this.stepMs) !== Math.floor(atMs / this.stepMs)) return undefined
    const cellsAt = (slot * this.#rowBytes + rowHeadBytes) / 4
    return {
      atMs: time,
      cell: (column, part = 0) => {
        const value = this.#floats[cellsAt + column * this.shape.cellFloats + part] as number
        return Number.isNaN(value) ? null : value
      },
    }
  }

  /** In the order of time, both ends included. */
  *rows(fromMs: number, toMs: number): Generator<RingRow> {
    const last = Math.floor(toMs / this.stepMs)
    const first = Math.max(0, Math.floor(fromMs / this.stepMs), last - this.shape.slots + 1)
    for (let span = first; span <= last; span++) {
      const row = this.at(span * this.stepMs)
      if (row !== undefined && row.atMs >= fromMs - this.stepMs && row.atMs <= toMs) yield row
    }
  }

  /** The oldest and the newest moment that is kept and is not after `nowMs`; null when there is none. */
  extent(nowMs: number): { oldestMs: number; newestMs: number } | null {
    let oldestMs = Number.POSITIVE_INFINITY
    let newestMs = Number.NEGATIVE_INFINITY
    for (let slot = 0; slot < this.shape.slots; slot++) {
      const atMs = timeOfRow(this.#row(slot))
      if (atMs === 0 || atMs > nowMs) continue
      oldestMs = Math.min(oldestMs, atMs)
      newestMs = Math.max(newestMs, atMs)
    }
    return newestMs < 0 ? null : { oldestMs, newestMs }
  }

  /** What a file has to hold: copies of the runs of rows that have changed since it was last asked, with their places in bytes. */
  takeChanges(): { at: number; bytes: Buffer; slots: number[] }[] {
    const slots = [...this.#dirty].sort((one, other) => one - other)
    this.#dirty.clear()
    const runs: number[][] = []
    for (const slot of slots) {
      const last = runs.at(-1)
      if (last !== undefined && last.at(-1) === slot - 1) last.push(slot)
      else runs.push([slot])
    }
    return runs.map((run) => {
      const at = (run[0] as number) * this.#rowBytes
      return { at, bytes: Buffer.from(this.#rows.subarray(at, at + run.length * this.#rowBytes)), slots: run }
    })
  }

  /** They could not be written; they are given out again. */
  giveBack(slots: readonly number[]): void {
    for (const slot of slots) this.#dirty.add(slot)
  }

  /** All rows, for a file that is made anew. */
  everything(): Buffer {
    this.#dirty.clear()
    return this.#rows
  }

  #slotOf(atMs: number): number {
    return Math.floor(Math.max(0, atMs) / this.stepMs) % this.shape.slots
  }

  #row(slot: number): Buffer {
    return this.#rows.subarray(slot * this.#rowBytes, (slot + 1) * this.#rowBytes)
  }

  // A row in a place that is not its own was not written there by us.
  #take(row: Buffer, slot: number, atMs: number): void {
    if (this.#slotOf(atMs) === slot) row.copy(this.#row(slot))
  }

  #rearranged(row: Buffer, filed: RingShape): Float32Array {
    const { cellFloats, columns } = this.shape
    const cells = new Float32Array(columns.length * cellFloats).fill(Number.NaN)
    filed.columns.forEach((name, column) => {
      const place = this.#places.get(name)
      for (let part = 0; place !== undefined && part < cellFloats; part++)
        cells[place * cellFloats + part] = cellOfRow(row, column * cellFloats + part)
    })
    return cells
  }
}
