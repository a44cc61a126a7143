import { type BatchOperation, type BatchResult, type Fence, fenceHeader, type InputOf, type Job } from '../contract/index.ts'
import type { Caller, Reply } from './caller.ts'
import { HoldfastError } from './errors.ts'
import { itemsOf } from './pages.ts'
import { keyPath } from './request-target.ts'
import { contentFields, contentOf, recordOfItem, type Storable, StoredRecord, valueIn } from './values.ts'

/** `fences`: locks that must still be held in the moment of the write, as `lock.fences` gives them. */
export type PutOptions = Omit<InputOf<'records.put'>, 'key' | 'value' | 'encoding'> & { fences?: readonly Fence[] | undefined }
export type DeleteOptions = Omit<InputOf<'records.delete'>, 'key'> & { fences?: readonly Fence[] | undefined }
/** `pageSize`: how many are asked for at a time. */
export type ListOptions = Omit<InputOf<'records.list'>, 'limit'> & { pageSize?: number }
export type BatchOptions = Omit<InputOf<'records.batch'>, 'operations' | 'fences'> & { fences?: readonly Fence[] | undefined }

/** One operation of a batch, with its value as it is. */
export type BatchItem =
  | ({ readonly op: 'put'; readonly value: unknown } & Pick<BatchOperation, 'key' | 'contentType' | 'ifVersion' | 'ttlSeconds'>)
  | ({ readonly op: 'delete'; readonly value?: never } & Pick<BatchOperation, 'key' | 'ifVersion'>)
  | ({ readonly op: 'get'; readonly value?: never } & Pick<BatchOperation, 'key'>)

/** `status` as HTTP says it: 200, 201 created, 204 deleted, 404 not there. `error` only in a batch that is not atomic. */
export type BatchOutcome<Item extends BatchItem> = Pick<BatchResult, 'status' | 'version' | 'error'> &
  (Item extends { op: 'get' } ? { readonly value?: unknown } : unknown)

export interface Written {
  readonly version: string
  /** False: it replaced a record. */
  readonly created: boolean
}

/** Records: the bytes and values that are kept under keys. */
export class Records {
  readonly #caller: Caller

  constructor(caller: Caller) {
    this.#caller = caller
  }

  /** Undefined when there is none. */
  async get<T = unknown>(key: string, signal?: AbortSignal): Promise<StoredRecord<T> | undefined> {
    try {
      return recordOfReply<T>(key, await this.#caller.ask({ method: 'GET', path: keyPath(key) }, { repeatable: true }, signal))
    } catch (error) {
      if (isNotFound(error)) return undefined
      throw error
    }
  }

  /**
   * Resolves when the write is as durable as was asked for. Throws `precondition_failed` when `ifVersion` or `ifAbsent` does not hold,
   * `lock_lost` for a stale fence, and `outcome_unknown` when the connection ended on the way: it is never sent twice.
   */
  async put<T>(key: string, value: Storable<T>, options: PutOptions = {}, signal?: AbortSignal): Promise<Written> {
    const { fences, ifVersion, ifAbsent, durability, ttlSeconds } = options
    const content = contentOf(value, options.contentType)
    // The data door's conditions are ETags, which also name the timeline; a version is a condition of the batch.
    if (ifVersion !== undefined) {
      const operation = { op: 'put' as const, key, ...contentFields(content), ifVersion, ttlSeconds }
      return writtenOf(await this.#single(operation, { durability, fences }, signal))
    }
    const headers = {
      'content-type': content.contentType,
      ...(ttlSeconds !== undefined && { 'holdfast-ttl': ttlSeconds }),
      ...(durability !== undefined && { 'holdfast-durability': durability }),
      ...(ifAbsent === true && { 'if-none-match': '*' }),
      ...(fences !== undefined && fences.length > 0 && { [fenceHeader]: fenceText(fences) }),
    }
    const reply = await this.#caller.ask({ method: 'PUT', path: keyPath(key), headers, body: content.body }, { repeatable: false }, signal)
    return { version: headerOf(reply, 'holdfast-version'), created: reply.status === 201 }
  }

  /** False when there was none. Throws as `put` does. */
  async delete(key: string, { ifVersion, undo, fences }: DeleteOptions = {}, signal?: AbortSignal): Promise<boolean> {
    const operation = { op: 'delete' as const, key, ifVersion }
    const { status } = await this.#single(operation, { undo, fences }, signal)
    return status !== 404
  }

  /** In the order of their UTF-8 bytes. Each page is one moment; what is written meanwhile may be met or not. */
  list<T = unknown>({ pageSize, after, ...options }: ListOptions = {}, signal?: AbortSignal): AsyncIterable<StoredRecord<T>> {
    const pageAfter = async (from: string | undefined) => {
      const page = await this.#caller.call('records.list', { ...options, after: from, limit: pageSize }, signal)
      return { items: page.items.map((item) => recordOfItem<T>(item)), next: page.next }
    }
    return itemsOf(pageAfter, after, signal)
  }

  /**
   * Up to 10,000 operations in one request: all or none, unless `atomic` is false, when each tells its outcome. Throws
   * `precondition_failed` with the `index` of what did not hold.
   */
  async batch<const Items extends readonly BatchItem[]>(
    items: Items,
    { fences, ...options }: BatchOptions = {},
    signal?: AbortSignal,
  ): Promise<{ [At in keyof Items]: BatchOutcome<Items[At]> }> {
    const operations = items.map(operationOf)
    const input = { ...options, ...(fences && { fences: [...fences] }), operations }
    const { results } = await this.#caller.call('records.batch', input, signal)
    return results.map(outcomeOf) as { [At in keyof Items]: BatchOutcome<Items[At]> }
  }

  /** Deletes all whose key begins with `prefix`: a job. `dryRun` only counts them. */
  deletePrefix(prefix: string, options: Omit<InputOf<'records.deletePrefix'>, 'prefix'> = {}, signal?: AbortSignal): Promise<Job> {
    return this.#caller.call('records.deletePrefix', { prefix, ...options }, signal)
  }

  async #single(operation: BatchOperation, options: BatchOptions, signal?: AbortSignal) {
    const { fences, ...rest } = options
    const input = { ...rest, ...(fences && { fences: [...fences] }), atomic: true, operations: [operation] }
    const [result] = (await this.#caller.call('records.batch', input, signal)).results
    if (result === undefined) throw new HoldfastError('bad_answer', 'The host answered without a result.')
    // What is not there to be deleted is told as a status, and no failure.
    if (result.error !== undefined && result.status !== 404)
      throw new HoldfastError(result.error.code, result.error.detail, { details: { key: operation.key } })
    return result
  }
}

export function operationOf(item: BatchItem): BatchOperation {
  if (item.op !== 'put') return item
  const { value, contentType, ...rest } = item
  return { ...rest, ...contentFields(contentOf(value, contentType)) }
}

/** A batch says no content type: what is JSON is taken for it. */
function outcomeOf({ value, encoding, ...outcome }: BatchResult): BatchOutcome<BatchItem> & { value?: unknown } {
  if (encoding === undefined) return outcome
  const contentType = encoding === 'json' ? 'application/json' : encoding === 'text' ? 'text/plain' : 'application/octet-stream'
  return { ...outcome, value: valueIn({ value, encoding }, contentType) }
}

const writtenOf = ({ version, status }: BatchResult): Written => ({ version: version ?? '', created: status === 201 })

const isNotFound = (error: unknown): boolean => error instanceof HoldfastError && error.code === 'not_found'

const fenceText = (fences: readonly Fence[]): string => fences.map(({ lock, token }) => `${encodeURIComponent(lock)}=${token}`).join(',')

function recordOfReply<T>(key: string, reply: Reply): StoredRecord<T> {
  const expiresAt = reply.headers['holdfast-expires']
  const facts = {
    key,
    version: headerOf(reply, 'holdfast-version'),
    contentType: headerOf(reply, 'content-type'),
    size: reply.bytes.length,
    createdAt: headerOf(reply, 'holdfast-created'),
    updatedAt: headerOf(reply, 'holdfast-updated'),
    ...(typeof expiresAt === 'string' && { expiresAt }),
  }
  return new StoredRecord<T>(facts, { bytes: reply.bytes })
}

function headerOf({ headers }: Reply, name: string): string {
  const value = headers[name]
  if (typeof value === 'string') return value
  throw new HoldfastError('bad_answer', `The answer lacks ${name}: it is not that of a Holdfast host.`)
}
