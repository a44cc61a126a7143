import type { Log } from '../base/log.ts'
import type { PackMeans } from './pack-means.ts'
import { isPackedOtherwise, type PackPlan, packRecord } from './pack-record.ts'
import { type KeyedRecord, PackThreads } from './pack-threads.ts'
import { valueBytesOf } from './record-header.ts'

/** Less than this is packed here: a few tenths of a millisecond, and a thread would have to be woken. */
const inlineBytes = 16 * 1024
const bundleBytes = 512 * 1024
const bundleRecords = 500

export interface RecordPackerDeps {
  readonly means: PackMeans
  /** How many threads pack at once. */
  readonly threads: number
  readonly log: Log
}

/**
 * Compresses and encrypts records on their way into the database, off the event loop but for a few small ones. Whoever waits for a commit does not wait
 * for this: what is acknowledged lies in the journal, and is packed when it is drained.
 */
export class RecordPacker {
  readonly means: PackMeans
  readonly #log: Log
  readonly #threads: PackThreads
  #hasFailed = false
  #left = 0

  constructor({ means, threads, log }: RecordPackerDeps) {
    this.means = means
    this.#log = log
    this.#threads = new PackThreads({ means, threads })
  }

  /** How many values were left as they are for speed, since this was last asked. */
  takeLeft(): number {
    const left = this.#left
    this.#left = 0
    return left
  }

  /**
   * The same records in their order, each packed as is said now. Where they are to be encrypted it throws rather than give back one that is not; else a
   * record that cannot be packed stays as it is. `valuesFromBytes`: smaller ones may stay as they are, for speed.
   */
  async pack(records: readonly KeyedRecord[], valuesFromBytes = 0): Promise<readonly Buffer[]> {
    const packed = records.map(({ record }) => record)
    if (this.means.isKeyMissing) return packed
    const { plan } = this.means
    const places = placesToPack(records, plan, valuesFromBytes)
    if (valuesFromBytes > 0) this.#left += records.length - places.length
    const bundles = bundlesOf(records, places)
    const [first] = bundles
    if (first === undefined) return packed
    const put = (bundle: readonly number[], results: readonly Buffer[]) => {
      for (const [index, place] of bundle.entries()) packed[place] = results[index] as Buffer
    }
    if (bundles.length === 1 && bytesOf(records, first) <= inlineBytes) {
      put(
        first,
        this.#packHere(
          first.map((place) => records[place] as KeyedRecord),
          plan,
        ),
      )
      return packed
    }
    const next = bundles.values()
    const work = async () => {
      for (const bundle of next)
        put(
          bundle,
          await this.#packThere(
            bundle.map((place) => records[place] as KeyedRecord),
            plan,
          ),
        )
    }
    await Promise.all(Array.from({ length: Math.min(this.#threads.threads, bundles.length) }, work))
    return packed
  }

  close(): Promise<void> {
    return this.#threads.close()
  }

  async #packThere(records: readonly KeyedRecord[], plan: PackPlan): Promise<readonly Buffer[]> {
    try {
      return await this.#threads.pack(records)
    } catch (error) {
      if (!this.#hasFailed) this.#log.error({ err: error }, 'Records could not be packed in a thread; it is done one by one.')
      this.#hasFailed = true
      return this.#packHere(records, plan)
    }
  }

  #packHere(records: readonly KeyedRecord[], plan: PackPlan): Buffer[] {
    return records.map(({ key, record }) => {
      try {
        return packRecord(key, record, plan, this.means)
      } catch (error) {
        // A record that was encrypted with another key, or is damaged, is nothing to lose the others for; and it holds nothing that can be read.
        if (record[1] === 0) throw error
        return record
      }
    })
  }
}

function placesToPack(records: readonly KeyedRecord[], plan: PackPlan, valuesFromBytes: number): number[] {
  const places: number[] = []
  const isEveryOne = plan.sealer !== null
  if (!isEveryOne && plan.compressFromBytes === Number.POSITIVE_INFINITY) {
    // What was encrypted or compressed before may still be on its way.
    for (const [place, { record }] of records.entries()) if (record[1] !== 0) places.push(place)
    return places
  }
  for (let place = 0; place < records.length; place++) {
    const { key, record } = records[place] as KeyedRecord
    if (isEveryOne || record[1] !== 0 || (valueBytesOf(record) >= valuesFromBytes && isPackedOtherwise(key, record, plan)))
      places.push(place)
  }
  return places
}

function bundlesOf(records: readonly KeyedRecord[], places: readonly number[]): number[][] {
  const bundles: number[][] = []
  let bytes = bundleBytes
  for (const place of places) {
    const bundle = bundles.at(-1)
    if (bundle === undefined || bytes >= bundleBytes || bundle.length >= bundleRecords) {
      bundles.push([place])
      bytes = 0
    } else bundle.push(place)
    bytes += (records[place] as KeyedRecord).record.length
  }
  return bundles
}

const bytesOf = (records: readonly KeyedRecord[], places: readonly number[]): number =>
  places.reduce((sum, place) => sum + (records[place] as KeyedRecord).record.length, 0)
