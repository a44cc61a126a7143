import { encodeGroup, groupCrcAt, groupHeaderBytes } from './frame-codec.ts'
import { firstGroupOffset } from './segment-header.ts'
import type { OpenSegment } from './segment-pool.ts'

/** The least that a group of these frames takes. */
export function groupBytes(frames: readonly { readonly frame: Buffer }[]): number {
  let bytes = groupHeaderBytes
  for (const { frame } of frames) bytes += frame.length
  return bytes
}

/** A segment that is being written: groups one behind the other, each linked to the one before it and to what is known synced (JN1). */
export class SegmentWriter {
  readonly #segment: OpenSegment
  #offset = firstGroupOffset
  #syncedOffset = firstGroupOffset
  #previousCrc = 0

  constructor(segment: OpenSegment) {
    this.#segment = segment
  }

  get number(): number {
    return this.#segment.header.number
  }

  get firstSequence(): number {
    return this.#segment.header.firstSequence
  }

  get bytes(): number {
    return this.#segment.bytes
  }

  /** Behind the last group that was written whole. */
  get offset(): number {
    return this.#offset
  }

  /** Behind the last group that a sync covered. */
  get syncedOffset(): number {
    return this.#syncedOffset
  }

  hasRoom(bytes: number): boolean {
    return this.#offset + bytes <= this.#segment.bytes
  }

  /** Writes a group. When it throws, or rejects, nothing that was written before is lost, and the segment must not be written any more (JN2). */
  write(frames: readonly Buffer[], firstSequence: number, inline: boolean): Promise<void> | undefined {
    const { file, header } = this.#segment
    const group = encodeGroup(header.id, { firstSequence, previousCrc: this.#previousCrc, syncedOffset: this.#syncedOffset }, frames)
    const written = () => {
      this.#offset += group.length
      this.#previousCrc = group.readUInt32LE(groupCrcAt)
    }
    if (!inline) return file.write(group, this.#offset).then(written)
    file.writeSync(group, this.#offset)
    written()
    return undefined
  }

  /** Makes durable what was fully written before it began (JN3). */
  sync(inline: boolean): Promise<void> | undefined {
    const covered = this.#offset
    const synced = () => {
      this.#syncedOffset = covered
    }
    if (!inline) return this.#segment.file.datasync().then(synced)
    this.#segment.file.datasyncSync()
    synced()
    return undefined
  }

  close(): void {
    this.#segment.file.close()
  }
}
