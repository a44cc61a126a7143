import { join } from 'node:path'
import { ActivityLog } from './activity/activity-log.ts'
import { BackupManager } from './backup/backup-manager.ts'
import type { Clock } from './base/clock.ts'
import type { DataFolderMarker } from './base/data-folder.ts'
import type { Lifetimes } from './base/lifetimes.ts'
import type { Log } from './base/log.ts'
import type { ContextIds } from './base/request-context.ts'
import { areOnSameDisk } from './base/same-disk.ts'
import { MemoryTier } from './cache/memory-tier.ts'
import { CollectionManager } from './collections/collection-manager.ts'
import { SavedQueries } from './collections/saved-queries.ts'
import type { Settings } from './config/index.ts'
import { EncryptionKeys, EncryptionManager } from './encryption/encryption-manager.ts'
import { type KeyCipher, KeyFile } from './encryption/key-file.ts'
import { ExportManager } from './exports/export-manager.ts'
import { ImportManager } from './imports/import-manager.ts'
import { Uploads } from './imports/uploads.ts'
import { DiskWatch } from './monitoring/disk-watch.ts'
import { HealthChecker } from './monitoring/health-checker.ts'
import type { Metrics } from './monitoring/metrics.ts'
import { SeriesRecorder } from './monitoring/series-recorder.ts'
import { DictionaryKeeper } from './persistence/dictionary-keeper.ts'
import { LmdbStore } from './persistence/lmdb-store.ts'
import { PackMeans } from './persistence/pack-means.ts'
import type { GenerationalStore } from './persistence/record-store.ts'
import { RecoveryManager } from './recovery/recovery-manager.ts'
import { SpaceManager } from './space/space-manager.ts'
import type { EventHub } from './storage/event-hub.ts'
import { LockManager } from './storage/locks/lock-manager.ts'
import { BulkReader } from './storage/reading/bulk-reader.ts'
import { RecordBrowser } from './storage/record-browser.ts'
import { StorageManager } from './storage/storage-manager.ts'
import { StorageMeter } from './storage/storage-meter.ts'
import { TransactionManager, type TransactionManagerDeps } from './storage/transactions/transaction-manager.ts'
import { UndoManager } from './undo/undo-manager.ts'

const mebibyte = 1024 * 1024

export type StoreFactory = (deps: PartsDeps & { readonly means: PackMeans }) => Promise<GenerationalStore>

export interface PartsDeps {
  readonly dataFolder: string
  readonly marker: DataFolderMarker
  /** As they were at the start. */
  readonly settings: Settings
  /** As they are now: some change while the host runs. */
  readonly config: { readonly running: Settings }
  readonly events: EventHub
  readonly clock: Clock
  readonly log: Log
  readonly version: string
  readonly ids: ContextIds
  readonly keyCipher?: KeyCipher | undefined
  readonly openStore?: StoreFactory
}

/** The running parts that the doors are put before. */
export interface Parts {
  readonly store: GenerationalStore
  readonly means: PackMeans
  readonly encryption: EncryptionManager
  readonly space: SpaceManager
  readonly memoryTier: MemoryTier
  readonly storage: StorageManager
  readonly browser: RecordBrowser
  readonly locks: LockManager
  readonly collections: CollectionManager
  readonly savedQueries: SavedQueries
  readonly transactions: TransactionManager
  readonly activity: ActivityLog
  readonly undo: UndoManager
  readonly events: EventHub
  readonly disk: DiskWatch
  readonly imports: ImportManager
  readonly exports: ExportManager
  readonly backups: BackupManager
  readonly recovery: RecoveryManager
  readonly health: HealthChecker
  readonly series: SeriesRecorder
  /** Made when they are first asked for: most hosts are never scraped, and their library takes a tenth of a start. */
  readonly metrics: () => Promise<Metrics>
}

/** Opens the store and everything that stands on it; `started` closes it in reverse. */
export async function openParts(started: Lifetimes, deps: PartsDeps): Promise<Parts> {
  const { settings, clock, log, events } = deps
  const means = new PackMeans({ compresses: settings.database.lmdb.compression })
  const { keys, keyFile } = await openKeys(deps, means)
  const store = await (deps.openStore ?? openLmdbStore)({ ...deps, means })
  started.defer(() => store.close())
  const dictionaries = new DictionaryKeeper({ store, means, log })
  dictionaries.start()
  started.defer(() => dictionaries.close())
  const activity = await openActivity(started, deps)
  const undo = await UndoManager.open({
    ...deps,
    folder: join(deps.dataFolder, 'undo'),
    store,
    means,
    activity,
    limits: undoLimits(settings),
  })
  started.defer(() => undo.close())
  const meter = new StorageMeter({ clock })
  const memoryTier = new MemoryTier({ maxBytes: settings.database.lmdb.cacheSizeMb * mebibyte, clock })
  const actor = () => deps.ids.current?.actor
  const limits = storageLimits(deps.config)
  const reader = new BulkReader({ store, means, threads: settings.database.lmdb.performance.maxReadThreads })
  started.defer(() => reader.close())
  const problemOf: GenerationalStore['collections']['problemOf'] = (...record) => store.collections.problemOf(...record)
  const storage = new StorageManager({ store, reader, memoryTier, events, clock, log, meter, activity, undo, actor, limits, problemOf })
  started.defer(() => storage.close())
  const locks = new LockManager({ system: store.system, clock, log, activity })
  started.defer(() => locks.close())
  const commit: TransactionManagerDeps['commit'] = (operations, wish) => storage.commitTransaction(operations, wish)
  const transactions = new TransactionManager({ store, commit, fence: (fences) => locks.fence(fences), clock, actor, activity, limits })
  started.defer(() => transactions.close())
  const imports = await openImports(deps, storage)
  const ownFolders = [deps.dataFolder, settings.journal.path, settings.database.lmdb.path]
  const exports = new ExportManager({ ownFolders, read: (from) => storage.pages(from) })
  const browser = new RecordBrowser({ store, reader, clock })
  started.defer(() => browser.close())
  const disk = new DiskWatch({ folders: ownFolders, log })
  const backups = await openBackups(deps, store)
  started.defer(() => backups.close())
  const publish: EventHub['publish'] = (topic, data) => events.publish(topic, data)
  const recovery = new RecoveryManager({ store, backups, storeId: deps.marker.storeId, clock, log, publish })
  const encryption = new EncryptionManager({
    keys,
    keyFile,
    means,
    store,
    isDemanded: () => deps.config.running.encryption.data,
    dropUndo: () => undo.dropAll(),
    storeDictionaries: () => dictionaries.storeAnew(),
  })
  const collections = openCollections({ store, storage, browser, encryption, activity, meter, clock })
  const savedQueries = new SavedQueries({ system: store.system, clock })
  const areBackupsOnSameDisk = () => areOnSameDisk(settings.backup.storage.path, settings.database.lmdb.path)
  const space = () => store.space.figures()
  const health = new HealthChecker({
    store,
    meter,
    disk,
    space,
    events,
    backups: () => backups.listOwn(),
    areBackupsOnSameDisk,
    lastBackupFailure: () => activity.lastBackupFailure(),
    isKeyMissing: () => means.isKeyMissing,
    failedIndexes: () => collections.failedIndexes(),
    clock,
    log,
  })
  started.defer(() => health.stop())
  const series = new SeriesRecorder({ store, space, memoryTier, meter, disk, clock, log, folder: join(deps.dataFolder, 'series') })
  started.defer(() => series.stop())
  let made: Promise<Metrics> | undefined
  const metrics = () => {
    made ??= import('./monitoring/metrics.ts').then(
      ({ Metrics }) => new Metrics({ meter, reader, memoryTier, store, space, disk, health, version: deps.version }),
    )
    return made
  }
  health.start()
  // It takes up what an earlier run kept; nobody has to wait for that.
  void series.start()
  return {
    store,
    means,
    encryption,
    space: openSpace(deps, store, browser),
    activity,
    undo,
    memoryTier,
    storage,
    imports,
    exports,
    browser,
    locks,
    collections,
    savedQueries,
    transactions,
    events,
    disk,
    backups,
    recovery,
    health,
    series,
    metrics,
  }
}

function openSpace({ dataFolder, settings, clock }: PartsDeps, store: GenerationalStore, browser: RecordBrowser): SpaceManager {
  const folders = {
    data: dataFolder,
    database: settings.database.lmdb.path,
    journal: settings.journal.path,
    backups: settings.backup.storage.path,
    undo: join(dataFolder, 'undo'),
    logs: join(dataFolder, 'logs'),
    series: join(dataFolder, 'series'),
  }
  return new SpaceManager({ store, countBelow: (prefix) => browser.position({ prefix }).total, folders, clock })
}

function openCollections({
  storage,
  browser,
  encryption,
  ...deps
}: Pick<Parts, 'store' | 'storage' | 'browser' | 'encryption' | 'activity'> & { meter: StorageMeter; clock: Clock }): CollectionManager {
  return new CollectionManager({
    ...deps,
    get: (key) => storage.get(key),
    isEncrypted: () => encryption.isOn,
    recordsWith: (prefix) => browser.position({ prefix }),
  })
}

async function openKeys({ settings, dataFolder, keyCipher, clock, log }: PartsDeps, means: PackMeans) {
  const keyFile = new KeyFile({ path: settings.encryption.keyFile, cipher: keyCipher })
  const keys = await EncryptionKeys.open({ stateFile: join(dataFolder, 'encryption.json'), keyFile, means, clock, log })
  return { keys, keyFile: keyFile.path }
}

function openLmdbStore({ settings, marker, clock, log, means }: Parameters<StoreFactory>[0]): Promise<GenerationalStore> {
  const { database, journal } = settings
  return LmdbStore.open({
    databaseFolder: database.lmdb.path,
    journalFolder: journal.path,
    storeId: marker.storeId,
    nodeId: marker.nodeId,
    clock,
    log,
    means,
    settings: {
      flushEveryMs: database.lmdb.flushEveryMs,
      segmentBytes: journal.segmentMb * mebibyte,
      overlayMaxBytes: journal.overlayMb * mebibyte,
      packThreads: database.lmdb.performance.maxWriteThreads,
    },
  })
}

async function openImports({ config, dataFolder, clock }: PartsDeps, storage: StorageManager): Promise<ImportManager> {
  const limits = {
    get maxValueBytes() {
      return config.running.limits.maxValueMb * mebibyte
    },
    get batchRecords() {
      return config.running.database.lmdb.performance.batchSize
    },
  }
  const folder = join(dataFolder, 'imports')
  const uploads = new Uploads({ folder: join(folder, 'uploads') })
  const imports = new ImportManager({ folder, uploads, store: storage.importDoor(), clock, limits })
  await imports.removeLeftovers()
  return imports
}

function openBackups(
  { settings, config, marker, dataFolder, version, events, clock, log }: PartsDeps,
  store: GenerationalStore,
): Promise<BackupManager> {
  return BackupManager.open({
    settings: {
      folder: settings.backup.storage.path,
      get storageType() {
        return config.running.backup.storage.type
      },
      get compressionLevel() {
        return config.running.backup.compressionLevel
      },
      get encryptionEnabled() {
        return config.running.backup.encryptionEnabled
      },
    },
    marksFile: join(dataFolder, 'backup-marks.json'),
    store,
    storeId: marker.storeId,
    nodeId: marker.nodeId,
    appVersion: version,
    clock,
    log,
    onChanged: (id) => events.publish('backups', { id }),
  })
}

/** Notes its own start and end: a start that finds no end before it follows a kill or a loss of power. */
async function openActivity(started: Lifetimes, { dataFolder, clock, log, ids, events }: PartsDeps): Promise<ActivityLog> {
  const onNoted = (id: string) => events.publish('activity', { id })
  const activity = await ActivityLog.open({ folder: join(dataFolder, 'activity'), clock, log, ids, onNoted })
  const last = activity.findLast(({ action }) => action.startsWith('host.'))
  const wasKilled = last !== undefined && last.action !== 'host.stopped'
  activity.note({ action: wasKilled ? 'host.startedAfterKill' : 'host.started', actor: { kind: 'host' } })
  started.defer(async () => {
    activity.note({ action: 'host.stopped', actor: { kind: 'host' } })
    await activity.close()
  })
  return activity
}

function undoLimits({ undo }: Settings): { keepMs: number; maxBytes: number } {
  return { keepMs: undo.keepDays * 86_400_000, maxBytes: undo.maxMb * mebibyte }
}

function storageLimits(config: PartsDeps['config']): ConstructorParameters<typeof StorageManager>[0]['limits'] {
  return {
    get maxValueBytes() {
      return config.running.limits.maxValueMb * mebibyte
    },
    get batchRecords() {
      return config.running.database.lmdb.performance.batchSize
    },
    get prefetchRecords() {
      return config.running.database.lmdb.performance.prefetchSize
    },
    get defaultDurability() {
      return config.running.database.lmdb.flushEveryMs > 0 ? 'committed' : 'durable'
    },
  }
}
