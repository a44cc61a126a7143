/**
 * Pages of an LMDB file as its own functions would write them, for a table that is filled once in the order of its keys (mdb.c; the reading side with its
 * layout is in imports/lmdb-layout.ts).
 */
export interface PageLayout {
  readonly version: 1 | 2
  readonly headBytes: number
}

export const layouts: Readonly<Record<'0.9' | 'node', PageLayout>> = {
  '0.9': { version: 1, headBytes: 16 },
  node: { version: 2, headBytes: 24 },
}

export const pageBytes = 4096
/** The longest key that LMDB 0.9 takes as it is built everywhere. */
export const longestKeyBytes = 511
const nodeHeadBytes = 8
const transaction = 1
const kinds = { branch: 1, leaf: 2, overflow: 4, meta: 8 } as const
const bigData = 1
const integerKeys = 8
const magic = 0xbeefc0de

export interface LeafNode {
  readonly key: Buffer
  readonly data: Buffer
  readonly valueBytes: number
  readonly isBig: boolean
}

export interface BranchNode {
  readonly key: Buffer
  readonly child: number
}

export interface TreeFacts {
  depth: number
  branchPages: number
  leafPages: number
  overflowPages: number
  entries: number
  root: number | undefined
}

const even = (bytes: number): number => bytes + (bytes % 2)
const maxNodeBytes = ({ headBytes }: PageLayout): number => (((pageBytes - headBytes) / 2) & -2) - 2
export const roomBytes = ({ headBytes }: PageLayout): number => pageBytes - headBytes
/** With its place in the list of nodes. */
export const leafNodeBytes = ({ key, data }: LeafNode): number => even(nodeHeadBytes + key.length + data.length) + 2
export const branchNodeBytes = ({ key }: BranchNode): number => even(nodeHeadBytes + key.length) + 2
export const isBigValue = (layout: PageLayout, key: Buffer, value: Uint8Array): boolean =>
  nodeHeadBytes + key.length + value.length > maxNodeBytes(layout)
export const overflowPages = ({ headBytes }: PageLayout, bytes: number): number => Math.floor((headBytes - 1 + bytes) / pageBytes) + 1

/** What the node of a large value says instead of it. */
export function bigValueNode({ version }: PageLayout, page: number, pages: number): Buffer {
  const data = Buffer.alloc(version === 1 ? 8 : 24)
  data.writeBigUInt64LE(BigInt(page), 0)
  if (version === 1) return data
  data.writeBigUInt64LE(BigInt(transaction), 8)
  data.writeBigUInt64LE(BigInt(pages), 16)
  return data
}

export function overflowContent(layout: PageLayout, page: number, value: Uint8Array): Buffer {
  const pages = overflowPages(layout, value.length)
  const content = head(layout, page, kinds.overflow, pages)
  content.writeUInt32LE(pages, layout.version === 1 ? 12 : 20)
  content.set(value, layout.headBytes)
  return content
}

export function leafPage(layout: PageLayout, page: number, nodes: readonly LeafNode[]): Buffer {
  return filled(layout, head(layout, page, kinds.leaf), nodes, leafNodeBytes, (bytes, at, { key, data, valueBytes, isBig }) => {
    bytes.writeUInt32LE(valueBytes, at)
    bytes.writeUInt16LE(isBig ? bigData : 0, at + 4)
    bytes.writeUInt16LE(key.length, at + 6)
    key.copy(bytes, at + nodeHeadBytes)
    data.copy(bytes, at + nodeHeadBytes + key.length)
  })
}

/** The first key of a branch is never looked at: it is left out. */
export function branchPage(layout: PageLayout, page: number, nodes: readonly BranchNode[]): Buffer {
  const written = nodes.map((node, place) => (place === 0 ? { ...node, key: Buffer.alloc(0) } : node))
  return filled(layout, head(layout, page, kinds.branch), written, branchNodeBytes, (bytes, at, { key, child }) => {
    bytes.writeUIntLE(child, at, 6)
    bytes.writeUInt16LE(key.length, at + 6)
    key.copy(bytes, at + nodeHeadBytes)
  })
}

/** The two first pages: the older says that there is nothing, the newer says what there is. */
export function metaPages(layout: PageLayout, tree: TreeFacts, lastPage: number): Buffer {
  const empty = { depth: 0, branchPages: 0, leafPages: 0, overflowPages: 0, entries: 0, root: undefined }
  const mapBytes = Math.ceil(((lastPage + 1) * pageBytes * 2) / 1_048_576 + 9) * 1_048_576
  const meta = (page: number, main: TreeFacts, last: number) => {
    const bytes = head(layout, page, kinds.meta)
    const at = layout.headBytes
    bytes.writeUInt32LE(magic, at)
    bytes.writeUInt32LE(layout.version, at + 4)
    bytes.writeBigUInt64LE(BigInt(mapBytes), at + 16)
    writeTree(bytes, at + 24, empty, pageBytes, integerKeys)
    writeTree(bytes, at + 72, main, 0, 0)
    bytes.writeBigUInt64LE(BigInt(last), at + 120)
    bytes.writeBigUInt64LE(BigInt(page === 0 ? 0 : transaction), at + 128)
    return bytes
  }
  return Buffer.concat([meta(0, empty, 1), meta(1, tree, lastPage)])
}

function writeTree(bytes: Buffer, at: number, tree: TreeFacts, pad: number, flags: number): void {
  bytes.writeUInt32LE(pad, at)
  bytes.writeUInt16LE(flags, at + 4)
  bytes.writeUInt16LE(tree.depth, at + 6)
  for (const [place, value] of [tree.branchPages, tree.leafPages, tree.overflowPages, tree.entries].entries())
    bytes.writeBigUInt64LE(BigInt(value), at + 8 + 8 * place)
  bytes.writeBigInt64LE(BigInt(tree.root ?? -1), at + 40)
}

function head({ version }: PageLayout, page: number, kind: number, pages = 1): Buffer {
  const bytes = Buffer.alloc(pages * pageBytes)
  bytes.writeBigUInt64LE(BigInt(page), 0)
  if (version === 2) bytes.writeBigUInt64LE(BigInt(transaction), 8)
  bytes.writeUInt16LE(kind, version === 1 ? 10 : 18)
  return bytes
}

/** Nodes from the end of the page on, their places from its head on. In version 2 places count from the end of the head. */
function filled<Node>(
  { version, headBytes }: PageLayout,
  bytes: Buffer,
  nodes: readonly Node[],
  sizeOf: (node: Node) => number,
  write: (bytes: Buffer, at: number, node: Node) => void,
): Buffer {
  const base = version === 1 ? 0 : headBytes
  let upper = pageBytes
  for (const [place, node] of nodes.entries()) {
    upper -= sizeOf(node) - 2
    bytes.writeUInt16LE(upper - base, headBytes + 2 * place)
    write(bytes, upper, node)
  }
  const bounds = version === 1 ? 12 : 20
  bytes.writeUInt16LE(headBytes + 2 * nodes.length - base, bounds)
  bytes.writeUInt16LE(upper - base, bounds + 2)
  return bytes
}
