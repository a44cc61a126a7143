/** Records one behind the other in one buffer, which is transferred and not copied. */
export interface RecordBundle {
  readonly keys: readonly string[]
  readonly lengths: Uint32Array
  readonly bytes: Uint8Array
}

/** The packed ones in the order in which they were sent. A length of 0: the record that was sent stays. */
export type PackedBundle = Omit<RecordBundle, 'keys'>

export function bundle(records: readonly { readonly key: string; readonly record: Buffer }[]): RecordBundle {
  const lengths = Uint32Array.from(records, ({ record }) => record.length)
  return { keys: records.map(({ key }) => key), lengths, bytes: joined(records.map(({ record }) => record)) }
}

/** In memory of its own: what comes from Node's pool cannot be transferred. */
export function joined(parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, { byteLength }) => sum + byteLength, 0))
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.byteLength
  }
  return bytes
}

/** Views of the bytes, one for each length. */
export function split(bytes: Uint8Array, lengths: Uint32Array): Buffer[] {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 0
  return Array.from(lengths, (length) => {
    at += length
    return all.subarray(at - length, at)
  })
}
