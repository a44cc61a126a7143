import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { databaseDamaged } from './damage-watch.ts'
import { type MetaFacts, type Metas, metaAfterOpen, newestMeta, pageBytes, readMetas } from './lmdb-file-metas.ts'
import { type LeafEntry, TreeWalk } from './lmdb-tree-walk.ts'
import { checkRecord } from './record-codec.ts'

/** Files up to here are read whole when they are opened. */
const defaultWholeBytes = 64 * 1024 * 1024
/** Looking for the bit that is wrong in a key may take so many bytes of checksums. */
const searchBytes = 64 * 1024 * 1024
const attempts = 3

export interface CheckOptions {
  readonly wholeUpToBytes?: number
  /** Somebody else may be writing the file. */
  readonly isShared?: boolean
}

/**
 * Looks at a database file before LMDB maps it: LMDB believes what is on a page, and turns a flipped bit into a wrong answer, and a missing page into the
 * end of the process. Reads the state that lmdb-js goes on from: all of it in files of up to `wholeUpToBytes`; headers, branches and the list of free
 * pages in larger and in shared ones (`walkDatabaseFile` does the rest). Changes nothing. Throws `store_damaged` naming the page.
 */
export function checkDatabaseFile(file: string, { wholeUpToBytes = defaultWholeBytes, isShared = false }: CheckOptions = {}): void {
  withFile(file, (open) => {
    if (isShared) open.walkNewest({ withLeaves: false })
    else open.walk(metaAfterOpen(open.metas()), { withLeaves: open.bytes <= wholeUpToBytes })
  })
}

/**
 * Reads every page of the newest state, also while somebody writes. Returns whether it could: a busy writer may use the pages again meanwhile. It takes a
 * while and does not yield, so it belongs in a worker. Throws `store_damaged` naming the page.
 */
export function walkDatabaseFile(file: string): boolean {
  return withFile(file, (open) => open.walkNewest({ withLeaves: true }))
}

function withFile<Result>(file: string, use: (open: DatabaseFile) => Result): Result {
  let descriptor: number
  try {
    descriptor = openSync(file, 'r')
  } catch (error) {
    throw databaseDamaged(file, 'it cannot be read', error)
  }
  try {
    return use(new DatabaseFile(file, descriptor))
  } finally {
    closeSync(descriptor)
  }
}

class DatabaseFile {
  readonly bytes: number
  readonly #file: string
  readonly #descriptor: number

  constructor(file: string, descriptor: number) {
    this.#file = file
    this.#descriptor = descriptor
    this.bytes = fstatSync(descriptor).size
  }

  /** A writer may change them while they are read: then they are read again. */
  metas(): Metas {
    if (this.bytes < 2 * pageBytes) throw databaseDamaged(this.#file, 'it is shorter than its headers')
    const fail = (what: string): never => {
      throw databaseDamaged(this.#file, what)
    }
    let before: Buffer | undefined
    for (;;) {
      const firstPages = Buffer.allocUnsafe(2 * pageBytes)
      this.#read(0, firstPages)
      try {
        return readMetas(firstPages, this.bytes, fail)
      } catch (error) {
        if (before?.equals(firstPages)) throw error
        before = firstPages
      }
    }
  }

  /** False when the pages were used again, by a writer, each time that it was tried. */
  walkNewest(options: { withLeaves: boolean }): boolean {
    for (let attempt = 0; attempt < attempts; attempt++) {
      const meta = newestMeta(this.metas())
      try {
        this.walk(meta, options)
        return true
      } catch (error) {
        if (newestMeta(this.metas()).transaction === meta.transaction) throw error
      }
    }
    return false
  }

  walk(meta: MetaFacts, { withLeaves }: { withLeaves: boolean }): void {
    const fail = (page: number, what: string): never => {
      throw databaseDamaged(this.#file, `page ${page} of it ${what}`)
    }
    new TreeWalk({
      meta,
      filePages: Math.floor(fstatSync(this.#descriptor).size / pageBytes),
      withLeaves,
      read: (page, into) => this.#read(page, into),
      onEntry: (entry) => {
        if (entry.table === 'records' && hasOtherKey(entry)) fail(entry.page, 'has a damaged key')
      },
      fail,
    }).run()
  }

  #read(page: number, into: Buffer): void {
    let bytes: number
    try {
      bytes = readSync(this.#descriptor, into, 0, into.length, page * pageBytes)
    } catch (error) {
      throw databaseDamaged(this.#file, `page ${page} of it cannot be read`, error)
    }
    if (bytes < into.length) throw databaseDamaged(this.#file, `it is cut off: page ${page} of it is missing`)
  }
}

/**
 * Whether a record is sound and only its key is not. A damaged value is the damage of one record, which says so when it is read; but under a damaged key
 * a record is not found, as if it had never been there. So where the checksum does not hold, the key is tried with each of its bits the other way
 * round, and with its end one byte earlier or later.
 */
function hasOtherKey({ key, value, keyAndRest }: LeafEntry): boolean {
  if (value === undefined || isRecordOf(key, value)) return false
  if (keyAndRest !== undefined) {
    for (const keyBytes of [key.length - 1, key.length + 1]) {
      for (const end of [keyAndRest.length - 2, keyAndRest.length - 1, keyAndRest.length]) {
        if (keyBytes > 0 && isRecordOf(keyAndRest.subarray(0, keyBytes), keyAndRest.subarray(keyBytes, end))) return true
      }
    }
  }
  const other = Buffer.from(key)
  const tries = Math.min(key.length * 8, Math.floor(searchBytes / (value.length + key.length)))
  for (let bit = 0; bit < tries; bit++) {
    const place = bit >> 3
    other[place] = (key[place] as number) ^ (1 << (bit & 7))
    if (isRecordOf(other, value)) return true
    other[place] = key[place] as number
  }
  return false
}

function isRecordOf(key: Buffer, record: Buffer): boolean {
  try {
    checkRecord(key.toString(), record)
    return true
  } catch {
    return false
  }
}
