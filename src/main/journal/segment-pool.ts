import { randomBytes } from 'node:crypto'
import type { Log } from '../base/log.ts'
import type { JournalFile, JournalFiles } from './journal-files.ts'
import { encodeSegmentHeader, firstGroupOffset, type SegmentHeader } from './segment-header.ts'

const keptFree = 2

/** `journal-000000000042.hfj` */
export const segmentName = (number: number): string => `journal-${String(number).padStart(12, '0')}.hfj`
export const segmentNumber = (name: string): number | undefined => {
  const digits = /^journal-(\d{12})\.hfj$/.exec(name)?.[1]
  return digits === undefined ? undefined : Number(digits)
}

interface FreeFile {
  readonly name: string
  readonly bytes: number
}

const freeFileOf = (name: string): FreeFile | undefined => {
  const bytes = /^free-[0-9a-f]{12}-(\d+)\.hfj$/.exec(name)?.[1]
  return bytes === undefined ? undefined : { name, bytes: Number(bytes) }
}

export interface OpenSegment {
  readonly header: SegmentHeader
  readonly file: JournalFile
  readonly bytes: number
}

/**
 * Segment files that are made of zeros ahead of need, and used again by renaming: a change of segment then costs two small syncs and no allocation.
 */
export class SegmentPool {
  readonly #files: JournalFiles
  readonly #segmentBytes: number
  readonly #log: Log
  readonly #free: FreeFile[]
  #refilling: Promise<void> | undefined
  /** While what was written before is to go for good. */
  #keepsUsed = true
  #closed = false

  /** `names`: what lies in the folder. */
  constructor(deps: { files: JournalFiles; segmentBytes: number; log: Log; names: readonly string[] }) {
    this.#files = deps.files
    this.#segmentBytes = deps.segmentBytes
    this.#log = deps.log
    this.#free = deps.names.map(freeFileOf).filter((file) => file !== undefined)
  }

  get freeBytes(): number {
    return this.#free.reduce((sum, { bytes }) => sum + bytes, 0)
  }

  /** A segment with room for `needed` bytes of groups, its header and name durable. Throws what the disk says. */
  async take(header: Omit<SegmentHeader, 'id'>, needed: number): Promise<OpenSegment> {
    await this.#refilling
    const bytes = Math.max(this.#segmentBytes, firstGroupOffset + needed)
    const place = this.#free.findIndex((file) => file.bytes >= bytes)
    const free = place >= 0 ? (this.#free.splice(place, 1)[0] as FreeFile) : await this.#make(bytes)
    const whole = { ...header, id: randomBytes(8) }
    const file = await this.#files.open(free.name)
    try {
      await file.write(encodeSegmentHeader(whole), 0)
      await file.datasync()
      await this.#files.rename(free.name, segmentName(header.number))
    } catch (error) {
      file.close()
      throw error
    }
    return { header: whole, file, bytes: free.bytes }
  }

  /** Makes one free segment ready in the background, so that the next change of segment does not wait for it. */
  prepare(): void {
    if (this.#closed || this.#refilling || this.#free.length > 0) return
    this.#refilling = this.#make(this.#segmentBytes)
      .then((file) => void this.#free.push(file))
      .catch((error) => this.#log.warn({ err: error }, 'A journal segment could not be made ahead; it is tried again when it is needed.'))
      .finally(() => {
        this.#refilling = undefined
      })
  }

  /** Takes back a segment that nobody needs any more: to be used again, or, when there are enough or it cannot be renamed, removed. */
  async giveBack(name: string, bytes: number): Promise<void> {
    if (!this.#keepsUsed || this.#free.length >= keptFree || bytes !== this.#segmentBytes) return this.#files.remove(name)
    const free = { name: freeName(bytes), bytes }
    try {
      await this.#files.rename(name, free.name)
    } catch (error) {
      this.#log.warn({ err: error }, 'A journal segment could not be kept for later use; it is removed.')
      return this.#files.remove(name)
    }
    this.#free.push(free)
  }

  /** Removes the free segments, of which each may hold what was written long ago, and from now on keeps none that was used, until `keepUsed`. */
  async discardFree(): Promise<void> {
    await this.#refilling
    this.#keepsUsed = false
    for (const { name } of this.#free.splice(0)) await this.#files.remove(name)
  }

  keepUsed(): void {
    this.#keepsUsed = true
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#refilling
  }

  async #make(bytes: number): Promise<FreeFile> {
    const unfinished = `new-${randomBytes(6).toString('hex')}.tmp`
    await this.#files.preallocate(unfinished, bytes)
    const file = { name: freeName(bytes), bytes }
    await this.#files.rename(unfinished, file.name)
    return file
  }
}

const freeName = (bytes: number): string => `free-${randomBytes(6).toString('hex')}-${bytes}.hfj`
