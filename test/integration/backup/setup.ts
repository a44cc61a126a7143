import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import type { EventData, EventTopic } from '../../../src/contract/index.ts'
import { BackupManager, type BackupManagerDeps, type BackupSettings } from '../../../src/main/backup/backup-manager.ts'
import { WorkerThread } from '../../../src/main/backup/worker-thread.ts'
import { type Clock, systemClock } from '../../../src/main/base/clock.ts'
import type { JobContext, JobProgress } from '../../../src/main/base/job-context.ts'
import { silentLog } from '../../../src/main/base/log.ts'
import { LmdbStore } from '../../../src/main/persistence/lmdb-store.ts'
import type { GenerationalStore, StoredRecord, WriteOperation } from '../../../src/main/persistence/record-store.ts'
import { RecoveryManager } from '../../../src/main/recovery/recovery-manager.ts'

/** One for all tests of a file: see WorkerThread. */
const thread = new WorkerThread()
afterAll(() => thread.close())

export interface Site {
  readonly folder: string
  readonly store: GenerationalStore
  readonly backups: BackupManager
  readonly recovery: RecoveryManager
  readonly changed: string[]
  readonly events: [EventTopic, EventData][]
  reopen(): Promise<Site>
}

export interface SiteOptions {
  readonly storeId?: string
  readonly settings?: Partial<BackupSettings>
  readonly clock?: Clock
  readonly newId?: () => string
}

/** A store with its backups in a folder of its own; real parts all through. */
export async function withSite(work: (site: Site) => Promise<void>, options: SiteOptions = {}): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'holdfast-site-'))
  const open: Site[] = []
  try {
    await work(await openSite(folder, options, open))
  } finally {
    await open.at(-1)?.store.close()
    await rm(folder, { recursive: true, force: true })
  }
}

async function openSite(folder: string, options: SiteOptions, open: Site[]): Promise<Site> {
  const { storeId = 'store-1', settings, clock = systemClock, newId } = options
  const common = { storeId, nodeId: 'node-1', clock, log: silentLog }
  const store = await LmdbStore.open({ ...common, databaseFolder: join(folder, 'db'), journalFolder: join(folder, 'journal') })
  const changed: string[] = []
  const events: [EventTopic, EventData][] = []
  const deps: BackupManagerDeps = {
    ...common,
    settings: { folder: join(folder, 'backups'), storageType: 'local', compressionLevel: 3, encryptionEnabled: false, ...settings },
    marksFile: join(folder, 'backup-marks.json'),
    store,
    appVersion: '0.1.0',
    thread,
    onChanged: (id) => changed.push(id),
    ...(newId && { newId }),
  }
  const backups = await BackupManager.open(deps)
  const recovery = new RecoveryManager({ ...common, store, backups, publish: (topic, data) => events.push([topic, data]) })
  const reopen = async () => {
    await store.close()
    return openSite(folder, options, open)
  }
  const site = { folder, store, backups, recovery, changed, events, reopen }
  open.push(site)
  return site
}

/** A job that is cancelled when it comes to a phase. */
export function testJob(cancelIn?: string): JobContext & { readonly phases: string[]; readonly reports: JobProgress[] } {
  const controller = new AbortController()
  const reports: JobProgress[] = []
  const phases: string[] = []
  const report = (progress: JobProgress) => {
    reports.push(progress)
    if (progress.phase === undefined) return
    phases.push(progress.phase)
    if (progress.phase === cancelIn) controller.abort()
  }
  return { id: 'job', signal: controller.signal, log: silentLog, report, phases, reports }
}

export const put = (key: string, value: string | Uint8Array, expiresAtMs: number | null = null): WriteOperation => ({
  kind: 'put',
  key,
  value: Buffer.from(value),
  contentType: 'text/plain',
  expiresAtMs,
})

export const commit = (store: GenerationalStore, ...operations: WriteOperation[]) => store.commit(operations, { durability: 'durable' })

/** `count` records, with values that differ and do not compress to nothing. */
export async function fill(store: GenerationalStore, count: number, valueBytes = 200): Promise<void> {
  for (let first = 0; first < count; first += 1000) {
    const keys = Array.from({ length: Math.min(1000, count - first) }, (_, at) => `item:${String(first + at).padStart(7, '0')}`)
    await commit(store, ...keys.map((key) => put(key, pseudoRandom(key, valueBytes))))
  }
}

function pseudoRandom(seed: string, length: number): Buffer {
  const bytes = Buffer.alloc(length)
  let state = 7
  for (const character of seed) state = (state * 31 + character.charCodeAt(0)) >>> 0
  for (let at = 0; at < length; at++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    bytes[at] = state >>> 24
  }
  return bytes
}

/** Everything that a reader can see, versions included. */
export function contentOf(store: GenerationalStore): Map<string, string> {
  const content = new Map<string, string>()
  for (let after: string | undefined; ; ) {
    const page = store.page({ prefix: '', ...(after !== undefined && { after }), limit: 1000, reverse: false, values: true })
    for (const { key, meta, value } of page.items) content.set(key, JSON.stringify([meta, Buffer.from(value).toString('base64')]))
    after = page.items.at(-1)?.key
    if (!page.more) return content
  }
}

export const textOf = (record: StoredRecord | undefined): string | undefined => record && Buffer.from(record.value).toString()

export async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort()
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

export const generationsOf = async ({ folder }: Site): Promise<string[]> =>
  (await namesIn(join(folder, 'db'))).filter((name) => name.startsWith('g-'))
