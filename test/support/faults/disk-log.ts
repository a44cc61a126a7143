/** CLOCK_MONOTONIC, the same for every process of the machine. Exact as a number for the first 104 days after boot. */
export const nowNs = (): number => Number(process.hrtime.bigint())

/** The log that disk.c keeps, read back. Times are CLOCK_MONOTONIC in nanoseconds: the clock of `nowNs`. */
export type DiskRecord = { readonly timeNs: number } & (
  | { readonly kind: 'created' | 'opened'; readonly inode: number; readonly path: string }
  | {
      readonly kind: 'written'
      readonly inode: number
      readonly offset: number
      readonly bytes: number
      /** Undefined: all zeros. */
      readonly data: Buffer | undefined
      /** Through a descriptor opened with O_DSYNC: these bytes are durable when the call returns. */
      readonly synced: boolean
    }
  | { readonly kind: 'truncated'; readonly inode: number; readonly bytes: number }
  | { readonly kind: 'renamed' | 'linked'; readonly path: string; readonly target: string }
  | { readonly kind: 'unlinked' | 'folder-made' | 'folder-removed'; readonly path: string }
  | { readonly kind: 'sync-begun'; readonly inode: number; readonly sync: number; readonly path: string; readonly isFolder: boolean }
  | { readonly kind: 'sync-done' | 'sync-failed'; readonly inode: number; readonly sync: number }
)

const headerBytes = 48
const flags = { zeros: 1, synced: 2, folder: 4 }

/** Every whole record of a log; a last one that was cut off by a kill is left out. */
export function readDiskLog(log: Buffer): DiskRecord[] {
  const records: DiskRecord[] = []
  for (let at = 0; at + headerBytes <= log.length; ) {
    const bytes = log.readUInt32LE(at)
    if (at + bytes > log.length) break
    records.push(readRecord(log.subarray(at, at + bytes)))
    at += bytes
  }
  return records
}

function readRecord(record: Buffer): DiskRecord {
  const pathBytes = record.readUInt16LE(6)
  const secondBytes = record.readUInt16LE(8)
  const path = record.toString('utf8', headerBytes, headerBytes + pathBytes)
  const target = record.toString('utf8', headerBytes + pathBytes, headerBytes + pathBytes + secondBytes)
  const number = (offset: number) => Number(record.readBigUInt64LE(offset))
  const timeNs = number(16)
  const inode = number(24)
  const flag = record.readUInt8(5)
  const kind = record.readUInt8(4)
  switch (kind) {
    case 1:
      return { kind: 'created', timeNs, inode, path }
    case 2:
      return { kind: 'opened', timeNs, inode, path }
    case 3: {
      const data = (flag & flags.zeros) === 0 ? record.subarray(headerBytes + pathBytes + secondBytes) : undefined
      return { kind: 'written', timeNs, inode, offset: number(32), bytes: number(40), data, synced: (flag & flags.synced) !== 0 }
    }
    case 4:
      return { kind: 'truncated', timeNs, inode, bytes: number(32) }
    case 5:
      return { kind: 'renamed', timeNs, path, target }
    case 6:
      return { kind: 'unlinked', timeNs, path }
    case 7:
      return { kind: 'folder-made', timeNs, path }
    case 8:
      return { kind: 'folder-removed', timeNs, path }
    case 9:
      return { kind: 'linked', timeNs, path, target }
    case 10:
      return { kind: 'sync-begun', timeNs, inode, sync: number(32), path, isFolder: (flag & flags.folder) !== 0 }
    case 11:
      return { kind: 'sync-done', timeNs, inode, sync: number(32) }
    case 12:
      return { kind: 'sync-failed', timeNs, inode, sync: number(32) }
    default:
      throw new Error(`The disk log has a record of unknown kind ${kind}.`)
  }
}
