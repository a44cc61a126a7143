import { decodeFrame, type Frame, groupMagic, readGroup } from './frame-codec.ts'
import { journalDamaged, journalForeign, journalNewer } from './journal-errors.ts'
import type { JournalFiles } from './journal-files.ts'
import type { KeptSegment } from './kept-segments.ts'
import { decodeSegmentHeader, firstGroupOffset, type SegmentHeader } from './segment-header.ts'
import { segmentName, segmentNumber } from './segment-pool.ts'

export interface JournalEnd {
  readonly segments: readonly KeptSegment[]
  /** The next sequence, and where the newest segment's last whole group ends. */
  readonly nextSequence: number
  readonly end: number
  /** What lies in the newest segment behind the last place that is proven synced. */
  readonly unproven: { readonly offset: number; readonly bytes: Buffer }
}

/** The headers of all segments, checked: they follow each other without a gap and belong to this store. */
export async function readHeaders(files: JournalFiles, names: readonly string[], storeId: string): Promise<SegmentHeader[]> {
  const numbers = names.map(segmentNumber).filter((number) => number !== undefined)
  numbers.sort((a, b) => a - b)
  const headers: SegmentHeader[] = []
  for (const number of numbers) {
    const name = segmentName(number)
    const header = decodeSegmentHeader(await files.read(name, firstGroupOffset))
    if (header === 'newer') throw journalNewer()
    if (header === undefined || header.number !== number) throw journalDamaged(name, 0, 'the header of a segment cannot be read')
    if (header.storeId !== storeId) throw journalForeign()
    const last = headers.at(-1)
    if (last && number !== last.number + 1) throw journalDamaged(name, 0, `the segment before ${name} is missing`)
    headers.push(header)
  }
  return headers
}

/**
 * Gives every whole frame to `onFrame` in order, and says where the journal ends. What a bad group means (JN1): in a segment that another follows,
 * and before a place that a later group proves synced, it is damage; else power was lost while it was written, and the journal ends there.
 */
export async function replay(
  files: JournalFiles,
  headers: readonly SegmentHeader[],
  appliedSequence: number,
  onFrame: (frame: Frame) => void,
): Promise<JournalEnd> {
  const segments: KeptSegment[] = []
  let nextSequence = headers[0]?.firstSequence ?? 1
  if (nextSequence > appliedSequence + 1)
    throw journalDamaged(segmentName(headers[0]?.number ?? 0), 0, 'the segments before it are missing')
  let end = firstGroupOffset
  let unproven: JournalEnd['unproven'] = { offset: end, bytes: Buffer.alloc(0) }
  for (const [index, header] of headers.entries()) {
    const name = segmentName(header.number)
    const bytes = await files.read(name)
    // A gap below what the database holds hides nothing: history began anew there (DN1).
    const isGap = header.firstSequence < nextSequence || (header.firstSequence > nextSequence && header.firstSequence > appliedSequence + 1)
    if (isGap) throw journalDamaged(name, 0, 'sequences are missing before this segment')
    nextSequence = header.firstSequence
    const provenEnd = headers[index + 1]?.previousEnd
    const walk = walkGroups(bytes, header, nextSequence, provenEnd)
    if (provenEnd !== undefined && walk.end !== provenEnd)
      throw journalDamaged(name, walk.end, 'a group that was safely on disk cannot be read')
    if (provenEnd === undefined && hasProof(bytes, header, walk.end)) {
      throw journalDamaged(name, walk.end, 'a group that was safely on disk cannot be read')
    }
    for (const frame of walk.frames) onFrame(decodeFrame(frame))
    segments.push({ number: header.number, bytes: bytes.length, firstSequence: header.firstSequence, lastSequence: walk.nextSequence - 1 })
    nextSequence = walk.nextSequence
    end = walk.end
    unproven = { offset: walk.syncedOffset, bytes: bytes.subarray(walk.syncedOffset, end) }
  }
  return { segments, nextSequence, end, unproven }
}

function walkGroups(bytes: Buffer, header: SegmentHeader, firstSequence: number, provenEnd: number | undefined) {
  const frames: Buffer[] = []
  let nextSequence = firstSequence
  let previousCrc = 0
  let end = firstGroupOffset
  let syncedOffset = firstGroupOffset
  while (provenEnd === undefined || end < provenEnd) {
    const group = readGroup(bytes, end, header.id)
    if (group === undefined || group.previousCrc !== previousCrc || group.firstSequence !== nextSequence) break
    for (const frame of group.frames) frames.push(frame)
    nextSequence += group.frameCount
    previousCrc = group.crc
    end = group.end
    syncedOffset = group.syncedOffset
  }
  return { frames, nextSequence, end, syncedOffset }
}

/** Whether a whole group of this segment behind `offset` says that `offset` had been synced when it was written. */
function hasProof(bytes: Buffer, header: SegmentHeader, offset: number): boolean {
  for (let at = bytes.indexOf(groupMagic, offset); at >= 0; at = bytes.indexOf(groupMagic, at + 1)) {
    const group = readGroup(bytes, at, header.id)
    if (group !== undefined && group.syncedOffset > offset) return true
  }
  return false
}
