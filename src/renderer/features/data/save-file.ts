/** Where the pieces of a file go. `close` makes it whole; `abort` leaves nothing usable behind. */
export interface FileSink {
  write(piece: Uint8Array<ArrayBuffer>): Promise<void>
  close(): Promise<void>
  abort(): Promise<void>
}

interface PickedFile {
  createWritable(): Promise<{ write(piece: BufferSource): Promise<void>; close(): Promise<void>; abort(): Promise<void> }>
}

type Picker = (options: { suggestedName: string }) => Promise<PickedFile>

/**
 * Asks where to save, where the browser can (then pieces go straight to the disk), else collects a download.
 * Undefined when the person changed their mind.
 */
export async function openFileSink(name: string, contentType: string): Promise<FileSink | undefined> {
  const picker = (window as { showSaveFilePicker?: Picker }).showSaveFilePicker
  if (!picker) return downloadSink(name, contentType)
  try {
    return await (await picker.call(window, { suggestedName: name })).createWritable()
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return undefined
    // The picker exists but is not allowed here, as in the desktop app: a download asks by itself.
    return downloadSink(name, contentType)
  }
}

function downloadSink(name: string, contentType: string): FileSink {
  const pieces: Uint8Array<ArrayBuffer>[] = []
  return {
    write: async (piece) => {
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
