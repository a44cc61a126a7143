import type { Chance } from './seeded.ts'

/** How much of what was not synced reaches the disk, in pieces of which size. */
export interface Tearing {
  /** Bytes that reach the disk together: a page of the cache, or a sector of the device. */
  unitBytes: 4096 | 512
  /** How likely the newest state of a unit is there; else it is one of the older ones. 0: nothing unsynced is there, 1: everything. */
  keep: number
}

interface Change {
  readonly order: number
  readonly kind: 'written' | 'truncated'
  readonly offset: number
  readonly end: number
  readonly data: Buffer | undefined
  /** Was durable when the call returned (O_DSYNC). */
  readonly synced: boolean
  /** A sync of it failed: the cache calls it clean, so no later sync writes it. */
  lost: boolean
}

/** Which state a unit had before and after the changes that touch it. `floor`: at least so many of them are on the disk. */
interface UnitHistory {
  changes: number
  floor: number
  seen: number
  applied: number
}

/**
 * One file: what is certainly on the disk, and what was asked of it since.
 *
 * The model is a Linux page cache over a disk that may write back anything at any time in any order: each unit of the file holds, after
 * power loss, one of the states that it had since the last sync. Bytes that were never written read as zeros (ext4, XFS).
 */
export class PendingFile {
  #bytes: Buffer
  #size: number
  #changes: Change[] = []

  constructor(content: Buffer = Buffer.alloc(0)) {
    this.#bytes = content
    this.#size = content.length
  }

  get hasUnsynced(): boolean {
    return this.#changes.some((change) => !change.synced)
  }

  write(order: number, offset: number, bytes: number, data: Buffer | undefined, synced: boolean): void {
    this.#changes.push({ order, kind: 'written', offset, end: offset + bytes, data, synced, lost: false })
  }

  truncate(order: number, bytes: number): void {
    this.#changes.push({ order, kind: 'truncated', offset: bytes, end: bytes, data: undefined, synced: false, lost: false })
  }

  /** A sync that began after `order` has succeeded. What an earlier failed sync lost comes back only by chance. */
  settle(order: number, chance: Chance): void {
    const covered = this.#changes.filter((change) => change.order < order)
    this.#changes = this.#changes.filter((change) => change.order >= order)
    const lost = covered.some((change) => change.lost)
    const settled = apply(
      this.#bytes,
      this.#size,
      covered,
      lost ? { unitBytes: 4096, keep: 0.5 } : { unitBytes: 4096, keep: 1 },
      chance,
      isKept,
    )
    this.#bytes = settled.bytes
    this.#size = settled.size
  }

  /** A sync that began after `order` has failed: the cache forgets that those pages were to be written. */
  lose(order: number): void {
    for (const change of this.#changes) if (change.order < order) change.lost = true
  }

  /** The file as a power loss now would leave it. */
  afterPowerLoss(tearing: Tearing, chance: Chance): Buffer {
    if (this.#changes.length === 0) return this.#bytes.subarray(0, this.#size)
    const result = apply(
      Buffer.from(this.#bytes.subarray(0, this.#size)),
      this.#size,
      this.#changes,
      tearing,
      chance,
      (change) => change.synced,
    )
    return result.bytes.subarray(0, result.size)
  }
}

// A page that was written again after a failed sync is written whole, with what the failed sync had lost of it.
const isKept = (change: Change) => !change.lost

function apply(
  before: Buffer,
  sizeBefore: number,
  changes: readonly Change[],
  tearing: Tearing,
  chance: Chance,
  isCertain: (change: Change) => boolean,
): { bytes: Buffer; size: number } {
  const histories = historiesOf(changes, tearing.unitBytes, isCertain)
  for (const history of histories.values()) history.applied = statesKept(history, tearing.keep, chance)
  const { size, shrinks } = sizeAfter(sizeBefore, changes, tearing.keep, chance, isCertain)
  const most = changes.reduce((end, change) => Math.max(end, change.end), Math.max(size, sizeBefore))
  const bytes = before.length >= most ? before : Buffer.concat([before, Buffer.alloc(Math.max(most, 2 * before.length) - before.length)])
  for (const change of changes) {
    if (change.kind === 'written') writeUnits(bytes, change, histories, tearing.unitBytes)
    else if (shrinks.has(change)) bytes.fill(0, change.end, most)
  }
  // Behind the size everything stays zero, for when the file grows again.
  if (size < most) bytes.fill(0, size, most)
  return { bytes, size }
}

function historiesOf(changes: readonly Change[], unitBytes: number, isCertain: (change: Change) => boolean): Map<number, UnitHistory> {
  const histories = new Map<number, UnitHistory>()
  for (const change of changes) {
    if (change.kind !== 'written') continue
    for (let unit = Math.floor(change.offset / unitBytes); unit * unitBytes < change.end; unit++) {
      const history = histories.get(unit) ?? { changes: 0, floor: 0, seen: 0, applied: 0 }
      history.changes++
      if (isCertain(change)) history.floor = history.changes
      histories.set(unit, history)
    }
  }
  return histories
}

function statesKept({ changes, floor }: UnitHistory, keep: number, chance: Chance): number {
  if (keep === 0) return floor
  if (keep === 1 || chance.yes(keep)) return changes
  return floor < changes ? chance.whole(floor, changes - 1) : changes
}

function writeUnits(bytes: Buffer, change: Change, histories: Map<number, UnitHistory>, unitBytes: number): void {
  for (let unit = Math.floor(change.offset / unitBytes); unit * unitBytes < change.end; unit++) {
    const history = histories.get(unit) as UnitHistory
    history.seen++
    if (history.seen > history.applied) continue
    const from = Math.max(change.offset, unit * unitBytes)
    const to = Math.min(change.end, (unit + 1) * unitBytes)
    if (change.data === undefined) bytes.fill(0, from, to)
    else change.data.copy(bytes, from, from - change.offset, to - change.offset)
  }
}

/** The size is metadata: its changes reach the disk in order. `shrinks` are the cuts that did. */
function sizeAfter(
  before: number,
  changes: readonly Change[],
  keep: number,
  chance: Chance,
  isCertain: (change: Change) => boolean,
): { size: number; shrinks: Set<Change> } {
  const steps: { size: number; change: Change }[] = []
  let floor = 0
  let size = before
  for (const change of changes) {
    const next = change.kind === 'truncated' ? change.end : Math.max(size, change.end)
    if (next !== size) steps.push({ size: next, change })
    size = next
    if (isCertain(change)) floor = steps.length
  }
  const kept = steps.slice(0, statesKept({ changes: steps.length, floor, seen: 0, applied: 0 }, keep, chance))
  return { size: kept.at(-1)?.size ?? before, shrinks: new Set(kept.map((step) => step.change).filter(({ kind }) => kind === 'truncated')) }
}
