import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '../../src/main/base/clock.ts'
import { silentLog } from '../../src/main/base/log.ts'
import { LmdbStore, type LmdbStoreOptions } from '../../src/main/persistence/lmdb-store.ts'
import type {
  Condition,
  GenerationalStore,
  OperationResult,
  PageQuery,
  RecordPage,
  RecordStore,
  WriteOperation,
} from '../../src/main/persistence/record-store.ts'
import { ManualClock } from './clock.ts'

/** Small segments, no background sweep in the way of a test that does not ask for it. */
const testSettings = { segmentBytes: 256 * 1024, sweepEveryMs: 3_600_000, reserveBytes: 0 }

/** Folders and a clock of one store that may be closed and opened again; everything is gone after `remove`. */
export class StoreHome<C extends Clock = ManualClock> {
  readonly folder: string
  readonly clock: C
  readonly #open = new Set<GenerationalStore>()

  private constructor(folder: string, clock: C) {
    this.folder = folder
    this.clock = clock
  }

  static async make(): Promise<StoreHome>
  static async make<C extends Clock>(clock: C): Promise<StoreHome<C>>
  static async make(clock: Clock = new ManualClock()): Promise<StoreHome<Clock>> {
    return new StoreHome(await mkdtemp(join(tmpdir(), 'holdfast-store-')), clock)
  }

  /** A home of its own within this one, with a clock of its own. */
  sub(name: string): StoreHome {
    return new StoreHome(join(this.folder, name), new ManualClock())
  }

  get databaseFolder(): string {
    return join(this.folder, 'db')
  }

  get journalFolder(): string {
    return join(this.folder, 'journal')
  }

  async open(options: Partial<LmdbStoreOptions> = {}): Promise<GenerationalStore> {
    const { databaseFolder, journalFolder, clock } = this
    const places = { databaseFolder, journalFolder, storeId: 'store-1', nodeId: 'node-1', clock, log: silentLog }
    const store = await LmdbStore.open({ ...places, ...options, settings: { ...testSettings, ...options.settings } })
    this.#open.add(store)
    return store
  }

  async remove(): Promise<void> {
    for (const store of this.#open) await store.close()
    await rm(this.folder, { recursive: true, force: true })
  }
}

export const bytes = (text: string): Buffer => Buffer.from(text)

interface PutOptions {
  expiresAtMs?: number | null
  condition?: Condition
  mustExist?: boolean
  contentType?: string
}

export const put = (key: string, value: string | Uint8Array, options: PutOptions = {}): WriteOperation => ({
  kind: 'put',
  key,
  value: typeof value === 'string' ? bytes(value) : value,
  contentType: 'text/plain',
  expiresAtMs: null,
  ...options,
})

export const remove = (key: string, condition?: Condition): WriteOperation => ({ kind: 'delete', key, ...(condition && { condition }) })

export const commit = (store: RecordStore, ...operations: WriteOperation[]): Promise<readonly OperationResult[]> =>
  store.commit(operations, { durability: 'durable' })

export const textOf = (store: RecordStore, key: string): string | undefined => {
  const record = store.get(key)
  return record && Buffer.from(record.value).toString()
}

export const page = (store: RecordStore, query: Partial<PageQuery> = {}): RecordPage =>
  store.page({ prefix: '', limit: 1000, reverse: false, values: false, ...query })

export const keysOf = (found: RecordPage): string[] => found.items.map(({ key }) => key)

export const versionOf = (result: OperationResult | undefined): string => {
  if (result === undefined || !('meta' in result)) throw new Error('This operation wrote no record.')
  return result.meta.version
}
