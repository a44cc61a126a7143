import type { SeriesName } from '../../../contract/index.ts'
import { between, type Counters, isSpanFigure, type Sample, seriesNames } from './figures.ts'
import type { Ring, RingRow } from './ring.ts'

/** What was measured of a figure in this span: by this run of the host, and by an earlier one that left its mean. */
interface Gathered {
  ownSum: number
  ownSeconds: number
  readonly earlierMean: number
  readonly earlierSeconds: number
  least: number
  greatest: number
}

/**
 * A minute or an hour that is not over. It goes on from the row that an earlier run of the host left of it, so that a restart costs no more than the time
 * that nothing was measured.
 */
export class Span {
  readonly startMs: number
  readonly #ring: Ring
  readonly #since: Counters
  readonly #gathered = new Map<SeriesName, Gathered>()

  /** `since`: the counters when it began. */
  constructor(ring: Ring, startMs: number, since: Counters) {
    this.startMs = startMs
    this.#ring = ring
    this.#since = since
    const row = ring.at(startMs)
    if (row !== undefined) this.#goOnFrom(row)
  }

  add(sample: Sample): void {
    for (const name of seriesNames) {
      const value = sample[name]
      if (value === null) continue
      const gathered = this.#gathered.get(name) ?? nothingBefore()
      this.#gathered.set(name, gathered)
      gathered.ownSum += value
      gathered.ownSeconds++
      gathered.least = Math.min(gathered.least, value)
      gathered.greatest = Math.max(gathered.greatest, value)
    }
  }

  /** Puts what is known so far into the ring. */
  keep(now: Counters): void {
    const overall = between(this.#since, now, (now.atMs - this.#since.atMs) / 1000)
    const cells = new Float32Array(this.#ring.shape.columns.length * 4).fill(Number.NaN)
    for (const [name, { ownSum, ownSeconds, earlierMean, earlierSeconds, least, greatest }] of this.#gathered) {
      const own = isSpanFigure(name) && ownSeconds > 0 ? (overall[name] ?? ownSum / ownSeconds) * ownSeconds : ownSum
      const seconds = ownSeconds + earlierSeconds
      cells.set([(own + earlierMean * earlierSeconds) / seconds, least, greatest, seconds], (this.#ring.columnOf(name) as number) * 4)
    }
    this.#ring.put(this.startMs, cells)
  }

  #goOnFrom(row: RingRow): void {
    for (const name of seriesNames) {
      const column = this.#ring.columnOf(name) as number
      const [mean, least, greatest, seconds] = [0, 1, 2, 3].map((part) => row.cell(column, part))
      if (mean == null || least == null || greatest == null || seconds == null) continue
      this.#gathered.set(name, { ...nothingBefore(), earlierMean: mean, earlierSeconds: seconds, least, greatest })
    }
  }
}

const nothingBefore = (): Gathered => ({
  ownSum: 0,
  ownSeconds: 0,
  earlierMean: 0,
  earlierSeconds: 0,
  least: Number.POSITIVE_INFINITY,
  greatest: Number.NEGATIVE_INFINITY,
})
