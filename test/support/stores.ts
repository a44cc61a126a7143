import { readdirSync } from 'node:fs'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '../../src/main/base/clock.ts'
import { silentLog } from '../../src/main/base/log.ts'
import { LmdbGenerationBuilder } from '../../src/main/persistence/lmdb-generation-builder.ts'
import { LmdbStore, type LmdbStoreOptions } from '../../src/main/persistence/lmdb-store.ts'
import { encodeRecord } from '../../src/main/persistence/record-codec.ts'
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
  readonly #inner: StoreHome[] = []

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
    const home = new StoreHome(join(this.folder, name), new ManualClock())
    this.#inner.push(home)
    return home
  }

  get databaseFolder(): string {
    return join(this.folder, 'db')
  }

  get journalFolder(): string {
    return join(this.folder, 'journal')
  }

  /** Ids of what lies in the database folder. */
  generations(): string[] {
    return readdirSync(this.databaseFolder).filter((name) => name.startsWith('g-'))
  }

  async open(options: Partial<LmdbStoreOptions> = {}): Promise<GenerationalStore> {
    const { databaseFolder, journalFolder, clock } = this
    const places = { databaseFolder, journalFolder, storeId: 'store-1', nodeId: 'node-1', clock, log: silentLog }
    const store = await LmdbStore.open({ ...places, ...options, settings: { ...testSettings, ...options.settings } })
    this.#open.add(store)
    return store
  }

  /** The folders as a kill would leave them now, in a home of their own. */
  async killed(name = 'killed'): Promise<StoreHome> {
    const copy = this.sub(name)
    for (;;) {
      try {
        await cp(this.databaseFolder, copy.databaseFolder, { recursive: true })
        await cp(this.journalFolder, copy.journalFolder, { recursive: true })
        return copy
      } catch (error) {
        // The open store may just be removing a generation that it has retired.
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
        await rm(copy.folder, { recursive: true, force: true })
      }
    }
  }

  async remove(): Promise<void> {
    for (const home of this.#inner) await home.remove()
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

/** Builds a generation that holds these records, ready to be switched to; gives its id. */
export async function buildGeneration(
  store: GenerationalStore,
  values: Record<string, string>,
  options: { ms?: number; expiresAtMs?: number } = {},
): Promise<string> {
  const { id, folder } = store.newGenerationFolder()
  const { ms = 5, expiresAtMs = null } = options
  const builder = await LmdbGenerationBuilder.create(folder, { storeId: 'store-1', timeline: 'built' })
  const fields = { version: { ms, counter: 0 }, node: 1, contentType: 'text/plain', createdAtMs: 5, updatedAtMs: 5, expiresAtMs }
  for (const [key, value] of Object.entries(values)) await builder.append(key, encodeRecord(key, bytes(value), fields))
  await builder.finish()
  return id
}

/** Everything acknowledged so far is in the database when it resolves. */
export const drain = async (store: GenerationalStore): Promise<void> => (await store.holdSnapshot()).release()
