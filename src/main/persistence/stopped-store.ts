import { HoldfastError } from '../base/errors.ts'
import { LatencyHistogram } from '../base/latency-histogram.ts'
import type { CollectionStore } from './indexes/collection-store.ts'
import { nothingPacked } from './packing-figures.ts'
import type { GenerationalStore, StoreFigures, StoreMode } from './record-store.ts'
import type { StoreSpace } from './space-port.ts'
import type { SystemTable } from './system-table.ts'

/** Stands where the data on disk contradicts itself: it serves nothing and changes nothing, and says why. */
export class StoppedStore implements GenerationalStore {
  readonly mode: StoreMode
  readonly timeline = 'unknown'
  readonly previousGeneration = null
  readonly system: SystemTable = {
    get: () => undefined,
    entries: () => [],
    write: async () => {
      throw this.#refusal()
    },
    onChanged: () => () => {},
  }
  readonly space: StoreSpace
  readonly collections: CollectionStore = this.#noCollections()
  readonly #noLatency = new LatencyHistogram()

  constructor(reason: string) {
    this.mode = { kind: 'stopped', code: 'store_damaged', reason }
    const refuse = (): never => {
      throw this.#refusal()
    }
    this.space = {
      figures: refuse,
      pages: refuse,
      expired: refuse,
      sizes: refuse,
      roomForCompaction: refuse,
      assertCanCompact: async () => refuse(),
      compact: async () => refuse(),
    }
  }

  get(): never {
    throw this.#refusal()
  }

  getMeta(): never {
    throw this.#refusal()
  }

  page(): never {
    throw this.#refusal()
  }

  stride(): never {
    throw this.#refusal()
  }

  async commit(): Promise<never> {
    throw this.#refusal()
  }

  async holdSnapshot(): Promise<never> {
    throw this.#refusal()
  }

  newGenerationFolder(): never {
    throw this.#refusal()
  }

  async switchGeneration(): Promise<never> {
    throw this.#refusal()
  }

  takeUnpacked(): number {
    return 0
  }

  async repack(): Promise<never> {
    throw this.#refusal()
  }

  async eraseTraces(): Promise<never> {
    throw this.#refusal()
  }

  setFlushEveryMs(): void {}

  async discardGeneration(): Promise<void> {}

  onCommitted(): () => void {
    return () => {}
  }

  onStateChange(): () => void {
    return () => {}
  }

  figures(): StoreFigures {
    return {
      timeline: this.timeline,
      generation: 'unknown',
      sequence: 0,
      appliedSequence: 0,
      records: 0,
      recordsExact: false,
      overlayBytes: 0,
      databaseBytes: 0,
      journalBytes: 0,
      syncP50Ms: 0,
      overlayMaxBytes: 0,
      packing: nothingPacked,
      syncLatency: this.#noLatency,
      waitLatency: this.#noLatency,
    }
  }

  async close(): Promise<void> {}

  #noCollections(): CollectionStore {
    const refuse = (): never => {
      throw this.#refusal()
    }
    return {
      get plans() {
        return refuse()
      },
      named: refuse,
      problemOf: refuse,
      marker: refuse,
      scan: refuse,
      build: async () => refuse(),
      dropUnused: async () => refuse(),
    }
  }

  #refusal(): HoldfastError {
    return new HoldfastError('store_damaged', this.mode.kind === 'stopped' ? this.mode.reason : 'The store is damaged.')
  }
}
