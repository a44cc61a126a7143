/** An opaque name of one state of one record; compares as a string in the order of commits. Hybrid logical clock and node id. */
export type Version = string

export interface RecordMeta {
  readonly version: Version
  readonly contentType: string
  /** Bytes of the value. */
  readonly size: number
  readonly createdAtMs: number
  readonly updatedAtMs: number
  readonly expiresAtMs: number | null
}

export interface StoredRecord {
  readonly key: string
  readonly meta: RecordMeta
  /** The caller must not write into it. */
  readonly value: Uint8Array
}
