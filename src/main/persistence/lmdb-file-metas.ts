/**
 * The headers of a database file as lmdb-js 3.5's LMDB lays them out on a 64-bit machine (mdb.c: MDB_page_header, MDB_meta, MDB_db), all little endian:
 *
 *     page:   0 u64 its number   8 u64 transaction   16 u16 0   18 u16 kind   20 u16 end of pointers   22 u16 start of nodes   24 … content
 *     meta:  24 u32 magic       28 u32 version       32 u64 0   40 u64 map    48 tree of free pages    96 main tree    144 u64 last page
 *           152 u64 transaction
 *     tree:   0 u32 pad (the first one: page size)    4 u16 flags    6 u16 depth    8 u64 branches   16 u64 leaves   24 u64 overflow pages
 *            32 u64 entries     40 u64 root
 *
 * There are three: page 0, page 1 (even and odd transactions), and half a page into page 0 what was synced last, which has no magic.
 */
export const pageBytes = 8192
export const pageHeaderBytes = 24
export const treeBytes = 48

const at = { magic: 24, version: 28, address: 32, mapBytes: 40, free: 48, main: 96, lastPage: 144, transaction: 152, end: 160 } as const
const metaKind = 8
const magic = 0xbeefc0de
const version = 2
/** Committed, and nobody knows whether its pages are on disk. */
const notSynced = 0x1000
const safeRestore = 0x800
const integerKeys = 8
const maxDepth = 32
const mapGrain = 4096

export interface TreeFacts {
  readonly pad: number
  readonly flags: number
  readonly depth: number
  readonly branchPages: number
  readonly leafPages: number
  readonly overflowPages: number
  readonly entries: number
  /** -1 when it is empty. */
  readonly root: number
}

export interface MetaFacts {
  readonly isSynced: boolean
  readonly free: TreeFacts
  readonly main: TreeFacts
  readonly lastPage: number
  readonly transaction: number
  readonly mapBytes: number
}

/** Exact to 2^53; what is greater is beyond every bound anyway. */
export const readU64 = (bytes: Buffer, place: number): number => bytes.readUInt32LE(place) + bytes.readUInt32LE(place + 4) * 2 ** 32

export function readTree(bytes: Buffer, place: number): TreeFacts {
  const isEmpty = bytes.readUInt32LE(place + 40) === 0xffffffff && bytes.readUInt32LE(place + 44) === 0xffffffff
  return {
    pad: bytes.readUInt32LE(place),
    flags: bytes.readUInt16LE(place + 4),
    depth: bytes.readUInt16LE(place + 6),
    branchPages: readU64(bytes, place + 8),
    leafPages: readU64(bytes, place + 16),
    overflowPages: readU64(bytes, place + 24),
    entries: readU64(bytes, place + 32),
    root: isEmpty ? -1 : readU64(bytes, place + 40),
  }
}

function readMeta(bytes: Buffer): MetaFacts {
  const free = readTree(bytes, at.free)
  return {
    isSynced: (free.flags & notSynced) === 0,
    free,
    main: readTree(bytes, at.main),
    lastPage: readU64(bytes, at.lastPage),
    transaction: readU64(bytes, at.transaction),
    mapBytes: readU64(bytes, at.mapBytes),
  }
}

export interface Metas {
  readonly even: MetaFacts
  readonly odd: MetaFacts
  /** Undefined before the first sync. */
  readonly synced: MetaFacts | undefined
}

/** Reads and checks the headers. `firstPages` are the first two pages; `fail` throws. */
export function readMetas(firstPages: Buffer, fileBytes: number, fail: (what: string) => never): Metas {
  const evenBytes = firstPages.subarray(0, pageBytes / 2)
  const syncedBytes = firstPages.subarray(pageBytes / 2, pageBytes)
  const oddBytes = firstPages.subarray(pageBytes)
  for (const [number, bytes] of [evenBytes, oddBytes].entries()) {
    if (!hasMetaHeader(bytes, number)) fail(`its page ${number} is not the header of a database`)
  }
  const even = readMeta(evenBytes)
  const odd = readMeta(oddBytes)
  const hasSynced = syncedBytes.subarray(at.mapBytes, at.end).some((byte) => byte !== 0)
  const synced = hasSynced ? readMeta(syncedBytes) : undefined
  const metas = [even, odd, ...(synced ? [synced] : [])]
  for (const [index, meta] of metas.entries()) {
    if (!isPossible(meta)) fail(`its header on page ${index === 1 ? 1 : 0} contradicts itself`)
  }
  if (!areInOrder(even, odd, synced)) fail('its headers on pages 0 and 1 contradict each other')
  const leastMap = Math.min(...metas.map(({ mapBytes }) => mapBytes))
  // A large transaction may let it grow at once, and a compacted copy has that of the file before: only what neither explains is damage.
  const mostMap = Math.max(16 * fileBytes, 4 * leastMap)
  if (metas.some(({ mapBytes }) => mapBytes > mostMap)) fail('its header on page 0 or 1 gives it an impossible size')
  for (const [index, bytes] of [evenBytes, oddBytes].entries()) {
    const meta = index === 0 ? even : odd
    if (synced?.transaction === meta.transaction && !isSameState(bytes, syncedBytes))
      fail('its headers on pages 0 and 1 contradict each other')
  }
  return { even, odd, synced }
}

const hasMetaHeader = (bytes: Buffer, number: number): boolean =>
  readU64(bytes, 0) === number &&
  bytes.readUInt16LE(18) === metaKind &&
  bytes.readUInt32LE(at.magic) === magic &&
  bytes.readUInt32LE(at.version) === version &&
  readU64(bytes, at.address) === 0

function isPossible({ free, main, lastPage, mapBytes }: MetaFacts): boolean {
  return (
    free.pad === pageBytes &&
    (free.flags & ~(notSynced | safeRestore)) === integerKeys &&
    main.pad === 0 &&
    main.flags === 0 &&
    lastPage >= 1 &&
    mapBytes % mapGrain === 0 &&
    isPossibleTree(free, lastPage) &&
    isPossibleTree(main, lastPage)
  )
}

/** Whether the figures of a tree fit together, whatever is on its pages. */
export function isPossibleTree({ root, depth, branchPages, leafPages, overflowPages, entries }: TreeFacts, lastPage: number): boolean {
  if (root === -1) return depth === 0 && branchPages === 0 && leafPages === 0 && overflowPages === 0 && entries === 0
  if (root < 2 || root > lastPage || depth < 1 || depth > maxDepth || entries < leafPages) return false
  return leafPages >= 1 && branchPages >= depth - 1 && branchPages + leafPages + overflowPages < lastPage
}

function areInOrder(even: MetaFacts, odd: MetaFacts, synced: MetaFacts | undefined): boolean {
  const newest = Math.max(even.transaction, odd.transaction)
  if (synced !== undefined && (synced.transaction < 1 || synced.transaction > newest)) return false
  if (newest === 0) return true
  if (even.transaction % 2 !== 0 || odd.transaction % 2 !== 1) return false
  // A compacted copy that was never written has an empty header on page 0.
  return even.transaction === 0 || Math.abs(even.transaction - odd.transaction) === 1
}

/** Two headers of one transaction say the same; only whether it is synced, and the map, may differ. */
function isSameState(one: Buffer, other: Buffer): boolean {
  const flags = (bytes: Buffer) => bytes.readUInt16LE(at.free + 4) & ~notSynced
  return flags(one) === flags(other) && one.subarray(at.free + 6, at.end).equals(other.subarray(at.free + 6, at.end))
}

/** The one that lmdb-js goes on from, with `safeRestore` and when nobody else has the file open (mdb.c: mdb_env_pick_meta). */
export function metaAfterOpen({ even, odd, synced }: Metas): MetaFacts {
  const pick = (one: MetaFacts, other: MetaFacts | undefined): MetaFacts => {
    if (other === undefined || other.transaction === 0) return one
    const [newer, older] = one.transaction >= other.transaction ? [one, other] : [other, one]
    if (newer.isSynced) return newer
    return one.transaction > other.transaction ? older : one
  }
  return pick(pick(even, odd), synced)
}

/** The one that a reader sees while the file is open. */
export const newestMeta = ({ even, odd }: Metas): MetaFacts => (even.transaction >= odd.transaction ? even : odd)
