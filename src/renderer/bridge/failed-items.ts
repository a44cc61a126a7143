import { call } from './call.ts'
import { saveBytes } from './file-sink.ts'
import { bytesOfBase64 } from './value-bytes.ts'

/** Gives the person the file of what an import of the host could not take. */
export async function saveFailedItems(id: string): Promise<void> {
  const parts: Uint8Array<ArrayBuffer>[] = []
  let offset = 0
  for (;;) {
    const part = await call('imports.errors', { id, offset })
    const bytes = bytesOfBase64(part.bytes)
    parts.push(bytes)
    offset += bytes.length
    if (bytes.length === 0 || offset >= part.size) {
      await saveBytes(part.name, 'application/octet-stream', await new Blob(parts).bytes())
      return
    }
  }
}
