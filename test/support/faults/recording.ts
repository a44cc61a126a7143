import { readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { type DiskRecord, readDiskLog } from './disk-log.ts'
import { PoweredFolder, type PowerLoss } from './power-loss.ts'
import type { Chance } from './seeded.ts'

/** Where the power goes: after this many calls. `atNs` is when the last of them returned. */
export interface PowerCut {
  readonly after: number
  readonly atNs: number
}

/**
 * All that one process asked of the disk below `folder`, and the folder as it was before. Made before the process starts; after its end the
 * power can be cut at moments that only go forward.
 */
export class Recording {
  readonly log: string
  readonly #folder: string
  readonly #powered: PoweredFolder
  #records: DiskRecord[] | undefined
  #applied = 0

  constructor(folder: string, log: string, names: PowerLoss['names'], chance: Chance) {
    rmSync(log, { force: true })
    this.log = log
    this.#folder = folder
    this.#powered = new PoweredFolder(folder, names, chance)
  }

  get length(): number {
    return this.#all().length
  }

  /** Moments of chance, in order: anywhere, and right before and after what matters most. */
  cuts(count: number, chance: Chance): PowerCut[] {
    const records = this.#all()
    const turning = records.flatMap(({ kind }, index) =>
      kind === 'sync-done' || kind === 'renamed' || kind === 'created' ? [index, index + 1] : [],
    )
    const places = Array.from({ length: count }, () =>
      turning.length > 0 && chance.yes(0.5) ? chance.pick(turning) : chance.whole(1, records.length),
    )
    return places
      .filter((after) => after > 0)
      .toSorted((a, b) => a - b)
      .map((after) => ({ after, atNs: (records[after - 1] as DiskRecord).timeNs }))
  }

  /** Writes into `target` what would be found after a power loss at the cut. */
  rebuildAt(cut: PowerCut, target: string, loss: PowerLoss, chance: Chance): void {
    this.#applyUpTo(cut.after)
    rmSync(target, { recursive: true, force: true })
    this.#powered.rebuild(target, loss, chance)
  }

  /** The files in which the recording, played whole, differs from what lies in the folder: the recorder has missed something. */
  gaps(scratch: string, chance: Chance): string[] {
    this.#applyUpTo(this.length)
    rmSync(scratch, { recursive: true, force: true })
    this.#powered.rebuild(scratch, { unitBytes: 4096, keep: 1 }, chance)
    const gaps = differences(this.#folder, scratch)
    rmSync(scratch, { recursive: true })
    return gaps
  }

  #applyUpTo(count: number): void {
    const records = this.#all()
    for (; this.#applied < count; this.#applied++) this.#powered.apply(records[this.#applied] as DiskRecord)
  }

  #all(): DiskRecord[] {
    this.#records ??= readDiskLog(readFileSync(this.log))
    return this.#records
  }
}

/**
 * The files that differ between two folders. Apart from LMDB's lock file, which is written through a memory map and made anew at every start, and from those
 * that have not got their name yet: of the last one a kill may come between its making and the recorder's note of that.
 */
export function differences(left: string, right: string): string[] {
  const names = new Set([...filesIn(left), ...filesIn(right)])
  return [...names].filter((name) => !sameContent(join(left, name), join(right, name))).sort()
}

function filesIn(root: string): string[] {
  return readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'lock.mdb' && !entry.name.endsWith('.tmp'))
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
}

function sameContent(left: string, right: string): boolean {
  try {
    return readFileSync(left).equals(readFileSync(right))
  } catch {
    return false
  }
}
