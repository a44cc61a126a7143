import {
  isPossibleTree,
  type MetaFacts,
  pageBytes,
  pageHeaderBytes,
  readTree,
  readU64,
  type TreeFacts,
  treeBytes,
} from './lmdb-file-metas.ts'

const kind = { branch: 1, leaf: 2, overflow: 4 } as const
const flag = { ofBigData: 1, ofTable: 2 } as const
const nodeHeaderBytes = 8
const bigDataBytes = 24
/** A larger node has its value on pages of its own (mdb.c: me_nodemax). */
const maxNodeBytes = Math.floor((pageBytes - pageHeaderBytes) / 4) * 2 - 2
const tableNames = ['expiry\0', 'indexes\0', 'meta\0', 'records\0', 'system\0']
/** Every table that a database may have. */
export const tables: readonly string[] = tableNames.map((name) => name.replace('\0', ''))
/** lmdb-js makes tables when it opens them; this one is made with the file. */
const neededTable = 'meta\0'

/** One entry of a leaf. `value` is undefined where it stands on other pages that are not read. Valid for the moment of the call. */
export interface LeafEntry {
  readonly page: number
  readonly table: string
  readonly key: Buffer
  readonly value: Buffer | undefined
  /** The key and what follows it on the page. */
  readonly keyAndRest: Buffer | undefined
}

export interface WalkOptions {
  readonly meta: MetaFacts
  readonly filePages: number
  /** Whether the leaves of the tables are read; without them only the branches, and the list of free pages. */
  readonly withLeaves: boolean
  /** Reads into the buffer; the pages are inside the file. */
  readonly read: (page: number, into: Buffer) => void
  readonly onEntry?: (entry: LeafEntry) => void
  /** Throws. `page` is where the damage was found. */
  readonly fail: (page: number, what: string) => never
}

interface Span {
  readonly bytes: Buffer
  readonly from: number
  readonly to: number
}

interface Tree {
  readonly name: string
  readonly facts: TreeFacts
  readonly isFreeList: boolean
  readonly withLeaves: boolean
  readonly seen: { branchPages: number; leafPages: number; overflowPages: number; entries: number }
  /** One for each level, so that the bounds that a parent gives stay valid. */
  readonly buffers: Buffer[]
  /** Only the tree that names the tables has it. */
  readonly onTable: ((table: Table) => void) | undefined
}

interface Table {
  readonly name: string
  readonly facts: TreeFacts
  /** Where it is described. */
  readonly page: number
}

/** The keys below a branch: from `low`, before `high`. */
interface Bounds {
  readonly low: Span | undefined
  readonly high: Span | undefined
}

/** Walks the trees of one state of a database file, page by page, and makes sure that each page is what the others say it is. */
export class TreeWalk {
  readonly #options: WalkOptions
  readonly #seen: Uint8Array
  /** Bytes of the node that starts at twice the index. */
  readonly #nodeBytes = new Uint16Array(pageBytes / 2)

  constructor(options: WalkOptions) {
    const { meta, filePages, fail } = options
    this.#options = options
    // Pages at the end may be missing when they are free; so there are at most as many as the list of free pages, in the file, can name.
    if (meta.lastPage >= filePages * (1 + pageBytes / 8)) fail(0, 'refers to pages far behind the end of the file')
    this.#seen = new Uint8Array(meta.lastPage + 1)
  }

  run(): void {
    const { meta, filePages, fail } = this.#options
    this.#walk('free pages', meta.free, true)
    const tables: Table[] = []
    this.#walk('tables', meta.main, false, (table) => tables.push(table))
    if (meta.main.root !== -1 && !tables.some(({ name }) => name === neededTable)) fail(meta.main.root, 'does not name the tables')
    for (const { name, facts, page } of tables) {
      if (facts.pad !== 0 || facts.flags !== 0 || !isPossibleTree(facts, meta.lastPage))
        fail(page, `describes the table ${bare(name)} in a way that cannot be`)
      this.#walk(name, facts, false)
    }
    for (let page = filePages; page <= meta.lastPage; page++) {
      if (this.#seen[page] === 0) fail(page, 'is missing: the file is cut off')
    }
  }

  #walk(name: string, facts: TreeFacts, isFreeList: boolean, onTable?: (table: Table) => void): void {
    if (facts.root === -1) return
    const seen = { branchPages: 0, leafPages: 0, overflowPages: 0, entries: 0 }
    const withLeaves = isFreeList || onTable !== undefined || this.#options.withLeaves
    const buffers = Array.from({ length: facts.depth }, () => Buffer.allocUnsafe(pageBytes))
    const tree = { name, facts, isFreeList, withLeaves, seen, buffers, onTable }
    this.#visit(tree, facts.root, facts.depth, { low: undefined, high: undefined })
    const isExact =
      seen.branchPages === facts.branchPages &&
      seen.leafPages === facts.leafPages &&
      (!withLeaves || (seen.overflowPages === facts.overflowPages && seen.entries === facts.entries))
    if (!isExact) this.#options.fail(facts.root, `and those below it hold more or less than the table "${bare(name)}" counts`)
  }

  #take(page: number, by: number): void {
    if (page < 2 || page > this.#options.meta.lastPage) this.#options.fail(by, `refers to page ${page}, which does not exist`)
    if (this.#seen[page] !== 0) this.#options.fail(by, `refers to page ${page}, which is in use elsewhere`)
    this.#seen[page] = 1
  }

  #read(page: number, into: Buffer): void {
    if (page >= this.#options.filePages) this.#options.fail(page, 'is missing: the file is cut off')
    this.#options.read(page, into)
  }

  #visit(tree: Tree, page: number, level: number, bounds: Bounds): void {
    if (level === tree.facts.depth) this.#take(page, page)
    const bytes = tree.buffers[level - 1] as Buffer
    this.#read(page, bytes)
    const isBranch = level > 1
    const nodes = this.#checkHeader(page, bytes, isBranch)
    this.#checkNodes(page, bytes, nodes, isBranch)
    this.#checkKeys(tree, page, bytes, nodes, isBranch, bounds)
    if (isBranch) this.#visitChildren(tree, page, level, bounds)
    else for (let index = 0; index < nodes; index++) this.#entry(tree, page, bytes, nodeAt(bytes, index))
    if (isBranch) tree.seen.branchPages++
    else tree.seen.leafPages++
  }

  #visitChildren(tree: Tree, page: number, level: number, { low, high }: Bounds): void {
    const bytes = tree.buffers[level - 1] as Buffer
    const nodes = bytes.readUInt16LE(20) / 2
    const children = level > 2 || tree.withLeaves
    for (let index = 0; index < nodes; index++) {
      const node = nodeAt(bytes, index)
      const child = bytes.readUInt32LE(node) + bytes.readUInt16LE(node + 4) * 2 ** 32
      this.#take(child, page)
      if (child >= this.#options.filePages) this.#options.fail(child, 'is missing: the file is cut off')
      if (!children) tree.seen.leafPages++
      else {
        const from = index === 0 ? low : keyAt(bytes, index)
        this.#visit(tree, child, level - 1, { low: from, high: index + 1 < nodes ? keyAt(bytes, index + 1) : high })
      }
    }
  }

  #checkHeader(page: number, bytes: Buffer, isBranch: boolean): number {
    const { fail, meta } = this.#options
    if (readU64(bytes, 0) !== page) fail(page, 'has the number of another page')
    if (bytes.readUInt16LE(18) !== (isBranch ? kind.branch : kind.leaf)) fail(page, 'is not of the kind it has to be')
    if (readU64(bytes, 8) > meta.transaction || bytes.readUInt16LE(16) !== 0) fail(page, 'has a damaged header')
    const lower = bytes.readUInt16LE(20)
    const upper = bytes.readUInt16LE(22)
    if (lower % 2 !== 0 || lower < 2 || lower > upper || upper > pageBytes - pageHeaderBytes) fail(page, 'has a damaged header')
    return lower / 2
  }

  /** LMDB keeps nodes without gaps between them, from `upper` to the end of the page. */
  #checkNodes(page: number, bytes: Buffer, nodes: number, isBranch: boolean): void {
    const upper = pageHeaderBytes + bytes.readUInt16LE(22)
    const sizes = this.#nodeBytes
    for (let index = 0; index < nodes; index++) {
      const node = nodeAt(bytes, index)
      if (node < upper || node + nodeHeaderBytes > pageBytes || node % 2 !== 0) this.#options.fail(page, 'has entries outside of it')
      const keyBytes = bytes.readUInt16LE(node + 6)
      const content = isBranch ? 0 : contentBytes(bytes, node)
      const size = nodeHeaderBytes + keyBytes + content
      if (node + size > pageBytes) this.#options.fail(page, 'has entries that do not fit in it')
      sizes[node / 2] = size + (size % 2)
    }
    let found = 0
    let place = upper
    while (place < pageBytes) {
      const size = sizes[place / 2] as number
      if (size === 0) this.#options.fail(page, 'has entries that do not fit together')
      sizes[place / 2] = 0
      place += size
      found++
    }
    if (place !== pageBytes || found !== nodes) this.#options.fail(page, 'has entries that do not fit together')
  }

  #checkKeys(tree: Tree, page: number, bytes: Buffer, nodes: number, isBranch: boolean, { low, high }: Bounds): void {
    const compare = tree.isFreeList ? compareIds : compareKeys
    // The first key of a branch is not used: everything below the second one is there.
    let before = isBranch ? undefined : low
    for (let index = isBranch ? 1 : 0; index < nodes; index++) {
      const key = keyAt(bytes, index)
      if (key.to === key.from || (tree.isFreeList && key.to - key.from !== 8)) this.#options.fail(page, 'has a damaged key')
      if (before !== undefined) {
        const order = compare(before, key)
        // The first key of a leaf may be the one that its parent names.
        if (order > 0 || (order === 0 && before !== low)) this.#options.fail(page, 'has keys that are out of order')
      }
      if (isBranch && index === 1 && low !== undefined && compare(low, key) >= 0) this.#options.fail(page, 'has keys that belong elsewhere')
      before = key
    }
    if (high !== undefined && before !== undefined && compare(before, high) >= 0) this.#options.fail(page, 'has keys that belong elsewhere')
  }

  #entry(tree: Tree, page: number, bytes: Buffer, node: number): void {
    tree.seen.entries++
    const { fail, onEntry } = this.#options
    const flags = bytes.readUInt16LE(node + 4)
    const valueBytes = bytes.readUInt32LE(node)
    const keyBytes = bytes.readUInt16LE(node + 6)
    const valueAt = node + nodeHeaderBytes + keyBytes
    if (tree.onTable) {
      const name = bytes.toString('latin1', node + nodeHeaderBytes, valueAt)
      if (flags !== flag.ofTable || valueBytes !== treeBytes || !tableNames.includes(name)) fail(page, 'names a table that there is not')
      tree.onTable({ name, facts: readTree(bytes, valueAt), page })
      return
    }
    const isBig = flags === flag.ofBigData
    if ((flags !== 0 && !isBig) || nodeHeaderBytes + keyBytes + valueBytes > maxNodeBytes !== isBig)
      fail(page, 'has an entry of no known kind')
    const key = bytes.subarray(node + nodeHeaderBytes, valueAt)
    const value = isBig ? this.#bigValue(tree, page, bytes, valueAt, valueBytes) : bytes.subarray(valueAt, valueAt + valueBytes)
    if (tree.isFreeList) this.#takeFree(page, value)
    else
      onEntry?.({
        page,
        table: bare(tree.name),
        key,
        value,
        keyAndRest: isBig ? undefined : bytes.subarray(node + nodeHeaderBytes, valueAt + valueBytes + 1),
      })
  }

  #bigValue(tree: Tree, page: number, bytes: Buffer, place: number, valueBytes: number): Buffer {
    const { fail, filePages, meta } = this.#options
    const first = readU64(bytes, place)
    const pages = readU64(bytes, place + 16)
    if (pages !== Math.floor((pageHeaderBytes - 1 + valueBytes) / pageBytes) + 1) fail(page, 'says wrongly how long a value is')
    if (readU64(bytes, place + 8) > meta.transaction || first + pages > filePages)
      fail(page, `refers to page ${first}, which does not exist`)
    for (let taken = first; taken < first + pages; taken++) this.#take(taken, page)
    tree.seen.overflowPages += pages
    const content = Buffer.allocUnsafe(pages * pageBytes)
    this.#options.read(first, content)
    const isSound = readU64(content, 0) === first && content.readUInt16LE(18) === kind.overflow && content.readUInt32LE(20) === pages
    if (!isSound || readU64(content, 8) > meta.transaction) fail(first, 'has a damaged header')
    return content.subarray(pageHeaderBytes, pageHeaderBytes + valueBytes)
  }

  /** A count, then numbers of pages; a negative one says how many pages follow the next number, 0 stands for nothing (midl.c). */
  #takeFree(page: number, list: Buffer): void {
    const { fail, meta } = this.#options
    const count = list.length >= 8 ? readU64(list, 0) : Number.NaN
    if (list.length % 8 !== 0 || !(count * 8 + 8 <= list.length)) fail(page, 'has a damaged list of free pages')
    for (let index = 1; index <= count; index++) {
      let number = readI64(list, index * 8)
      let run = 1
      if (number === 0) continue
      if (number < 0) {
        run = -number
        index++
        number = index <= count ? readI64(list, index * 8) : 0
      }
      if (number < 2 || number + run - 1 > meta.lastPage) fail(page, 'has a damaged list of free pages')
      for (let free = number; free < number + run; free++) this.#take(free, page)
    }
  }
}

const bare = (name: string): string => name.replace('\0', '')

const nodeAt = (bytes: Buffer, index: number): number => bytes.readUInt16LE(pageHeaderBytes + 2 * index) + pageHeaderBytes

function contentBytes(bytes: Buffer, node: number): number {
  return (bytes.readUInt16LE(node + 4) & flag.ofBigData) !== 0 ? bigDataBytes : bytes.readUInt32LE(node)
}

function keyAt(bytes: Buffer, index: number): Span {
  const from = nodeAt(bytes, index) + nodeHeaderBytes
  return { bytes, from, to: from + bytes.readUInt16LE(from - 2) }
}

/** As LMDB does: bytes, and a shorter key before a longer one that begins with it. */
function compareKeys(one: Span, other: Span): number {
  const bytes = one.bytes
  const otherBytes = other.bytes
  const shared = Math.min(one.to - one.from, other.to - other.from)
  for (let index = 0; index < shared; index++) {
    const difference = (bytes[one.from + index] as number) - (otherBytes[other.from + index] as number)
    if (difference !== 0) return difference
  }
  return one.to - one.from - (other.to - other.from)
}

const compareIds = (one: Span, other: Span): number => readU64(one.bytes, one.from) - readU64(other.bytes, other.from)

const readI64 = (bytes: Buffer, place: number): number => bytes.readUInt32LE(place) + bytes.readInt32LE(place + 4) * 2 ** 32
