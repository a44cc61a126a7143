import { randomBytes } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { activityService, jobNotes } from './api/activity-notes.ts'
import { createHandlers } from './api/handlers.ts'
import { HttpDoors } from './api/http/http-doors.ts'
import type { HttpServices } from './api/http/services.ts'
import { startUpload } from './api/import-handlers.ts'
import { JobRegistry } from './api/jobs.ts'
import { Router } from './api/router.ts'
import { reportStatus } from './api/status-report.ts'
import { TimelineTag } from './api/timeline-tag.ts'
import type { Clock } from './base/clock.ts'
import { claimDataFolder, inspectDataFolder, openMarker } from './base/data-folder.ts'
import { removeUnfinishedFiles } from './base/durable-file.ts'
import { HostLock } from './base/host-lock.ts'
import { removeHostRecord, writeHostRecord } from './base/host-record.ts'
import { Lifetimes } from './base/lifetimes.ts'
import type { Log } from './base/log.ts'
import { findProject } from './base/project.ts'
import { ContextIds } from './base/request-context.ts'
import { areOnSameDisk } from './base/same-disk.ts'
import { openToken } from './base/token-file.ts'
import { IndexBuilds } from './collections/index-builds.ts'
import {
  type ConfigManager,
  type HttpAddress,
  type LoadedSettings,
  loadSettings,
  type Notice,
  parseHttpAddress,
  type Settings,
} from './config/index.ts'
import type { KeyCipher } from './encryption/key-file.ts'
import { createLogger, type Logger } from './monitoring/logger.ts'
import { annotateJobs } from './monitoring/series/job-annotations.ts'
import { openParts, type Parts, type StoreFactory } from './parts.ts'
import { doorLimits, followSettings, openConfig } from './running-settings.ts'
import { EventHub } from './storage/event-hub.ts'

export interface HostOptions {
  readonly dataFolder: string
  /** Null: `holdfast.toml` of the data folder, if it is there. */
  readonly configFile: string | null
  /** What the command line says; it outranks the configuration. */
  readonly socket?: string | undefined
  readonly http?: HttpAddress | 'off' | undefined
  /** Where HTTP is answered when neither says anything. */
  readonly usualHttp: HttpAddress | 'off'
  readonly clock: Clock
  /** Protects the key file beyond its mode: the desktop app has the key store of the system. */
  readonly keyCipher?: KeyCipher
  /** For tests that need a store with faults. */
  readonly openStore?: StoreFactory
}

/** A running host: the store is open and the doors take requests. */
export interface Host {
  readonly router: Router
  readonly events: EventHub
  readonly log: Log
  readonly dataFolder: string
  readonly logFolder: string
  readonly socket: string
  /** Null when HTTP is off; then there is no token either. */
  readonly url: string | null
  readonly token: string | null
  readonly notices: readonly Notice[]
  /** Lets running requests finish within `graceMs`, then stops everything in the reverse order of its start. */
  close(graceMs?: number): Promise<void>
}

const usualGraceMs = 5000

/**
 * Starts everything, in order. What fails undoes what was started. Throws a `HoldfastError` for every reason that a person can do something
 * about: `config_invalid`, `host_running`, `foreign_folder`, `newer_format`, `port_taken`, `not_loopback`, `socket_path_taken` …
 */
export async function startHost(options: HostOptions): Promise<Host> {
  const path = resolve(options.dataFolder)
  await inspectDataFolder(path)
  const loaded = await loadSettings({ file: options.configFile, dataFolder: path })
  const started = new Lifetimes()
  const ids = new ContextIds()
  const logger = openLog(started, path, loaded.settings)
  const log = ids.into(logger)
  try {
    return await start(started, options, { path, loaded, logger, log, ids })
  } catch (error) {
    // Why it did not start is what a person needs to know; what undoing it met is the lesser news.
    await started.close().catch((failure: unknown) => log.error({ err: failure }, 'A start that failed could not be undone in full'))
    throw error
  }
}

async function start(
  started: Lifetimes,
  options: HostOptions,
  made: Omit<Beginnings, 'dataFolder' | 'config'> & { path: string },
): Promise<Host> {
  const { path, loaded, log } = made
  const dataFolder = await claimDataFolder(path, log)
  const lock = await HostLock.acquire(dataFolder)
  started.defer(() => lock.release())
  await mkdir(join(dataFolder, 'run'), { recursive: true, mode: 0o700 })
  await removeUnfinishedFiles(foldersOf(dataFolder, loaded.settings), log)
  await noteDoors(dataFolder, { socket: null, url: null }, log)
  started.defer(() => removeHostRecord(dataFolder))
  const config = openConfig({ configFile: options.configFile, dataFolder: path, loaded, clock: options.clock, log })
  const parts = await openParts(started, await partsDeps(options, { ...made, dataFolder, config }))
  followSettings(config, made.logger, parts)
  const served = await serve(started, options, { ...made, dataFolder, config, parts })
  await noteDoors(dataFolder, { socket: served.socket, url: served.url }, log)
  log.info({ dataFolder, socket: served.socket, url: served.url, version: findProject().version }, 'The host takes requests')
  return {
    ...served,
    events: parts.events,
    log,
    dataFolder,
    logFolder: join(path, 'logs'),
    notices: loaded.notices,
    close: closeOnce(started, served),
  }
}

/** Those in which files are replaced as a whole. */
const foldersOf = (dataFolder: string, { database }: Settings): string[] => [
  dataFolder,
  join(dataFolder, 'run'),
  join(dataFolder, 'series'),
  join(dataFolder, 'imports'),
  join(dataFolder, 'keys'),
  database.lmdb.path,
]

/** The note of who runs here and where is a convenience: a full disk must not keep the host from serving reads. */
async function noteDoors(dataFolder: string, doors: { socket: string | null; url: string | null }, log: Log): Promise<void> {
  try {
    await writeHostRecord(dataFolder, doors)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
    log.warn({ err: error }, 'The disk is full: other programs are not told where this host listens')
  }
}

/** What the steps of the start have made so far. */
interface Beginnings {
  readonly dataFolder: string
  readonly loaded: LoadedSettings
  readonly config: ConfigManager
  readonly logger: Logger
  readonly log: Log
  readonly ids: ContextIds
}

function openLog(started: Lifetimes, folder: string, settings: Settings): Logger {
  const { level, maxFileMb, files } = settings.log
  const logger = createLogger({ folder: join(folder, 'logs'), level, maxFileBytes: maxFileMb * 1024 * 1024, maxFiles: files })
  started.defer(() => logger.close())
  return logger
}

async function partsDeps({ clock, openStore, keyCipher }: HostOptions, { dataFolder, loaded, config, log, ids }: Beginnings) {
  const marker = await openMarker(dataFolder, clock)
  const events = new EventHub({ boot: randomBytes(4).toString('hex'), log })
  return {
    marker,
    events,
    dataFolder,
    settings: loaded.settings,
    config,
    clock,
    log,
    ids,
    version: findProject().version,
    keyCipher,
    ...(openStore && { openStore }),
  }
}

const backupFacts = ({ backups, series }: Parts, { backup, database }: Settings) => ({
  backups: () => backups.listOwn(),
  recordsChangedSince: (ms: number) => series.recordsChangedSince(ms),
  backupsOnSameDisk: () => areOnSameDisk(backup.storage.path, database.lmdb.path),
})

async function serve(started: Lifetimes, options: HostOptions, made: Beginnings & { parts: Parts }) {
  const { dataFolder, loaded, config, log, ids, parts } = made
  const { settings } = loaded
  const { clock } = options
  const { root, version } = findProject()
  const { store, storage, events, metrics } = parts
  const doors: { socket: string | null; url: string | null } = { socket: null, url: null }
  const jobs = await JobRegistry.open({ file: join(dataFolder, 'jobs.json'), clock, log, ids, events, onEnded: jobNotes(parts) })
  started.defer(() => jobs.close())
  started.defer(
    annotateJobs(
      events,
      (id) => jobs.find(id),
      (kind, subject) => parts.series.annotate(kind, subject),
    ),
  )
  const { due } = parts.encryption
  if (due !== undefined) jobs.start('encryption', due, (job) => parts.encryption.run(job, due))
  started.defer(
    store.onStateChange((change) => {
      if (change !== 'timeline' || !parts.encryption.isOn) return
      jobs.start('encryption', 'restore', (job) => parts.encryption.afterRestore(job))
    }),
  )
  const start = (subject: string, work: Parameters<JobRegistry['start']>[2]) => jobs.start('index-build', subject, work)
  const indexBuilds = new IndexBuilds({ store, start, log })
  started.defer(() => indexBuilds.close())
  parts.collections.tellJobsBy((id) => indexBuilds.jobOf(id))
  indexBuilds.startDue()
  const timeline = new TimelineTag(store)
  started.defer(() => timeline.close())
  const notices = async () => [...(await config.notices()), ...parts.encryption.notices()]
  const status = { ...parts, notices, version, dataFolder, doors, startedAtMs: clock.wallMs(), clock, ...backupFacts(parts, settings) }
  const router = new Router(
    createHandlers({
      ...parts,
      activity: activityService(parts),
      jobs,
      indexBuilds,
      status: () => reportStatus(status),
      health: () => parts.health.check(),
      config,
      series: (input) => parts.series.read(input),
    }),
    ids,
  )
  const limits = doorLimits(config)
  const services = {
    router,
    storage,
    upload: (...asked: Parameters<HttpServices['upload']>) => startUpload({ imports: parts.imports, jobs }, ...asked),
    locks: parts.locks,
    store,
    timeline,
    events,
    metrics,
    limits,
    version,
    uiFolder: join(root, 'out', 'renderer'),
  }
  const http = new HttpDoors({ services, clock, log, ids, limits })
  started.defer(() => http.close(0))
  const socket = options.socket === undefined ? settings.server.socket : resolve(options.socket)
  const address = options.http ?? configuredHttp(settings) ?? options.usualHttp
  const token = address === 'off' ? null : await openToken(dataFolder, log)
  // The port first: it is the likelier one to be taken, and a socket that was never open need not be removed.
  const url = address === 'off' || token === null ? null : await http.openTcp(address, token)
  await http.openSocket(socket)
  Object.assign(doors, { socket, url })
  return { router, http, socket, url, token }
}

// The table of settings has checked it already.
const configuredHttp = ({ server }: Settings): HttpAddress | 'off' | undefined =>
  server.http === null ? undefined : parseHttpAddress(server.http)

function closeOnce(running: Lifetimes, { http }: { http: HttpDoors }): Host['close'] {
  let closing: Promise<void> | undefined
  return (graceMs = usualGraceMs) => {
    closing ??= http.close(graceMs).finally(() => running.close())
    return closing
  }
}
