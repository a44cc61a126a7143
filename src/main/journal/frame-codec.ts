import { crc32 } from 'node:zlib'
import { journalNewer } from './journal-errors.ts'

/** One change of one key: an encoded record, or null for a deletion. The journal does not look into records. */
export interface FrameOperation {
  readonly key: string
  readonly record: Buffer | null
}

/** One transaction, whole or absent. */
export interface TransactionFrame {
  readonly kind: 'transaction'
  readonly sequence: number
  /** The hybrid logical clock at commit. */
  readonly time: { readonly ms: number; readonly counter: number }
  readonly operations: readonly FrameOperation[]
}

/** History was turned back: another generation is live from here on (TL1). */
export interface TimelineFrame {
  readonly kind: 'timeline'
  readonly sequence: number
  readonly time: { readonly ms: number; readonly counter: number }
  readonly timeline: string
  readonly generation: string
}

/** Changes of the system table, whole or absent. */
export interface SystemFrame {
  readonly kind: 'system'
  readonly sequence: number
  readonly time: { readonly ms: number; readonly counter: number }
  readonly changes: readonly { readonly key: string; readonly value: Buffer | null }[]
}

export type Frame = TransactionFrame | TimelineFrame | SystemFrame

const kinds = { transaction: 1, timeline: 2, system: 3 } as const
const frameHeaderBytes = 28

/**
 * A frame (docs/formats.md), little endian: u32 bytes of the whole frame · u8 kind · 3 reserved · u48 sequence, 2 reserved · u48 ms, u16 counter ·
 * u32 operations, then for each: u8 1 put / 2 delete · u16 bytes of the key · u32 bytes of the record · key · record.
 */
export function encodeTransaction(sequence: number, time: TransactionFrame['time'], operations: readonly FrameOperation[]): Buffer {
  return encodeOperations(kinds.transaction, sequence, time, operations)
}

/** Laid out as a transaction is. */
export function encodeSystem(
  sequence: number,
  time: SystemFrame['time'],
  changes: readonly { readonly key: string; readonly value: Uint8Array | null }[],
): Buffer {
  const operations = changes.map(({ key, value }) => ({ key, record: value === null ? null : Buffer.from(value) }))
  return encodeOperations(kinds.system, sequence, time, operations)
}

function encodeOperations(kind: number, sequence: number, time: TransactionFrame['time'], operations: readonly FrameOperation[]): Buffer {
  // Three bytes for each UTF-16 unit are the most; to count them costs more than the memory does.
  let most = frameHeaderBytes
  for (const { key, record } of operations) most += 7 + key.length * 3 + (record?.length ?? 0)
  const memory = Buffer.allocUnsafe(most)
  const bytes = writeOperations(memory, operations)
  const frame = memory.subarray(0, bytes)
  writeHeader(frame, kind, sequence, time, operations.length)
  return frame
}

function writeOperations(frame: Buffer, operations: readonly FrameOperation[]): number {
  let at = frameHeaderBytes
  for (const { key, record } of operations) {
    const keyBytes = frame.write(key, at + 7)
    frame[at] = record === null ? 2 : 1
    frame.writeUInt16LE(keyBytes, at + 1)
    frame.writeUInt32LE(record?.length ?? 0, at + 3)
    at += 7 + keyBytes
    if (record === null) continue
    frame.set(record, at)
    at += record.length
  }
  return at
}

export function encodeTimeline(sequence: number, time: TransactionFrame['time'], change: { timeline: string; generation: string }): Buffer {
  const payload = Buffer.from(JSON.stringify({ timeline: change.timeline, generation: change.generation }))
  const frame = Buffer.alloc(frameHeaderBytes + payload.length)
  writeHeader(frame, kinds.timeline, sequence, time, 0)
  payload.copy(frame, frameHeaderBytes)
  return frame
}

function writeHeader(frame: Buffer, kind: number, sequence: number, time: TransactionFrame['time'], operations: number): void {
  frame.writeUInt32LE(frame.length, 0)
  frame.writeUInt32LE(kind, 4)
  frame.writeUIntLE(sequence, 8, 6)
  frame.writeUInt16LE(0, 14)
  frame.writeUIntLE(time.ms, 16, 6)
  frame.writeUInt16LE(time.counter, 22)
  frame.writeUInt32LE(operations, 24)
}

/** The frame at the beginning of `bytes`, whose checksum has been checked already. Records are views. */
export function decodeFrame(bytes: Buffer): Frame {
  const sequence = bytes.readUIntLE(8, 6)
  const time = { ms: bytes.readUIntLE(16, 6), counter: bytes.readUInt16LE(22) }
  if (bytes[4] === kinds.timeline) {
    const { timeline, generation } = JSON.parse(bytes.toString('utf8', frameHeaderBytes)) as { timeline: string; generation: string }
    return { kind: 'timeline', sequence, time, timeline, generation }
  }
  if (bytes[4] === kinds.system) {
    const changes = decodeOperations(bytes).map(({ key, record }) => ({ key, value: record }))
    return { kind: 'system', sequence, time, changes }
  }
  if (bytes[4] !== kinds.transaction) throw journalNewer()
  return { kind: 'transaction', sequence, time, operations: decodeOperations(bytes) }
}

function decodeOperations(bytes: Buffer): FrameOperation[] {
  const operations: FrameOperation[] = []
  let at = frameHeaderBytes
  for (let left = bytes.readUInt32LE(24); left > 0; left--) {
    const keyEnd = at + 7 + bytes.readUInt16LE(at + 1)
    const recordEnd = keyEnd + bytes.readUInt32LE(at + 3)
    operations.push({ key: bytes.toString('utf8', at + 7, keyEnd), record: bytes[at] === 2 ? null : bytes.subarray(keyEnd, recordEnd) })
    at = recordEnd
  }
  return operations
}

export const groupHeaderBytes = 48
export const groupCrcAt = 44
export const groupMagic = Buffer.from('HFgroup1', 'latin1')

/** What a group says of itself and of those before it. */
export interface GroupHeader {
  /** Bytes of the frames after the header. */
  readonly frameBytes: number
  readonly frameCount: number
  readonly firstSequence: number
  /** CRC of the group before it in the segment; 0 for the first. */
  readonly previousCrc: number
  /** Up to here the segment was known synced when this group was written: proof that what lies before it was whole (JN1). */
  readonly syncedOffset: number
}

/**
 * A group of frames, written and synced together: 8 magic · u32 frame bytes · u32 frames · u48 first sequence, 2 reserved · u64 segment id ·
 * u32 CRC of the group before · u32 synced offset · 4 reserved · u32 CRC-32 of bytes 0–43 and the frames.
 */
export function encodeGroup(segmentId: Buffer, header: Omit<GroupHeader, 'frameBytes' | 'frameCount'>, frames: readonly Buffer[]): Buffer {
  let frameBytes = 0
  for (const frame of frames) frameBytes += frame.length
  const group = Buffer.allocUnsafe(groupHeaderBytes + frameBytes)
  groupMagic.copy(group, 0)
  group.writeUInt32LE(frameBytes, 8)
  group.writeUInt32LE(frames.length, 12)
  group.writeUIntLE(header.firstSequence, 16, 6)
  group.writeUInt16LE(0, 22)
  segmentId.copy(group, 24)
  group.writeUInt32LE(header.previousCrc, 32)
  group.writeUInt32LE(header.syncedOffset, 36)
  group.writeUInt32LE(0, 40)
  let at = groupHeaderBytes
  for (const frame of frames) at += frame.copy(group, at)
  group.writeUInt32LE(checksum(group), groupCrcAt)
  return group
}

const checksum = (group: Buffer): number => crc32(group.subarray(groupHeaderBytes), crc32(group.subarray(0, groupCrcAt)))

/** The group at `offset`, or undefined when the bytes there are no whole group of this segment. */
export function readGroup(
  segment: Buffer,
  offset: number,
  segmentId: Buffer,
): (GroupHeader & { crc: number; end: number; frames: Buffer[] }) | undefined {
  if (offset + groupHeaderBytes > segment.length || segment.compare(groupMagic, 0, 8, offset, offset + 8) !== 0) return undefined
  if (segment.compare(segmentId, 0, 8, offset + 24, offset + 32) !== 0) return undefined
  const frameBytes = segment.readUInt32LE(offset + 8)
  const end = offset + groupHeaderBytes + frameBytes
  if (end > segment.length) return undefined
  const group = segment.subarray(offset, end)
  const crc = group.readUInt32LE(groupCrcAt)
  if (checksum(group) !== crc) return undefined
  const frames: Buffer[] = []
  for (let at = groupHeaderBytes; at < group.length; at += group.readUInt32LE(at))
    frames.push(group.subarray(at, at + group.readUInt32LE(at)))
  return {
    frameBytes,
    frameCount: group.readUInt32LE(12),
    firstSequence: group.readUIntLE(16, 6),
    previousCrc: group.readUInt32LE(32),
    syncedOffset: group.readUInt32LE(36),
    crc,
    end,
    frames,
  }
}
