import { statSync } from 'node:fs'
import { open, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** What a commit will write, as far as it can be known before. */
export interface CommitSize {
  /** Of each key that is put or removed: bytes of the record, 0 where it is removed. */
  readonly recordBytes: readonly number[]
  /** Of the table. */
  readonly leafPages: number
  /** Each is put behind all that is there: pages are filled one after the other, and none is copied. */
  readonly inOrder?: boolean
}

export interface FileShape {
  readonly pageBytes: number
  readonly lastPage: number
}

const chunkBytes = 4 * 1024 * 1024
const baseBytes = 256 * 1024
/** Pages that a commit copies are mostly taken from those that earlier ones left free; beyond this they are taken to be. */
const mostCopiedBytes = 64 * 1024 * 1024
/** What an entry of a page takes besides key and value. */
const nodeBytes = 12
const zeros = Buffer.alloc(chunkBytes)

/**
 * Takes the room that a commit needs before LMDB begins it, by making the file longer: so a disk without room is met here, where it harms nothing. Inside
 * of a commit lmdb-js 3.5.6 may not survive it: it words the failed write into a buffer that is too short (docs/adr/0003-room-before-a-commit.md).
 */
export class DatabaseRoom {
  readonly #file: string
  #fileBytes = 0

  constructor(file: string) {
    this.#file = file
  }

  /** Throws what the disk says, ENOSPC mostly; then nothing has changed. */
  async take(size: CommitSize, shape: FileShape): Promise<void> {
    // There LMDB keeps the file as long as its map.
    if (process.platform === 'win32') return
    const wantedBytes = (shape.lastPage + 1) * shape.pageBytes + Math.ceil(neededBytes(size, shape.pageBytes))
    if (wantedBytes <= this.#fileBytes) return
    this.#fileBytes = statSync(this.#file).size
    if (wantedBytes > this.#fileBytes) await this.#extend(wantedBytes)
  }

  async #extend(wantedBytes: number): Promise<void> {
    const file = await open(this.#file, 'r+')
    try {
      while (this.#fileBytes < wantedBytes) {
        const { bytesWritten } = await file.write(zeros, 0, Math.min(chunkBytes, wantedBytes - this.#fileBytes), this.#fileBytes)
        this.#fileBytes += bytesWritten
      }
    } finally {
      await file.close()
    }
  }
}

/** Throws what the disk says when a new environment would find no room; lmdb-js 3.5.6 ends the process when the first write into one fails. */
export async function probeRoom(folder: string): Promise<void> {
  const file = join(folder, 'room')
  try {
    await writeFile(file, zeros.subarray(0, baseBytes))
  } finally {
    await rm(file, { force: true })
  }
}

/** Small records lie together in leaves, half full at worst; larger ones have pages of their own. Each leaf that is touched is copied. */
function neededBytes({ recordBytes, leafPages, inOrder }: CommitSize, pageBytes: number): number {
  let bytes = baseBytes + (inOrder ? 0 : Math.min(Math.min(recordBytes.length, leafPages) * pageBytes, mostCopiedBytes))
  // In order a page is left when the next one does not fit, so a quarter of it is lost at most.
  const factor = inOrder ? 1.4 : 2
  for (const length of recordBytes) {
    bytes +=
      length < pageBytes / 4 ? factor * (length + (inOrder ? nodeBytes : 0)) : Math.ceil((length + pageBytes / 2) / pageBytes) * pageBytes
  }
  return bytes
}
