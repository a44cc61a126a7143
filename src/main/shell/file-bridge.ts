import { randomUUID } from 'node:crypto'
import { basename } from 'node:path'
import type { IpcMain, IpcMainInvokeEvent, WebContents } from 'electron'
import { channels } from '../../contract/bridge.ts'
import type { Envelope } from '../../contract/errors.ts'
import { FileReplacement } from '../base/durable-file.ts'
import { HoldfastError } from '../base/errors.ts'
import type { Log } from '../base/log.ts'

const maxFiles = 16
const maxPieceBytes = 8 * 1024 * 1024
const maxNameLength = 200

export interface FileBridgeDeps {
  ipcMain: Pick<IpcMain, 'handle'>
  isTrusted(event: IpcMainInvokeEvent): boolean
  /** Asks the person where to; undefined when they changed their mind. */
  askPath(suggestedName: string): Promise<string | undefined>
  log: Log
}

/** A file that a page writes. It belongs to the page and ends with it. */
interface OpenedFile {
  readonly owner: WebContents
  readonly path: string
  readonly replacement: FileReplacement
}

/**
 * Writes files for the page where a person said, a piece at a time, so that an export of any size needs no memory. The page names no path:
 * it only suggests a name, and the person's answer stays here. Always answers with an envelope.
 */
export class FileBridge {
  readonly #deps: FileBridgeDeps
  readonly #files = new Map<string, OpenedFile>()
  readonly #owners = new WeakSet<WebContents>()

  constructor(deps: FileBridgeDeps) {
    this.#deps = deps
    deps.ipcMain.handle(channels.file, (event, call: unknown, first: unknown, second: unknown) => this.#answer(event, call, first, second))
  }

  async #answer(event: IpcMainInvokeEvent, call: unknown, first: unknown, second: unknown): Promise<Envelope<unknown>> {
    try {
      if (!this.#deps.isTrusted(event)) throw new HoldfastError('forbidden', 'This page may not write files.')
      return { ok: true, value: await this.#run(event.sender, call, first, second) }
    } catch (error) {
      return { ok: false, error: failureOf(error).toBody() }
    }
  }

  async #run(sender: WebContents, call: unknown, first: unknown, second: unknown): Promise<string | null> {
    switch (call) {
      case 'open':
        return await this.#open(sender, first)
      case 'write':
        await this.#fileOf(sender, first).replacement.write(pieceOf(second))
        return null
      case 'close':
        await this.#close(sender, first)
        return null
      case 'abort':
        await this.#abort(String(first), sender)
        return null
      default:
        throw new HoldfastError('invalid_request', 'There is no such call for files.')
    }
  }

  async #open(owner: WebContents, name: unknown): Promise<string | null> {
    if (typeof name !== 'string' || name === '' || name.length > maxNameLength) {
      throw new HoldfastError('invalid_request', `A file has a name of at most ${maxNameLength} characters.`)
    }
    if (this.#files.size >= maxFiles) throw new HoldfastError('overloaded', 'Too many files are being written; wait for one of them.')
    const path = await this.#deps.askPath(basename(name))
    if (path === undefined) return null
    const replacement = await FileReplacement.begin(path)
    const id = randomUUID()
    this.#files.set(id, { owner, path, replacement })
    this.#watch(owner)
    return id
  }

  async #close(sender: WebContents, id: unknown): Promise<void> {
    const { replacement, path } = this.#fileOf(sender, id)
    try {
      await replacement.commit()
    } catch (error) {
      await replacement.discard()
      throw error
    } finally {
      this.#files.delete(String(id))
    }
    this.#deps.log.info({ path }, 'A file was saved for the page')
  }

  async #abort(id: string, sender: WebContents): Promise<void> {
    const file = this.#files.get(id)
    if (file?.owner !== sender) return
    this.#files.delete(id)
    await file.replacement.discard()
  }

  #fileOf(sender: WebContents, id: unknown): OpenedFile {
    const file = typeof id === 'string' ? this.#files.get(id) : undefined
    if (file?.owner !== sender) throw new HoldfastError('not_found', 'This file is not being written any more.')
    return file
  }

  #watch(owner: WebContents): void {
    if (this.#owners.has(owner)) return
    this.#owners.add(owner)
    const release = () => {
      for (const [id, file] of [...this.#files]) if (file.owner === owner) void this.#abort(id, owner)
    }
    owner.once('destroyed', release)
    owner.on('render-process-gone', release)
    owner.on('did-start-navigation', (details) => {
      if (details.isMainFrame && !details.isSameDocument) release()
    })
  }
}

function pieceOf(piece: unknown): Uint8Array {
  if (piece instanceof Uint8Array && piece.byteLength <= maxPieceBytes) return piece
  throw new HoldfastError('invalid_request', `A piece of a file is at most ${maxPieceBytes} bytes.`)
}

function failureOf(error: unknown): HoldfastError {
  if (error instanceof HoldfastError) return error
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'ENOSPC') return new HoldfastError('disk_full', 'The disk is full, so the file was not written.', { cause: error })
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') {
    return new HoldfastError('forbidden', 'The file may not be written there; choose another folder.', { cause: error })
  }
  return new HoldfastError('internal', `The file could not be written: ${message}.`, { cause: error })
}
