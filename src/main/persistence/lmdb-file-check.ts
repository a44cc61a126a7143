import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { HoldfastError } from '../base/errors.ts'

export function databaseDamaged(file: string, what: string, cause?: unknown): HoldfastError {
  return new HoldfastError(
    'store_damaged',
    `The database is damaged: ${what} (${file}). Nothing was changed or deleted. Copy the data folder to a safe place, then restore the newest backup into a new folder.`,
    { details: { file }, cause },
  )
}

const metaMagic = 0xbeefc0de
const metaVersion = 2
/** Places in a page, as lmdb-js's LMDB lays it out on a 64-bit machine (mdb.c: MDB_page, MDB_meta, MDB_db): a header of 24 bytes, then the content. */
const place = {
  flags: 18,
  lower: 20,
  magic: 24,
  version: 28,
  pageBytes: 48,
  state: 52,
  freeRoot: 88,
  mainRoot: 136,
  lastPage: 144,
  transaction: 152,
} as const
/** In `state`: committed, and nobody knows whether its pages are on disk. After a crash LMDB goes back to one without it (`safeRestore`). */
const notSynced = 0x1000
const pageHeaderBytes = 24
const flag = { branch: 0x01, leaf: 0x02, meta: 0x08, fixedLeaf: 0x20, ofBigData: 0x01, ofTable: 0x02 } as const
const noPage = 0xffffffffffffffffn
const tableRootAt = 40

/**
 * Looks at a database file without mapping it: the missing pages of a truncated one would mean SIGBUS once they are touched. Throws `store_damaged` when
 * its two headers are not those of a database, and when it is shorter than what they refer to.
 */
export function checkDatabaseFile(file: string, pageBytes: number): void {
  let descriptor: number
  try {
    descriptor = openSync(file, 'r')
  } catch (error) {
    throw databaseDamaged(file, 'it cannot be read', error)
  }
  try {
    new FileCheck(file, descriptor, pageBytes).run()
  } finally {
    closeSync(descriptor)
  }
}

interface TreeState {
  readonly transaction: bigint
  readonly isSynced: boolean
  readonly lastPage: bigint
  readonly roots: readonly bigint[]
  readonly isPossible: boolean
}

function readState(header: Buffer): TreeState {
  const roots = [header.readBigUInt64LE(place.freeRoot), header.readBigUInt64LE(place.mainRoot)]
  const lastPage = header.readBigUInt64LE(place.lastPage)
  return {
    transaction: header.readBigUInt64LE(place.transaction),
    isSynced: (header.readUInt16LE(place.state) & notSynced) === 0,
    lastPage,
    roots,
    isPossible: roots.every((root) => root === noPage || root <= lastPage),
  }
}

class FileCheck {
  readonly #file: string
  readonly #descriptor: number
  readonly #pageBytes: number
  readonly #pages: number

  constructor(file: string, descriptor: number, pageBytes: number) {
    this.#file = file
    this.#descriptor = descriptor
    this.#pageBytes = pageBytes
    this.#pages = Math.floor(fstatSync(descriptor).size / pageBytes)
  }

  run(): void {
    if (this.#pages < 2) throw databaseDamaged(this.#file, 'it is shorter than its headers')
    const headers = [this.#read(0), this.#read(1)]
    if (!headers.every((header) => this.#isHeader(header))) throw databaseDamaged(this.#file, 'its header is not that of a database')
    // lmdb-js keeps a third one, of what was synced last, in the second half of the first page.
    const synced = [...headers, (headers[0] as Buffer).subarray(this.#pageBytes / 2)]
      .map(readState)
      .filter(({ transaction, isSynced }) => isSynced && transaction > 0n)
      .reduce<TreeState | undefined>((latest, one) => (latest && latest.transaction >= one.transaction ? latest : one), undefined)
    // Usually the file reaches to the last page. Only pages that are free again may lie behind its end, so then it is looked at page by page.
    if (synced === undefined || synced.lastPage < BigInt(this.#pages)) return
    for (const root of synced.roots) if (root !== noPage) this.#checkTree(Number(root))
  }

  #isHeader(header: Buffer): boolean {
    return (
      header.readUInt32LE(place.magic) === metaMagic &&
      header.readUInt16LE(place.version) === metaVersion &&
      (header.readUInt16LE(place.flags) & flag.meta) !== 0 &&
      header.readUInt32LE(place.pageBytes) === this.#pageBytes &&
      readState(header).isPossible
    )
  }

  #checkTree(root: number): void {
    const left = [root]
    for (let page = left.pop(); page !== undefined; page = left.pop()) {
      const content = this.#read(page)
      const flags = content.readUInt16LE(place.flags)
      if ((flags & flag.fixedLeaf) !== 0) continue
      const isBranch = (flags & flag.branch) !== 0
      if (!isBranch && (flags & flag.leaf) === 0) throw databaseDamaged(this.#file, `page ${page} is of no known kind`)
      left.push(...(isBranch ? this.#childrenOf(content) : this.#pagesOfLeaf(content)))
    }
  }

  *#nodesOf(page: Buffer): Generator<number> {
    const end = pageHeaderBytes + page.readUInt16LE(place.lower)
    for (let at = pageHeaderBytes; at < Math.min(end, this.#pageBytes); at += 2) yield page.readUInt16LE(at) + pageHeaderBytes
  }

  *#childrenOf(page: Buffer): Generator<number> {
    for (const node of this.#nodesOf(page)) yield page.readUInt32LE(node) + page.readUInt16LE(node + 4) * 2 ** 32
  }

  /** Roots of tables; the last page of a large value is looked at here. */
  *#pagesOfLeaf(page: Buffer): Generator<number> {
    for (const node of this.#nodesOf(page)) {
      const flags = page.readUInt16LE(node + 4)
      const data = node + 8 + page.readUInt16LE(node + 6)
      if ((flags & flag.ofTable) !== 0) {
        const tableRoot = page.readBigUInt64LE(data + tableRootAt)
        if (tableRoot !== noPage) yield Number(tableRoot)
      } else if ((flags & flag.ofBigData) !== 0) this.#checkLargeValue(Number(page.readBigUInt64LE(data)), page.readUInt32LE(node))
    }
  }

  #checkLargeValue(first: number, valueBytes: number): void {
    this.#checkInside(first + Math.ceil((pageHeaderBytes + valueBytes) / this.#pageBytes) - 1)
  }

  #checkInside(page: number): void {
    if (page >= this.#pages) throw databaseDamaged(this.#file, `it is cut off: page ${page} of it is missing`)
  }

  #read(page: number): Buffer {
    this.#checkInside(page)
    const content = Buffer.alloc(this.#pageBytes)
    readSync(this.#descriptor, content, 0, this.#pageBytes, page * this.#pageBytes)
    return content
  }
}
