/** What a store can be told. Sizes in bytes. */
export interface StoreSettings {
  /** How long a `committed` write may stay unsynced. 0: synced at once. */
  readonly flushEveryMs: number
  /** One journal segment; preallocated. */
  readonly segmentBytes: number
  /** How much the overlay holds before writers wait. */
  readonly overlayMaxBytes: number
  /** Kept free on the disk for deletes and compaction. */
  readonly reserveBytes: number
  /** How often expired records are looked for. They are absent for readers at once. */
  readonly sweepEveryMs: number
  /** How many threads compress and encrypt what goes into the database. */
  readonly packThreads: number
}

export const defaultStoreSettings: StoreSettings = {
  flushEveryMs: 0,
  segmentBytes: 32 * 1024 * 1024,
  overlayMaxBytes: 64 * 1024 * 1024,
  reserveBytes: 16 * 1024 * 1024,
  sweepEveryMs: 30_000,
  packThreads: 2,
}
