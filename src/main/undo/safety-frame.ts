import type { FileHandle } from 'node:fs/promises'
import { promisify } from 'node:util'
import { crc32, zstdCompress, zstdDecompress } from 'node:zlib'
import type { PackMeans } from '../persistence/pack-means.ts'
import { keyMissing } from '../persistence/payload-codec.ts'
import { unseal } from '../persistence/record-sealer.ts'

/**
 * A safety point is the four bytes `HFUP` and then frames (docs/formats.md). A frame, numbers little endian:
 *
 *     0 u8 kind   1 u8 flags (1: zstd, 2: encrypted)   2 u16 zero   4 u32 bytes stored   8 u32 bytes of the content
 *    12 u32 CRC-32 of the stored bytes  16 u32 CRC-32 of bytes 0–15       20 … the stored bytes
 */
export const magic = Buffer.from('HFUP')
const headBytes = 20
const compressed = 1
const encrypted = 2
const keyIdBytes = 4
const associated = Buffer.from('undo\0')

export const frameKinds = { header: 0, kept: 1, changed: 2, ended: 3, undone: 4 } as const
export type FrameKind = (typeof frameKinds)[keyof typeof frameKinds]

export interface FramePlace {
  readonly kind: number
  readonly flags: number
  /** Where the stored bytes begin. */
  readonly at: number
  readonly storedBytes: number
  readonly contentBytes: number
  readonly check: number
}

const compress = promisify(zstdCompress)
const decompress = promisify(zstdDecompress)
/** Below this a frame is not worth the time. */
const compressFromBytes = 512

/** `means`: encrypts the content where data is encrypted. Throws `key_missing`. */
export async function encodeFrame(kind: FrameKind, content: Buffer, means?: PackMeans): Promise<Buffer> {
  const smaller = content.length < compressFromBytes ? content : await compress(content)
  const isSmaller = smaller.length < content.length
  const packed = isSmaller ? smaller : content
  const sealed = means && sealedContent(packed, means)
  const stored = sealed ?? packed
  const head = Buffer.alloc(headBytes)
  head[0] = kind
  head[1] = (isSmaller ? compressed : 0) | (sealed === undefined ? 0 : encrypted)
  head.writeUInt32LE(stored.length, 4)
  head.writeUInt32LE(content.length, 8)
  head.writeUInt32LE(crc32(stored), 12)
  head.writeUInt32LE(crc32(head.subarray(0, 16)), 16)
  return Buffer.concat([head, stored])
}

/**
 * Where the whole frames lie, without reading their contents. `end` is the first byte behind them; `isTorn` tells that what follows is the
 * beginning of a frame whose write was cut off, `isDamaged` that something else follows.
 */
export async function findFrames(file: FileHandle): Promise<{ frames: FramePlace[]; end: number; isTorn: boolean; isDamaged: boolean }> {
  const { size } = await file.stat()
  const frames: FramePlace[] = []
  let end = magic.length
  while (end + headBytes <= size) {
    const frame = parseHead(await readAt(file, end, headBytes), end + headBytes)
    if (frame === undefined) return { frames, end, isTorn: false, isDamaged: true }
    if (frame.at + frame.storedBytes > size) break
    frames.push(frame)
    end = frame.at + frame.storedBytes
  }
  return { frames, end, isTorn: end < size, isDamaged: false }
}

/** u32 id of the master key · what the sealer gives. */
function sealedContent(content: Buffer, means: PackMeans): Buffer | undefined {
  means.requireKey()
  const { sealer } = means.plan
  if (sealer === null) return undefined
  const keyId = Buffer.alloc(keyIdBytes)
  keyId.writeUInt32LE(sealer.master.id)
  return Buffer.concat([keyId, sealer.seal(content, associated)])
}

function unsealedContent(stored: Buffer, means: PackMeans | undefined): Buffer | undefined {
  const keyId = stored.readUInt32LE(0)
  const master = means?.masterKey(keyId)
  if (master === undefined) throw keyMissing(keyId)
  try {
    return unseal(stored.subarray(keyIdBytes), associated, master)
  } catch {
    return undefined
  }
}

/** The content of a frame. Undefined when its bytes are not those that were written. Throws `key_missing`. */
export async function readFrame(file: FileHandle, frame: FramePlace, means?: PackMeans): Promise<Buffer | undefined> {
  const stored = await readAt(file, frame.at, frame.storedBytes)
  if (crc32(stored) !== frame.check) return undefined
  const packed = frame.flags & encrypted ? unsealedContent(stored, means) : stored
  if (packed === undefined) return undefined
  const content = frame.flags & compressed ? await decompress(packed, { maxOutputLength: Math.max(frame.contentBytes, 1) }) : packed
  return content.length === frame.contentBytes ? content : undefined
}

function parseHead(head: Buffer, at: number): FramePlace | undefined {
  if (crc32(head.subarray(0, 16)) !== head.readUInt32LE(16)) return undefined
  return {
    kind: head[0] as number,
    flags: head[1] as number,
    at,
    storedBytes: head.readUInt32LE(4),
    contentBytes: head.readUInt32LE(8),
    check: head.readUInt32LE(12),
  }
}

export async function readAt(file: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length)
  let done = 0
  while (done < length) {
    const { bytesRead } = await file.read(bytes, done, length - done, position + done)
    if (bytesRead === 0) break
    done += bytesRead
  }
  return bytes.subarray(0, done)
}
