import { CallError, call } from '../../bridge/call.ts'
import { saveBytes } from '../../bridge/file-sink.ts'

const atOnce = 8
/** What is collected before it is saved. Larger exports are made by prefix, which writes as it reads. */
const maxBytes = 256 * 1024 * 1024

/** Saves these records as NDJSON, one a line, in the order of the keys. Those that are gone are left out. Resolves to how many there are. */
export async function exportMarked(keys: readonly string[], onProgress: (done: number) => void, signal: AbortSignal): Promise<number> {
  const lines: string[] = []
  let bytes = 0
  for (let start = 0; start < keys.length; start += atOnce) {
    const records = await Promise.all(keys.slice(start, start + atOnce).map((key) => lineOf(key, signal)))
    for (const line of records) {
      if (line === undefined) continue
      bytes += line.length
      if (bytes > maxBytes)
        throw new CallError({ code: 'too_large', message: 'This is too much for one file from marks.', retryable: false })
      lines.push(line)
    }
    onProgress(Math.min(keys.length, start + atOnce))
  }
  await saveBytes('records.ndjson', 'application/x-ndjson', new TextEncoder().encode(lines.join('')))
  return lines.length
}

async function lineOf(key: string, signal: AbortSignal): Promise<string | undefined> {
  try {
    const { value, encoding, contentType, expiresAt } = await call('records.get', { key }, signal)
    return `${JSON.stringify({ key, value, encoding, contentType, ...(expiresAt !== undefined && { expiresAt }) })}\n`
  } catch (error) {
    if (error instanceof CallError && error.code === 'not_found') return undefined
    throw error
  }
}
