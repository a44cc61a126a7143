import { type FileHandle, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { HoldfastError } from '../base/errors.ts'
import {
  bigValueAt,
  checkTree,
  type Meta,
  metaBytes,
  type Node,
  nodeFlags,
  readMeta,
  readNodes,
  readTree,
  type Tree,
  treeFlags,
} from './lmdb-layout.ts'
import { openRegularFile } from './regular-file.ts'
import { unreadable } from './unreadable.ts'

export interface LmdbEntry {
  readonly key: Buffer
  /** Undefined when it is longer than asked for; `bytes` says how long. */
  readonly value: Buffer | undefined
  readonly bytes: number
}

/**
 * The database of another program, only read: no lock file is touched and no reader is registered there. So the state that is read may be overwritten
 * meanwhile: `isStillThere` tells, and what was read before it said no is not to be believed.
 */
export class LmdbFile {
  readonly path: string
  readonly #handle: FileHandle

  private constructor(path: string, handle: FileHandle) {
    this.path = path
    this.#handle = handle
  }

  /** A folder with `data.mdb` in it, or a file. Throws `source_unreadable`. */
  static async open(path: string): Promise<LmdbFile> {
    try {
      const file = (await stat(path)).isDirectory() ? join(path, 'data.mdb') : path
      return new LmdbFile(file, (await openRegularFile(file)).handle)
    } catch (error) {
      throw error instanceof HoldfastError ? error : unreadable(path, error)
    }
  }

  /** The newest state. */
  async meta(): Promise<Meta> {
    const beginning = Buffer.alloc(metaBytes)
    const { bytesRead } = await this.#handle.read(beginning, 0, metaBytes, 0)
    return readMeta(beginning.subarray(0, bytesRead), this.path)
  }

  /** LMDB keeps the pages of the state before the newest. */
  async isStillThere({ transaction }: Meta): Promise<boolean> {
    return (await this.meta()).transaction <= transaction + 1
  }

  /** The main table, or a named one. Throws `source_unreadable`, with the names that there are. */
  async table(meta: Meta, name: string | undefined): Promise<Tree> {
    const names: string[] = []
    let found: Tree | undefined = name === undefined ? meta.main : undefined
    let isOnlyTables = meta.main.root !== undefined
    for await (const { key, flags, data } of this.#leaves(meta, meta.main, { isWanted: () => true })) {
      if ((flags & nodeFlags.table) === 0) {
        isOnlyTables = false
        if (names.length > 0 || name === undefined) break
        continue
      }
      // The package for Node ends names with a zero.
      const bare = key.toString('utf8').replace(/\0$/, '')
      names.push(bare)
      if (bare === name) found = readTree(data, 0)
      if (names.length >= 100) break
    }
    if (name === undefined && isOnlyTables) throw this.#fail(`holds tables, and no records beside them: choose one of ${names.join(', ')}`)
    if (found === undefined) {
      const there = names.length === 0 ? 'there is only the main one' : `there are ${names.join(', ')}`
      throw this.#fail(`has no table ${JSON.stringify(name)}; ${there}`)
    }
    if ((found.flags & treeFlags.duplicates) !== 0)
      throw this.#fail('has several values for a key in this table, which a record cannot have')
    return found
  }

  /** Entries behind a key, in the order of the table; tables in it are passed over. */
  async *entries(
    meta: Meta,
    tree: Tree,
    options: { after: Buffer | undefined; maxValueBytes: number },
  ): AsyncGenerator<LmdbEntry, void, undefined> {
    const { after, maxValueBytes } = options
    const isOrdered = (tree.flags & (treeFlags.integerKeys | treeFlags.reverseKeys)) === 0
    let isBefore = after !== undefined && !isOrdered
    const isWanted = (upTo: Buffer) => after === undefined || !isOrdered || Buffer.compare(upTo, after) > 0
    for await (const node of this.#leaves(meta, tree, { isWanted })) {
      if (isBefore) {
        isBefore = !node.key.equals(after as Buffer)
        continue
      }
      if (!isWanted(node.key) || (node.flags & nodeFlags.table) !== 0) continue
      const isTooLong = node.valueBytes > maxValueBytes
      const value = isTooLong ? undefined : await this.#valueOf(meta, node)
      yield { key: Buffer.from(node.key), value, bytes: node.valueBytes }
    }
  }

  close(): Promise<void> {
    return this.#handle.close()
  }

  async *#leaves(meta: Meta, tree: Tree, options: { isWanted: (upTo: Buffer) => boolean }): AsyncGenerator<Node, void, undefined> {
    try {
      checkTree(tree, meta.lastPage)
      if (tree.root !== undefined) yield* this.#below(meta, tree.root, tree.depth, options)
    } catch (error) {
      throw error instanceof RangeError ? this.#fail(`is damaged, or is being written too fast to be read: ${error.message}`) : error
    }
  }

  async *#below(
    meta: Meta,
    page: number,
    level: number,
    options: { isWanted: (upTo: Buffer) => boolean },
  ): AsyncGenerator<Node, void, undefined> {
    if (page < 2 || page > meta.lastPage) throw new RangeError(`there is no page ${page}`)
    const bytes = await this.#read(page * meta.layout.pageBytes, meta.layout.pageBytes)
    const nodes = readNodes(bytes, meta.layout, level > 1)
    for (const [place, node] of nodes.entries()) {
      if (level === 1) yield node
      else {
        const next = nodes[place + 1]
        if (next === undefined || options.isWanted(next.key)) yield* this.#below(meta, node.child, level - 1, options)
      }
    }
  }

  async #valueOf(meta: Meta, node: Node): Promise<Buffer> {
    if ((node.flags & nodeFlags.bigData) === 0) return Buffer.from(node.data)
    return this.#read(bigValueAt(node, meta.layout), node.valueBytes)
  }

  async #read(at: number, bytes: number): Promise<Buffer> {
    const buffer = Buffer.allocUnsafe(bytes)
    const { bytesRead } = await this.#handle.read(buffer, 0, bytes, at)
    if (bytesRead < bytes) throw new RangeError('the file is cut off')
    return buffer
  }

  #fail(what: string): HoldfastError {
    return new HoldfastError('source_unreadable', `${this.path} ${what}.`, { details: { path: this.path } })
  }
}
