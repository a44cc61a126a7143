import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { newestMeta, pageBytes, pageHeaderBytes, readMetas, readU64 } from './lmdb-file-metas.ts'

const ofBigData = 1
const nodeHeaderBytes = 8
/** Reading ends here, a millisecond's work; what was found until then is the least that it is. */
const mostReadBytes = 1024 * 1024
const mostDepth = 32

/**
 * Bytes of pages that were given up by commits from `oldest` on: LMDB does not use them again while somebody reads the state of that commit. Read from the
 * file beside LMDB, which may be writing it: null where that makes no sense.
 */
export function readPinnedPages(file: string, oldest: number): number | null {
  const descriptor = openSync(file, 'r')
  try {
    return new FreeList(descriptor).pagesSince(oldest) * pageBytes
  } catch {
    return null
  } finally {
    closeSync(descriptor)
  }
}

class FreeList {
  readonly #descriptor: number
  #readBytes = 0

  constructor(descriptor: number) {
    this.#descriptor = descriptor
  }

  pagesSince(oldest: number): number {
    const fileBytes = fstatSync(this.#descriptor).size
    const { free } = newestMeta(readMetas(this.#read(0, 2), fileBytes, notSensible))
    return free.root === -1 ? 0 : this.#visit(free.root, free.depth, oldest)
  }

  /** The list is a tree of commits: what each of them gave up. */
  #visit(page: number, level: number, oldest: number): number {
    if (level < 1 || level > mostDepth) notSensible()
    const bytes = this.#read(page, 1)
    const nodes = bytes.readUInt16LE(20) / 2
    let pages = 0
    for (let index = nodes - 1; index >= 0 && this.#readBytes < mostReadBytes; index--) {
      const node = bytes.readUInt16LE(pageHeaderBytes + 2 * index) + pageHeaderBytes
      if (level > 1) pages += this.#visit(bytes.readUInt32LE(node) + bytes.readUInt16LE(node + 4) * 2 ** 32, level - 1, oldest)
      else if (readU64(bytes, node + nodeHeaderBytes) >= oldest) pages += countPages(this.#listAt(bytes, node))
      // What comes before this one is older still. The first key of a branch is not used.
      if (index > 0 && readU64(bytes, node + nodeHeaderBytes) < oldest) break
    }
    return pages
  }

  #listAt(bytes: Buffer, node: number): Buffer {
    const listBytes = bytes.readUInt32LE(node)
    const place = node + nodeHeaderBytes + bytes.readUInt16LE(node + 6)
    if ((bytes.readUInt16LE(node + 4) & ofBigData) === 0) return bytes.subarray(place, place + listBytes)
    const pages = Math.ceil((pageHeaderBytes + Math.min(listBytes, mostReadBytes)) / pageBytes)
    return this.#read(readU64(bytes, place), pages).subarray(pageHeaderBytes, pageHeaderBytes + listBytes)
  }

  #read(page: number, count: number): Buffer {
    const bytes = Buffer.allocUnsafe(count * pageBytes)
    if (readSync(this.#descriptor, bytes, 0, bytes.length, page * pageBytes) < bytes.length) notSensible()
    this.#readBytes += bytes.length
    return bytes
  }
}

/** A count, then numbers of pages; a negative one says how many pages follow the next number, 0 stands for nothing (midl.c). */
function countPages(list: Buffer): number {
  const count = Math.min(readU64(list, 0), Math.floor(list.length / 8) - 1)
  let pages = 0
  for (let index = 1; index <= count; index++) {
    const number = Number(list.readBigInt64LE(index * 8))
    if (number > 0) pages++
    else if (number < 0) {
      pages += -number
      index++
    }
  }
  return pages
}

function notSensible(): never {
  throw new Error('The list of free pages was used again while it was read.')
}
