/** Lines `fromA` to `toA` of one text stand where the other has `fromB` to `toB`; counted from 0, the ends not included. */
export interface LineChange {
  readonly fromA: number
  readonly toA: number
  readonly fromB: number
  readonly toB: number
}

export interface LineDiff {
  readonly changes: readonly LineChange[]
  /** So much differs that the last change stands for all that comes after it. */
  readonly isRough: boolean
}

/** So many lines are told apart; the work grows with its square. */
const maxEdits = 1500

/** The fewest lines to take and to give that make `b` of `a`, as Myers finds them ("An O(ND) difference algorithm", 1986). */
export function diffLines(a: readonly string[], b: readonly string[], edits = maxEdits): LineDiff {
  const shorter = Math.min(a.length, b.length)
  let head = 0
  while (head < shorter && a[head] === b[head]) head++
  let tail = 0
  while (tail < shorter - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++
  const middle = new Middle(a, b, head, a.length - tail, b.length - tail)
  return middle.diff(edits)
}

/** One state of the search: how far each diagonal `x - y` has come with this many edits. */
type Reach = Int32Array

class Middle {
  readonly #sizeA: number
  readonly #sizeB: number
  readonly #isSame: (x: number, y: number) => boolean
  readonly #start: number

  constructor(a: readonly string[], b: readonly string[], start: number, endA: number, endB: number) {
    this.#start = start
    this.#sizeA = endA - start
    this.#sizeB = endB - start
    this.#isSame = (x, y) => a[start + x] === b[start + y]
  }

  diff(maxEdits: number): LineDiff {
    const reached: Reach[] = []
    for (let edits = 0; edits <= maxEdits; edits++) {
      const reach = this.#further(reached.at(-1), edits)
      reached.push(reach)
      const end = this.#sizeA - this.#sizeB
      if (Math.abs(end) <= edits && reach[end + edits] === this.#sizeA) return { changes: this.#way(reached, end), isRough: false }
    }
    const best = this.#furthest(reached.at(-1) as Reach, maxEdits)
    const x = (reached.at(-1) as Reach)[best + maxEdits] as number
    return { changes: joined([...this.#way(reached, best), this.#change(x, this.#sizeA, x - best, this.#sizeB)]), isRough: true }
  }

  #further(before: Reach | undefined, edits: number): Reach {
    const reach = new Int32Array(2 * edits + 1).fill(-1)
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      let x = before === undefined ? 0 : this.#step(before, edits - 1, diagonal)
      let y = x - diagonal
      if (x < 0 || y < 0 || x > this.#sizeA || y > this.#sizeB) continue
      while (x < this.#sizeA && y < this.#sizeB && this.#isSame(x, y)) {
        x++
        y++
      }
      reach[diagonal + edits] = x
    }
    return reach
  }

  /** Where one more edit leads on a diagonal: a line of `b` more from above, or a line of `a` less from below; -1 for nowhere. */
  #step(before: Reach, edits: number, diagonal: number): number {
    const given = diagonal + 1 + edits < before.length ? (before[diagonal + 1 + edits] ?? -1) : -1
    const taken = diagonal - 1 + edits >= 0 ? (before[diagonal - 1 + edits] ?? -1) : -1
    const canGive = given >= 0 && given - diagonal <= this.#sizeB
    const canTake = taken >= 0 && taken < this.#sizeA
    if (canGive && (!canTake || given > taken)) return given
    return canTake ? taken + 1 : -1
  }

  #furthest(reach: Reach, edits: number): number {
    let best = 0
    let bestSum = -1
    for (let diagonal = -edits; diagonal <= edits; diagonal += 2) {
      const x = reach[diagonal + edits] as number
      if (x >= 0 && 2 * x - diagonal > bestSum) {
        best = diagonal
        bestSum = 2 * x - diagonal
      }
    }
    return best
  }

  /** The edits that led there, from the first to the last. */
  #way(reached: readonly Reach[], end: number): LineChange[] {
    const steps: LineChange[] = []
    let diagonal = end
    for (let edits = reached.length - 1; edits > 0; edits--) {
      const before = reached[edits - 1] as Reach
      const x = this.#step(before, edits - 1, diagonal)
      const isGiven = x === before[diagonal + 1 + edits - 1] && diagonal + 1 <= edits - 1
      steps.push(isGiven ? this.#change(x, x, x - diagonal - 1, x - diagonal) : this.#change(x - 1, x, x - diagonal, x - diagonal))
      diagonal += isGiven ? 1 : -1
    }
    return joined(steps.reverse())
  }

  #change(fromA: number, toA: number, fromB: number, toB: number): LineChange {
    const start = this.#start
    return { fromA: start + fromA, toA: start + toA, fromB: start + fromB, toB: start + toB }
  }
}

function joined(steps: readonly LineChange[]): LineChange[] {
  const changes: LineChange[] = []
  for (const step of steps) {
    const last = changes.at(-1)
    if (last && last.toA === step.fromA && last.toB === step.fromB) {
      changes[changes.length - 1] = { ...last, toA: step.toA, toB: step.toB }
    } else if (step.toA > step.fromA || step.toB > step.fromB) changes.push(step)
  }
  return changes
}
