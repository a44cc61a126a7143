import { closeSync, ftruncateSync, lstatSync, mkdirSync, openSync, readdirSync, readFileSync, writeSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { DiskRecord } from './disk-log.ts'
import { PendingFile, type Tearing } from './pending-file.ts'
import type { Chance } from './seeded.ts'

/**
 * What a power loss does. `names` says when a name (a new file, a rename, a removal) is certain: `posix` only after its folder was synced,
 * `ext4` also after any sync of a file that came later (its journal commits in order). Names that are not certain reach the disk in
 * order, up to some moment.
 */
export interface PowerLoss extends Tearing {
  names: 'posix' | 'ext4'
}

export function anyPowerLoss(chance: Chance): PowerLoss {
  return { unitBytes: chance.pick([4096, 512]), keep: chance.pick([0, 0, 0.1, 0.5, 0.9, 1]), names: chance.pick(['posix', 'ext4']) }
}

interface Folder {
  readonly entries: Map<string, Entry>
  /** As on the disk. */
  readonly certain: Map<string, Entry>
}
type Entry = Folder | PendingFile
interface NameChange {
  readonly order: number
  readonly parts: readonly { folder: Folder; name: string; entry: Entry | undefined }[]
}

const newFolder = (): Folder => ({ entries: new Map(), certain: new Map() })

/**
 * A folder on a disk that can lose its power: fed with the recorded calls one by one, it can give at any moment what would be found
 * after the power is back.
 */
export class PoweredFolder {
  readonly #root: string
  readonly #names: PowerLoss['names']
  readonly #chance: Chance
  readonly #tree: Folder = newFolder()
  readonly #files = new Map<number, PendingFile>()
  readonly #syncs = new Map<number, { order: number; folder: Folder | undefined }>()
  #nameChanges: NameChange[] = []
  #order = 0

  /** `root` as it lies on the disk now, taken as durable. `chance` decides what a failed sync loses. */
  constructor(root: string, names: PowerLoss['names'], chance: Chance) {
    this.#root = root
    this.#names = names
    this.#chance = chance
    this.#load(root, this.#tree)
  }

  apply(record: DiskRecord): void {
    const order = ++this.#order
    switch (record.kind) {
      case 'created':
        this.#files.set(record.inode, this.#name(order, record.path, new PendingFile()))
        break
      case 'opened':
        this.#know(record.inode, record.path)
        break
      case 'written':
        this.#file(record.inode).write(order, record.offset, record.bytes, record.data, record.synced)
        break
      case 'truncated':
        this.#file(record.inode).truncate(order, record.bytes)
        break
      case 'renamed': {
        const entry = this.#find(record.path)
        this.#changeNames(order, [
          [record.path, undefined],
          [record.target, entry],
        ])
        break
      }
      case 'linked':
        this.#name(order, record.target, this.#find(record.path))
        break
      case 'unlinked':
      case 'folder-removed':
        this.#name(order, record.path, undefined)
        break
      case 'folder-made':
        this.#name(order, record.path, newFolder())
        break
      case 'sync-begun':
        this.#syncs.set(record.sync, { order, folder: record.isFolder ? (this.#find(record.path) as Folder) : undefined })
        break
      case 'sync-done':
        this.#settle(record.inode, record.sync)
        break
      case 'sync-failed':
        this.#lose(record.inode, record.sync)
        break
      default:
        record satisfies never
    }
  }

  /** Writes into `target`, a folder that does not exist yet, what would be found after the power is back. */
  rebuild(target: string, loss: Tearing, chance: Chance): void {
    const changes = this.#nameChanges
    const kept = loss.keep === 0 ? 0 : loss.keep === 1 ? changes.length : chance.whole(0, changes.length)
    const names = new Map<Folder, Map<string, Entry>>()
    const namesOf = (folder: Folder) => {
      const known = names.get(folder) ?? new Map(folder.certain)
      names.set(folder, known)
      return known
    }
    for (const change of changes.slice(0, kept)) for (const { folder, name, entry } of change.parts) setEntry(namesOf(folder), name, entry)
    write(target, this.#tree)

    function write(path: string, folder: Folder): void {
      mkdirSync(path, { mode: 0o700 })
      for (const [name, entry] of namesOf(folder)) {
        if (entry instanceof PendingFile) writeSparsely(join(path, name), entry.afterPowerLoss(loss, chance))
        else write(join(path, name), entry)
      }
    }
  }

  #load(path: string, folder: Folder): void {
    for (const name of readdirSync(path)) {
      const below = join(path, name)
      const facts = lstatSync(below)
      if (facts.isDirectory()) {
        const child = newFolder()
        this.#load(below, child)
        folder.entries.set(name, child)
        folder.certain.set(name, child)
      } else if (facts.isFile()) {
        const file = new PendingFile(readFileSync(below))
        this.#files.set(facts.ino, file)
        folder.entries.set(name, file)
        folder.certain.set(name, file)
      }
    }
  }

  #know(inode: number, path: string): void {
    const entry = this.#find(path)
    // An inode's number is given again once its file is gone: the name decides.
    if (entry instanceof PendingFile) this.#files.set(inode, entry)
    else throw new Error(`The process opened ${path}, which the recorder has not seen come.`)
  }

  #file(inode: number): PendingFile {
    const file = this.#files.get(inode)
    if (!file) throw new Error(`The process wrote to inode ${inode}, which the recorder has not seen opened.`)
    return file
  }

  #find(path: string): Entry | undefined {
    let entry: Entry = this.#tree
    for (const name of relative(this.#root, path).split('/').filter(Boolean)) {
      if (entry instanceof PendingFile) return undefined
      const next = entry.entries.get(name)
      if (next === undefined) return undefined
      entry = next
    }
    return entry
  }

  #name<Named extends Entry | undefined>(order: number, path: string, entry: Named): Named {
    this.#changeNames(order, [[path, entry]])
    return entry
  }

  #changeNames(order: number, moves: readonly (readonly [path: string, entry: Entry | undefined])[]): void {
    const parts = moves.flatMap(([path, entry]) => {
      const folder = this.#find(join(path, '..'))
      return folder === undefined || folder instanceof PendingFile ? [] : [{ folder, name: path.slice(path.lastIndexOf('/') + 1), entry }]
    })
    for (const { folder, name, entry } of parts) setEntry(folder.entries, name, entry)
    this.#nameChanges.push({ order, parts })
  }

  #settle(inode: number, sync: number): void {
    const begun = this.#syncs.get(sync)
    if (!begun) return
    if (begun.folder === undefined) this.#file(inode).settle(begun.order, this.#chance)
    if (begun.folder !== undefined || this.#names === 'ext4') this.#settleNames(begun)
  }

  #lose(inode: number, sync: number): void {
    const begun = this.#syncs.get(sync)
    if (begun !== undefined && begun.folder === undefined) this.#file(inode).lose(begun.order)
  }

  #settleNames({ order, folder }: { order: number; folder: Folder | undefined }): void {
    const settled = new Set<NameChange>()
    const folders = new Set(folder === undefined ? [] : [folder])
    // Backwards: a move between two folders is one step of the file system, so it takes what came before it in both.
    for (const change of this.#nameChanges.toReversed()) {
      if (change.order >= order) continue
      if (this.#names === 'posix' && !change.parts.some((part) => folders.has(part.folder))) continue
      settled.add(change)
      for (const part of change.parts) folders.add(part.folder)
    }
    for (const change of this.#nameChanges) {
      if (settled.has(change)) for (const part of change.parts) setEntry(part.folder.certain, part.name, part.entry)
    }
    this.#nameChanges = this.#nameChanges.filter((change) => !settled.has(change))
  }
}

function setEntry(entries: Map<string, Entry>, name: string, entry: Entry | undefined): void {
  if (entry === undefined) entries.delete(name)
  else entries.set(name, entry)
}

const stretch = 65_536
const zeros = Buffer.alloc(stretch)

/** Zeros are left out: preallocated segments are mostly zeros. */
function writeSparsely(path: string, content: Buffer): void {
  const file = openSync(path, 'w', 0o600)
  ftruncateSync(file, content.length)
  for (let at = 0; at < content.length; at += stretch) {
    const piece = content.subarray(at, at + stretch)
    if (!piece.equals(zeros.subarray(0, piece.length))) writeSync(file, piece, 0, piece.length, at)
  }
  closeSync(file)
}
