import type { Clock } from '../base/clock.ts'
import type { HoldfastError } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import type { Drain } from './drain.ts'
import { Catalogue } from './indexes/catalogue.ts'
import { CollectionGuard } from './indexes/collection-guard.ts'
import type { CollectionPlan } from './indexes/collection-plan.ts'
import type { BuildOutcome, BuildProgress, CollectionStore, IndexHits, IndexSpan } from './indexes/collection-store.ts'
import { IndexBuilder } from './indexes/index-builder.ts'
import { scanIndex } from './indexes/index-scan.ts'
import { IndexUpkeep } from './indexes/index-upkeep.ts'
import { OverlayIndex } from './indexes/overlay-index.ts'
import { collectionPrefix } from './indexes/stored-collection.ts'
import type { LmdbEnvironment } from './lmdb-environment.ts'
import type { IndexMarker } from './lmdb-index-table.ts'
import type { Overlay } from './overlay.ts'
import type { PayloadMeans } from './payload-codec.ts'
import type { SystemEntries } from './system-table.ts'

export interface LmdbCollectionsDeps {
  readonly system: SystemEntries
  readonly overlay: Overlay
  readonly means: PayloadMeans
  readonly environment: () => LmdbEnvironment
  readonly drain: () => Drain
  readonly drainAll: (signal: AbortSignal) => Promise<void>
  /** Throws why nothing can be read now. */
  readonly refuseReads: () => void
  readonly clock: Clock
  readonly log: Log
}

/** Collections and indexes of an `LmdbStore`: one catalogue, and everybody who goes by it. */
export class LmdbCollections implements CollectionStore {
  readonly guard: CollectionGuard
  readonly upkeep: IndexUpkeep
  readonly #deps: LmdbCollectionsDeps
  readonly #catalogue: Catalogue
  readonly #overlayIndex: OverlayIndex

  /** Before the system table is filled. */
  constructor(deps: LmdbCollectionsDeps) {
    const { system, overlay, means, environment, log } = deps
    this.#deps = deps
    this.#catalogue = new Catalogue({ log })
    this.#overlayIndex = new OverlayIndex({ overlay, catalogue: this.#catalogue, means })
    const parts = { catalogue: this.#catalogue, overlay, overlayIndex: this.#overlayIndex, environment, means }
    this.guard = new CollectionGuard(parts)
    this.upkeep = new IndexUpkeep(parts)
    system.onChanged((keys) => {
      const isTold = keys === undefined || keys.some((key) => key.startsWith(collectionPrefix))
      if (isTold) this.#catalogue.replace(system.entries(collectionPrefix))
    })
  }

  get plans(): readonly CollectionPlan[] {
    return this.#catalogue.plans
  }

  named(name: string): CollectionPlan | undefined {
    return this.#catalogue.named(name)
  }

  problemOf(key: string, contentType: string, value: Uint8Array): HoldfastError | undefined {
    return this.guard.problemOf(key, contentType, value)
  }

  marker(id: string): IndexMarker | undefined {
    this.#deps.refuseReads()
    return this.#deps.environment().indexes.marker(id)
  }

  scan(span: IndexSpan): IndexHits {
    const { refuseReads, environment, overlay, means, clock } = this.#deps
    refuseReads()
    const source = { environment: environment(), overlay, overlayIndex: this.#overlayIndex, means }
    return scanIndex(source, span, clock.wallMs())
  }

  build(id: string, progress: BuildProgress): Promise<BuildOutcome> {
    return this.#builder().build(id, progress)
  }

  dropUnused(signal: AbortSignal): Promise<void> {
    return this.#builder().dropUnused(signal)
  }

  #builder(): IndexBuilder {
    const { environment, drain, means, drainAll, clock } = this.#deps
    return new IndexBuilder({
      catalogue: this.#catalogue,
      environment,
      drain: drain(),
      means,
      drainAll,
      wallMs: () => clock.wallMs(),
    })
  }
}
