import type { FileHandle } from 'node:fs/promises'
import {
  type BranchNode,
  bigValueNode,
  branchNodeBytes,
  branchPage,
  isBigValue,
  type LeafNode,
  leafNodeBytes,
  leafPage,
  metaPages,
  overflowContent,
  overflowPages,
  type PageLayout,
  pageBytes,
  roomBytes,
  type TreeFacts,
} from './lmdb-pages.ts'

const flushBytes = 1024 * 1024

/** One level above the leaves. A full page waits for the next one: a branch must not be left with a single node. */
interface Level {
  waiting: BranchNode[] | undefined
  nodes: BranchNode[]
  bytes: number
}

/**
 * Writes an LMDB file of one table from its beginning to its end: leaves as they fill, the branches above them as those do, the meta pages last. Keys come
 * in the order of their bytes. What is in memory is a page a level and what is to be written next.
 */
export class LmdbWriter {
  readonly #handle: FileHandle
  readonly #layout: PageLayout
  readonly #tree: TreeFacts = { depth: 0, branchPages: 0, leafPages: 0, overflowPages: 0, entries: 0, root: undefined }
  readonly #levels: Level[] = []
  #leaf: LeafNode[] = []
  #leafBytes = 0
  /** The first two are the meta pages. */
  #nextPage = 2
  #waiting: Buffer[] = []
  #waitingBytes = 0
  #writtenTo = 2 * pageBytes

  constructor(handle: FileHandle, layout: PageLayout) {
    this.#handle = handle
    this.#layout = layout
  }

  async add(key: Buffer, value: Uint8Array): Promise<void> {
    const node = this.#nodeOf(key, value)
    const bytes = leafNodeBytes(node)
    if (this.#leafBytes + bytes > roomBytes(this.#layout)) this.#endLeaf()
    this.#leaf.push(node)
    this.#leafBytes += bytes
    this.#tree.entries++
    if (this.#waitingBytes >= flushBytes) await this.#flush()
  }

  /** Everything is in the file, and synced. Gives its size. */
  async end(): Promise<number> {
    if (this.#leaf.length > 0) this.#endLeaf()
    this.#endLevels()
    await this.#flush()
    await this.#handle.write(metaPages(this.#layout, this.#tree, this.#nextPage - 1), 0, 2 * pageBytes, 0)
    await this.#handle.sync()
    return this.#nextPage * pageBytes
  }

  #nodeOf(key: Buffer, value: Uint8Array): LeafNode {
    if (!isBigValue(this.#layout, key, value)) return { key, data: Buffer.from(value), valueBytes: value.length, isBig: false }
    const pages = overflowPages(this.#layout, value.length)
    const page = this.#take(pages)
    this.#tree.overflowPages += pages
    this.#put(overflowContent(this.#layout, page, value))
    return { key, data: bigValueNode(this.#layout, page, pages), valueBytes: value.length, isBig: true }
  }

  #endLeaf(): void {
    const [first] = this.#leaf as [LeafNode]
    const page = this.#take(1)
    this.#put(leafPage(this.#layout, page, this.#leaf))
    this.#tree.leafPages++
    this.#leaf = []
    this.#leafBytes = 0
    this.#addTo(0, { key: first.key, child: page })
  }

  #addTo(place: number, node: BranchNode): void {
    this.#levels[place] ??= { waiting: undefined, nodes: [], bytes: 0 }
    const level = this.#levels[place] as Level
    const bytes = branchNodeBytes(node)
    if (level.bytes + bytes > roomBytes(this.#layout)) {
      if (level.waiting !== undefined) this.#endBranch(place, level.waiting)
      level.waiting = level.nodes
      level.nodes = []
      level.bytes = 0
    }
    level.nodes.push(node)
    level.bytes += bytes
  }

  #endBranch(place: number, nodes: readonly BranchNode[]): void {
    const [first] = nodes as [BranchNode]
    const page = this.#take(1)
    this.#put(branchPage(this.#layout, page, nodes))
    this.#tree.branchPages++
    this.#addTo(place + 1, { key: first.key, child: page })
  }

  #endLevels(): void {
    for (let place = 0; place < this.#levels.length; place++) {
      const { waiting, nodes } = this.#levels[place] as Level
      if (waiting === undefined && nodes.length === 1) {
        this.#tree.root = nodes[0]?.child
        this.#tree.depth = place + 1
        return
      }
      if (waiting !== undefined) {
        if (nodes.length === 1) nodes.unshift(waiting.pop() as BranchNode)
        this.#endBranch(place, waiting)
      }
      this.#endBranch(place, nodes)
    }
  }

  /** Page numbers are given in the order in which pages are put. */
  #take(pages: number): number {
    const page = this.#nextPage
    this.#nextPage += pages
    return page
  }

  #put(bytes: Buffer): void {
    this.#waiting.push(bytes)
    this.#waitingBytes += bytes.length
  }

  async #flush(): Promise<void> {
    if (this.#waiting.length === 0) return
    const bytes = Buffer.concat(this.#waiting)
    this.#waiting = []
    this.#waitingBytes = 0
    await this.#handle.write(bytes, 0, bytes.length, this.#writtenTo)
    this.#writtenTo += bytes.length
  }
}
