import type { Envelope, SavedFiles } from '../../contract/index.ts'
import { bridge } from './bridge.ts'
import { CallError } from './call.ts'

/** Where the pieces of a file go. `close` makes it whole; `abort` leaves nothing behind. */
export interface FileSink {
  write(piece: Uint8Array<ArrayBuffer>): Promise<void>
  close(): Promise<void>
  abort(): Promise<void>
}

interface PickedFile {
  createWritable(): Promise<{ write(piece: BufferSource): Promise<void>; close(): Promise<void>; abort(): Promise<void> }>
}

type Picker = (options: { suggestedName: string }) => Promise<PickedFile>

/** Where neither the app nor the browser writes to the disk as pieces come, a file is collected first: up to this size. */
const maxCollectedBytes = 512 * 1024 * 1024
const maxPieceBytes = 4 * 1024 * 1024

/**
 * Asks where to save. The desktop app and browsers with a picker of their own put pieces straight to the disk; else a download is
 * collected, and a `CallError` with `too_large` says when it is more than that is good for. Undefined when the person changed their mind.
 */
export async function openFileSink(name: string, contentType: string): Promise<FileSink | undefined> {
  const files = bridge()?.files
  if (files) return await appSink(files, name)
  const picker = (window as { showSaveFilePicker?: Picker }).showSaveFilePicker
  if (!picker) return downloadSink(name, contentType)
  try {
    return await (await picker.call(window, { suggestedName: name })).createWritable()
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return undefined
    return downloadSink(name, contentType)
  }
}

async function appSink(files: SavedFiles, name: string): Promise<FileSink | undefined> {
  const file = resultOf(await files.open(name))
  if (file === null) return undefined
  return {
    async write(piece) {
      for (let at = 0; at < piece.length; at += maxPieceBytes) resultOf(await files.write(file, piece.subarray(at, at + maxPieceBytes)))
    },
    close: async () => void resultOf(await files.close(file)),
    abort: async () => void (await files.abort(file)),
  }
}

function resultOf<T>(reply: Envelope<T>): T {
  if (reply.ok) return reply.value
  throw new CallError(reply.error)
}

function downloadSink(name: string, contentType: string): FileSink {
  const pieces: Uint8Array<ArrayBuffer>[] = []
  let bytes = 0
  return {
    write: async (piece) => {
      bytes += piece.length
      if (bytes > maxCollectedBytes) throw tooLarge()
      pieces.push(piece)
    },
    close: async () => {
      const address = URL.createObjectURL(new Blob(pieces, { type: contentType }))
      const link = document.createElement('a')
      link.href = address
      link.download = name
      link.click()
      // The download has taken hold of it by then.
      setTimeout(() => URL.revokeObjectURL(address), 60_000)
    },
    abort: async () => {
      pieces.length = 0
    },
  }
}

const tooLarge = (): CallError =>
  new CallError({
    code: 'too_large',
    message: 'This browser cannot write so large a file as it comes. Use Chromium, the desktop app, or “holdfast export --output FILE”.',
    retryable: false,
  })

/** Saves bytes that are at hand. */
export async function saveBytes(name: string, contentType: string, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  const sink = await openFileSink(name, contentType)
  await sink?.write(bytes)
  await sink?.close()
}

/** A key as a file name: what file systems refuse becomes `_`; not longer than they take. */
export function fileNameOf(key: string, extension: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what has to go
  const safe = key.replaceAll(/[\u0000-\u001f\u007f/\\:*?"<>|]/g, '_').replace(/^\.+/, '_')
  return `${safe.slice(0, 100) || 'record'}${extension}`
}
