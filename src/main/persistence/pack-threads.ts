import { ThreadPool } from '../base/thread-pool.ts'
import type { MeansMessage, PackMeans } from './pack-means.ts'
import { bundle, type PackedBundle, type RecordBundle, split } from './pack-messages.ts'

export interface KeyedRecord {
  readonly key: string
  readonly record: Buffer
}

/** Threads that pack records, begun as they are needed and kept. The caller bounds what is under way: it waits for one bundle after another. */
export class PackThreads {
  readonly #pool: ThreadPool<MeansMessage, RecordBundle, PackedBundle>

  constructor({ means, threads }: { means: PackMeans; threads: number }) {
    this.#pool = new ThreadPool({
      name: 'holdfast packing',
      source: ['src', 'main', 'persistence', 'pack-worker.ts'],
      built: ['out', 'main', 'pack-worker.js'],
      most: threads,
      means,
    })
  }

  /** How many bundles are packed at once. */
  get threads(): number {
    return this.#pool.most
  }

  /** The records as the means of this moment say. Rejects when a record cannot be opened, or the thread breaks. */
  async pack(records: readonly KeyedRecord[]): Promise<Buffer[]> {
    const sent = bundle(records)
    const { lengths, bytes } = await this.#pool.do(sent, [sent.bytes])
    const packed = split(bytes, lengths)
    return records.map(({ record }, index) => (lengths[index] === 0 ? record : (packed[index] as Buffer)))
  }

  close(): Promise<void> {
    return this.#pool.close()
  }
}
