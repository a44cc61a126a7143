import { PackMeans } from '../../src/main/persistence/pack-means.ts'
import type { RecordStore } from '../../src/main/persistence/record-store.ts'
import { BulkReader } from '../../src/main/storage/reading/bulk-reader.ts'

/** A reader for few records, which needs no thread for them. */
export const readerOver = (store: Pick<RecordStore, 'page'>): BulkReader =>
  new BulkReader({ store, means: new PackMeans({ compresses: false }), threads: 1 })
