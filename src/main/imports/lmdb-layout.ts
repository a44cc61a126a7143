import { HoldfastError } from '../base/errors.ts'

/**
 * LMDB's file on a 64-bit machine, little endian (mdb.c: MDB_page, MDB_meta, MDB_db, MDB_node). Version 1 is that of LMDB 0.9, which nearly every program
 * uses; version 2 is that of Node's `lmdb`. They differ in the head of a page, and in what a large value's node says.
 */
export interface Layout {
  readonly version: 1 | 2
  readonly pageBytes: number
  readonly headBytes: number
}

/** A B+tree: the free pages, the main table or a named one. */
export interface Tree {
  readonly flags: number
  readonly depth: number
  readonly entries: number
  /** Undefined when it is empty. */
  readonly root: number | undefined
}

/** The state that the newer of the two meta pages names. */
export interface Meta {
  readonly layout: Layout
  readonly transaction: number
  readonly lastPage: number
  readonly main: Tree
}

const magic = 0xbeefc0de
const pageKinds = { branch: 1, leaf: 2, overflow: 4, meta: 8 } as const
export const nodeFlags = { bigData: 1, table: 2, duplicates: 4 } as const
export const treeFlags = { reverseKeys: 2, duplicates: 4, integerKeys: 8 } as const
const nodeHeadBytes = 8
const maxDepth = 32

/** What both meta pages must be found in. */
export const metaBytes = 2 * 65_536

/** Throws `source_unreadable` when the beginning of a file is not that of an LMDB database. */
export function readMeta(beginning: Buffer, path: string): Meta {
  const first = metaAt(beginning, 0)
  if (first === undefined) throw notLmdb(path)
  const second = metaAt(beginning, first.layout.pageBytes)
  return second !== undefined && second.transaction > first.transaction ? second : first
}

function metaAt(bytes: Buffer, page: number): Meta | undefined {
  for (const [version, headBytes] of [[1, 16] as const, [2, 24] as const]) {
    const start = page + headBytes
    if (bytes.length < start + 136) continue
    const isMeta = (bytes.readUInt16LE(page + (version === 1 ? 10 : 18)) & pageKinds.meta) !== 0
    if (!isMeta || bytes.readUInt32LE(start) !== magic || (bytes.readUInt32LE(start + 4) & 0xffff) !== version) continue
    const pageBytes = bytes.readUInt32LE(start + 24)
    const isSize = pageBytes >= 256 && pageBytes <= 65_536 && (pageBytes & (pageBytes - 1)) === 0
    if (!isSize) continue
    const layout = { version, pageBytes, headBytes }
    return { layout, main: readTree(bytes, start + 72), lastPage: readU64(bytes, start + 120), transaction: readU64(bytes, start + 128) }
  }
  return undefined
}

const notLmdb = (path: string): HoldfastError =>
  new HoldfastError('source_unreadable', `${path} is not a database of LMDB (0.9, or of the package lmdb for Node).`, { details: { path } })

export function readTree(bytes: Buffer, at: number): Tree {
  const isEmpty = bytes.readUInt32LE(at + 40) === 0xffffffff && bytes.readUInt32LE(at + 44) === 0xffffffff
  return {
    flags: bytes.readUInt16LE(at + 4),
    depth: bytes.readUInt16LE(at + 6),
    entries: readU64(bytes, at + 32),
    root: isEmpty ? undefined : readU64(bytes, at + 40),
  }
}

const readU64 = (bytes: Buffer, at: number): number => bytes.readUInt32LE(at) + bytes.readUInt32LE(at + 4) * 2 ** 32

export interface Node {
  readonly key: Buffer
  readonly flags: number
  /** Of a branch: the page below. */
  readonly child: number
  /** Of a leaf: the value, or what stands for it. */
  readonly data: Buffer
  readonly valueBytes: number
}

/** Nodes of a page, in order. Throws `RangeError` for one that cannot be. */
export function readNodes(page: Buffer, { version, headBytes }: Layout, isBranch: boolean): Node[] {
  const head = version === 1 ? 10 : 18
  const kind = page.readUInt16LE(head)
  if ((kind & (isBranch ? pageKinds.branch : pageKinds.leaf)) === 0) throw new RangeError('a page is of another kind than it has to be')
  // In version 1 places count from the beginning of the page, in version 2 from the end of its head.
  const base = version === 1 ? 0 : headBytes
  const end = page.readUInt16LE(head + 2) + base
  const nodes: Node[] = []
  for (let at = headBytes; at < end; at += 2) nodes.push(nodeAt(page, page.readUInt16LE(at) + base, version, isBranch))
  return nodes
}

function nodeAt(page: Buffer, at: number, version: 1 | 2, isBranch: boolean): Node {
  const low = page.readUInt32LE(at)
  const flags = page.readUInt16LE(at + 4)
  const keyEnd = at + nodeHeadBytes + page.readUInt16LE(at + 6)
  const isBig = !isBranch && (flags & nodeFlags.bigData) !== 0
  const dataBytes = isBranch ? 0 : isBig ? (version === 1 ? 8 : 24) : low
  if (keyEnd + dataBytes > page.length) throw new RangeError('an entry does not fit in its page')
  return {
    key: page.subarray(at + nodeHeadBytes, keyEnd),
    flags: isBranch ? 0 : flags,
    child: isBranch ? low + flags * 2 ** 32 : 0,
    data: page.subarray(keyEnd, keyEnd + dataBytes),
    valueBytes: isBranch ? 0 : low,
  }
}

/** Where a large value begins in the file. */
export const bigValueAt = (node: Node, { pageBytes, headBytes }: Layout): number => readU64(node.data, 0) * pageBytes + headBytes

export function checkTree({ depth, root }: Tree, lastPage: number): void {
  if (root !== undefined && (depth < 1 || depth > maxDepth || root > lastPage)) throw new RangeError('a table cannot be as it is described')
}
