import { closeSync, fdatasync, fdatasyncSync, open as openCallback, write, writeSync } from 'node:fs'
import { open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { syncFolder } from '../base/durable-file.ts'
import { makeFolder } from '../base/make-folder.ts'

// Plain descriptors: a FileHandle would close its own when it is collected.
const openDescriptor = promisify(openCallback)
const writeAsync = promisify(write)
const datasyncAsync = promisify(fdatasync)

/** A segment that is open for writing at given places. */
export interface JournalFile {
  writeSync(bytes: Buffer, position: number): void
  write(bytes: Buffer, position: number): Promise<void>
  /** When it returns, every write that returned before it began survives power loss. */
  datasyncSync(): void
  datasync(): Promise<void>
  close(): void
}

/** The journal's way to its folder: what tests put faults into. */
export interface JournalFiles {
  makeFolder(): Promise<void>
  /** Names in the folder; undefined when there is no such folder. */
  list(): Promise<string[] | undefined>
  /** The whole file, or its first `bytes`. */
  read(name: string, bytes?: number): Promise<Buffer>
  /** A new file of zeros, synced with its folder: later writes change no metadata, so that a datasync is enough (JN5). */
  preallocate(name: string, bytes: number): Promise<void>
  open(name: string): Promise<JournalFile>
  /** Renames and makes that durable. */
  rename(from: string, to: string): Promise<void>
  /** Durable when it resolves: segments go in their order, and power loss brings none back. */
  remove(name: string): Promise<void>
}

const pieceBytes = 1024 * 1024

export class FolderJournalFiles implements JournalFiles {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  async makeFolder(): Promise<void> {
    await makeFolder(this.#folder)
    await syncFolder(join(this.#folder, '..'))
  }

  async list(): Promise<string[] | undefined> {
    try {
      return await readdir(this.#folder)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw error
    }
  }

  async read(name: string, bytes?: number): Promise<Buffer> {
    const path = join(this.#folder, name)
    if (bytes === undefined) return readFile(path)
    const handle = await open(path, 'r')
    try {
      const { buffer, bytesRead } = await handle.read(Buffer.alloc(bytes), 0, bytes, 0)
      return buffer.subarray(0, bytesRead)
    } finally {
      await handle.close()
    }
  }

  async preallocate(name: string, bytes: number): Promise<void> {
    const handle = await open(join(this.#folder, name), 'w', 0o600)
    try {
      const zeros = Buffer.alloc(Math.min(pieceBytes, bytes))
      for (let at = 0; at < bytes; at += zeros.length)
        await writeWhole(handle.fd, zeros.subarray(0, Math.min(zeros.length, bytes - at)), at)
      await handle.sync()
    } catch (error) {
      await handle.close()
      await rm(join(this.#folder, name), { force: true })
      throw error
    }
    await handle.close()
    await syncFolder(this.#folder)
  }

  async open(name: string): Promise<JournalFile> {
    const fd = await openDescriptor(join(this.#folder, name), 'r+')
    return {
      writeSync(bytes, position) {
        for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at, bytes.length - at, position + at)
      },
      write: (bytes, position) => writeWhole(fd, bytes, position),
      datasyncSync: () => fdatasyncSync(fd),
      datasync: () => datasyncAsync(fd),
      close: () => closeSync(fd),
    }
  }

  async rename(from: string, to: string): Promise<void> {
    await rename(join(this.#folder, from), join(this.#folder, to))
    await syncFolder(this.#folder)
  }

  async remove(name: string): Promise<void> {
    await rm(join(this.#folder, name), { force: true })
    await syncFolder(this.#folder)
  }
}

// A write may take only a part, on a disk that fills up for instance.
async function writeWhole(fd: number, bytes: Buffer, position: number): Promise<void> {
  for (let at = 0; at < bytes.length; ) at += (await writeAsync(fd, bytes, at, bytes.length - at, position + at)).bytesWritten
}
