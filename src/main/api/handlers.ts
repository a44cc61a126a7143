import type { Backup, Fence, Job, OutputOf, ParsedInputOf } from '../../contract/index.ts'
import { HoldfastError } from '../base/errors.ts'
import type { JobContext } from '../base/job-context.ts'
import type { Condition } from '../persistence/record-store.ts'
import { toItem } from '../storage/record-item.ts'
import { decodeValue, defaultContentType, encodeValue } from '../storage/value-encoding.ts'
import { browseHandlers } from './browse-handlers.ts'
import { collectionHandlers } from './collection-handlers.ts'
import { encryptionHandlers } from './encryption-handlers.ts'
import { importHandlers } from './import-handlers.ts'
import type { CallContext, Handlers } from './router.ts'
import type { Services } from './services.ts'
import { spaceHandlers } from './space-handlers.ts'
import { transactionHandlers } from './transaction-handlers.ts'

const maxPassedOver = 10

/** Who serves each operation of the contract. */
export function createHandlers(services: Services): Handlers {
  const { storage, backups, jobs } = services
  return {
    'records.get': ({ key }) => readRecord(services, key),
    'records.put': (input, { signal }) => putRecord(services, input, signal),
    'records.readPart': (input) => storage.readPart(input),
    'records.amend': (input, { signal }) => storage.amend(input, signal),
    'records.create': (input, { signal }) => putRecord(services, { ...input, encoding: 'json' }, signal),
    'records.delete': (input, { signal }) => deleteRecord(services, input, signal),
    'records.list': (input) => storage.list(input),
    'records.deletePrefix': (input, { requestId }) =>
      jobs.start('delete-prefix', input.prefix, (job) => storage.deletePrefix(job, input), requestId, input.dryRun),
    'records.batch': (input, { signal }) => storage.batch(input, signal, fenceOf(services, input.fences)),
    ...browseHandlers(services),
    ...transactionHandlers(services),
    ...collectionHandlers(services),
    ...encryptionHandlers(services),
    ...importHandlers(services),
    ...spaceHandlers(services),
    'records.import': ({ ndjson, ...options }, { signal }) => storage.importNdjson(onePiece(ndjson), options, signal),
    'backups.create': (_input, context) => startBackup(services, context),
    'backups.list': async (input) => pageOf(await backups.list(), input),
    'backups.get': ({ id }) => backups.get(id),
    'backups.verify': ({ id }, context) => startVerify(services, id, context),
    'backups.restore': ({ id }, context) => startRestore(services, id, context),
    'restore.undo': (_input, context) => startUndo(services, context),
    'activity.list': (input) => services.activity.list(input),
    'undo.run': ({ id }, context) => startUndoOf(services, id, context),
    'jobs.list': (input) => jobs.list(input),
    'jobs.get': ({ id }) => jobs.get(id),
    'jobs.cancel': ({ id }) => jobs.cancel(id),
    'sample.load': (_input, { requestId }) => jobs.start('sample-data', undefined, (job) => storage.loadSample(job), requestId),
    'status.get': () => services.status(),
    'health.get': () => services.health(),
    'config.get': () => services.config.view(),
    'config.patch': (input) => services.config.patch(input),
    'config.undo': () => services.config.undo(),
    'metrics.series': (input) => services.series(input),
  }
}

function readRecord({ storage }: Services, key: string): OutputOf<'records.get'> {
  const record = storage.get(key)
  const { value, encoding } = encodeValue(record.value)
  return { ...toItem(key, record.meta), value, encoding }
}

async function putRecord(
  { storage }: Services,
  input: ParsedInputOf<'records.put'>,
  signal: AbortSignal,
): Promise<OutputOf<'records.put'>> {
  const { key, encoding, contentType, ttlSeconds, durability } = input
  const condition = conditionOf(input)
  const write = {
    key,
    value: decodeValue(input.value, encoding),
    contentType: contentType ?? defaultContentType(encoding),
    ...(ttlSeconds !== undefined && { ttlSeconds }),
    ...(durability !== undefined && { durability }),
    ...(condition !== undefined && { condition }),
  }
  const { meta, created } = await storage.put(write, signal)
  return { key, version: meta.version, created }
}

async function deleteRecord({ storage }: Services, { key, ifVersion, undo }: ParsedInputOf<'records.delete'>, signal: AbortSignal) {
  await storage.delete(key, { undo, ...(ifVersion !== undefined && { condition: { version: ifVersion } }) }, signal)
  return {}
}

const fenceOf = ({ locks }: Services, fences: readonly Fence[] | undefined) => (fences === undefined ? undefined : locks.fence(fences))

function conditionOf({ ifVersion, ifAbsent }: ParsedInputOf<'records.put'>): Condition | undefined {
  if (ifVersion !== undefined && ifAbsent) {
    throw new HoldfastError('invalid_request', 'ifAbsent: expected not together with ifVersion.', { details: { field: 'ifAbsent' } })
  }
  if (ifVersion !== undefined) return { version: ifVersion }
  return ifAbsent ? { version: null } : undefined
}

function startBackup({ backups, jobs }: Services, { requestId }: CallContext): Job {
  backups.assertCanCreate()
  return jobs.start('backup', undefined, (job) => backups.create(job), requestId)
}

// The backup is looked up before the job begins: a wrong id is the caller's mistake, and `latest` means the latest of now.
async function startVerify({ backups, jobs }: Services, id: string, { requestId }: CallContext): Promise<Job> {
  const { backup, passedOver } = await chosenBackup(backups, id)
  return jobs.start('verify', backup.id, async (job) => ({ ...(await backups.verify(job, backup.id)), ...passedOver }), requestId)
}

async function startRestore({ backups, recovery, jobs }: Services, id: string, { requestId }: CallContext): Promise<Job> {
  const { backup, passedOver } = await chosenBackup(backups, id)
  return jobs.start('restore', backup.id, async (job) => ({ ...(await recovery.restore(job, backup.id)), ...passedOver }), requestId)
}

/** Where the latest is not the newest, the result says which were passed over, and why. */
async function chosenBackup(backups: Services['backups'], id: string) {
  const backup = await backups.get(id)
  const damaged = id === 'latest' ? await backups.damagedSince(backup) : []
  const told = damaged.slice(0, maxPassedOver).map((one) => ({ id: one.id, createdAt: one.createdAt, problem: one.problem ?? '' }))
  return { backup, passedOver: told.length === 0 ? {} : { passedOver: told } }
}

function startUndo({ recovery, jobs }: Services, { requestId }: CallContext): Job {
  if (!recovery.undoable) {
    throw new HoldfastError('nothing_to_undo', 'Nothing was restored since this data folder was made, so there is nothing to undo.')
  }
  return jobs.start('undo-restore', undefined, (job) => recovery.undo(job), requestId)
}

/** Planned before the job begins, since what cannot be undone is the caller's mistake, and again in it, since other jobs may come between. */
function startUndoOf({ activity, recovery, storage, jobs }: Services, id: string, { requestId, role }: CallContext): Job {
  const plan = activity.planUndo(id)
  if (plan.kind === 'records') return jobs.start('undo', plan.target, (job) => storage.undo(job, id), requestId)
  if (role !== 'admin') throw new HoldfastError('forbidden', 'Undoing a restore needs the role admin.', { details: { needed: 'admin' } })
  const work = async (job: JobContext) => {
    activity.planUndo(id)
    return recovery.undo(job)
  }
  return jobs.start('undo-restore', undefined, work, requestId)
}

function pageOf(all: readonly Backup[], { after, limit }: ParsedInputOf<'backups.list'>): OutputOf<'backups.list'> {
  const start = after === undefined ? 0 : all.findIndex((backup) => backup.id === after) + 1
  if (after !== undefined && start === 0) {
    throw new HoldfastError('invalid_request', 'after: expected the id of a backup in the list.', { details: { field: 'after' } })
  }
  const items = all.slice(start, start + limit)
  return { items, next: start + limit < all.length ? (items.at(-1)?.id ?? null) : null }
}

async function* onePiece(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text, 'utf8')
}
