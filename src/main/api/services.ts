import type { Backup, ConfigChangeReport, ConfigView, Health, OutputOf, ParsedInputOf, Status } from '../../contract/index.ts'
import type { JobContext } from '../base/job-context.ts'
import type { CollectionManager } from '../collections/collection-manager.ts'
import type { IndexBuilds } from '../collections/index-builds.ts'
import type { SavedQueries } from '../collections/saved-queries.ts'
import type { EncryptionManager } from '../encryption/encryption-manager.ts'
import type { ExportManager } from '../exports/export-manager.ts'
import type { ImportManager } from '../imports/import-manager.ts'
import type { SpaceManager } from '../space/space-manager.ts'
import type { LockManager } from '../storage/locks/lock-manager.ts'
import type { RecordBrowser } from '../storage/record-browser.ts'
import type { StorageManager } from '../storage/storage-manager.ts'
import type { TransactionManager } from '../storage/transactions/transaction-manager.ts'
import type { JobRegistry } from './jobs.ts'

type JobResult = Promise<Record<string, unknown>>

/** What the handlers need of the backup manager. */
export interface BackupService {
  /** Newest first. */
  list(): Promise<readonly Backup[]>
  /** `latest` names the newest that is not damaged. Throws `not_found`. */
  get(id: string): Promise<Backup>
  /** Damaged ones that are newer, newest first. */
  damagedSince(backup: Backup): Promise<readonly Backup[]>
  /** Throws what would make `create` fail at once, such as `backup_encryption_unavailable`. */
  assertCanCreate(): void
  create(job: JobContext): JobResult
  verify(job: JobContext, id: string): JobResult
}

/** What the handlers need of the recovery manager. */
export interface RecoveryService {
  restore(job: JobContext, backupId: string): JobResult
  undo(job: JobContext): JobResult
  /** Whether there is something to undo. */
  readonly undoable: boolean
}

/** What the handlers need of the configuration. */
export interface ConfigService {
  view(): Promise<ConfigView>
  patch(input: ParsedInputOf<'config.patch'>): Promise<ConfigChangeReport>
  undo(): Promise<ConfigChangeReport>
}

/** What the handlers need of the activity list and of undo. */
export interface ActivityService {
  list(input: ParsedInputOf<'activity.list'>): OutputOf<'activity.list'>
  /** Throws `not_found`, `nothing_to_undo`, `already_undone`, `undo_expired`. */
  planUndo(id: string): { readonly kind: 'records'; readonly target: string | undefined } | { readonly kind: 'generation' }
}

/** The parts that the operations of the contract are served from. */
export interface Services {
  readonly storage: StorageManager
  readonly browser: RecordBrowser
  readonly transactions: TransactionManager
  readonly locks: LockManager
  readonly collections: CollectionManager
  readonly indexBuilds: IndexBuilds
  readonly savedQueries: SavedQueries
  readonly imports: Pick<ImportManager, 'prepare' | 'receive' | 'prepareResume' | 'readErrors'>
  readonly exports: Pick<ExportManager, 'prepare'>
  readonly backups: BackupService
  readonly recovery: RecoveryService
  readonly activity: ActivityService
  readonly encryption: EncryptionManager
  readonly space: SpaceManager
  readonly jobs: JobRegistry
  readonly status: () => Promise<Status>
  readonly health: () => Health
  readonly config: ConfigService
  readonly series: (input: ParsedInputOf<'metrics.series'>) => OutputOf<'metrics.series'>
}
