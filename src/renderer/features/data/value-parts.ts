import { maxPartBytes, type RecordPart } from '../../../contract/index.ts'
import { call } from '../../bridge/call.ts'
import { bytesOfBase64 } from '../../bridge/value-bytes.ts'

/** So much of a value is read to show it; more only when somebody asks, or when it cannot be shown without. */
export const previewBytes = 64 * 1024

/** What is known of a record without its value. */
export type RecordHead = Omit<RecordPart, 'offset' | 'bytes'>

/** The bytes of one state of a record, part by part. Throws `CallError`: `precondition_failed` when the record has been changed since. */
export async function* partsOf(
  record: Pick<RecordHead, 'key' | 'version' | 'size'>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for (let offset = 0; offset < record.size; offset += maxPartBytes) {
    const part = await call('records.readPart', { key: record.key, offset, length: maxPartBytes, ifVersion: record.version }, signal)
    yield bytesOfBase64(part.bytes)
  }
}

/** The whole value. `onRead` is told how many bytes are there. */
export async function readWhole(
  record: Pick<RecordHead, 'key' | 'version' | 'size'>,
  onRead: (bytes: number) => void,
  signal: AbortSignal,
): Promise<Uint8Array<ArrayBuffer>> {
  const whole = new Uint8Array(record.size)
  let read = 0
  for await (const part of partsOf(record, signal)) {
    whole.set(part, read)
    read += part.length
    onRead(read)
  }
  return whole
}
